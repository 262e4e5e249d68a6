"""Rules of the vocabulary that need no database: what a service's key and name look like."""

"""Rules of the identity module without Django, clock and database."""

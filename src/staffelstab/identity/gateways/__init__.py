"""Systems outside: mail."""

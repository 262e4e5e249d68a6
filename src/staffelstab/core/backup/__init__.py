"""Backup and restore: database and stored files in one archive, made while the program runs.

`archive` is the file format, `programs` finds pg_dump and its companions, `dump` reads a database, `restore` writes
one, `stored_files` knows the uploaded files. Everything that can be refused is refused before anything is written.
"""

"""Imports of a register: stage the file, check and compare it in SQL, merge it in one transaction, undo it.

``runs`` holds the commands; the other modules are its steps (see ``docs/adr/0005-import-pipeline.md``).
"""

"""Guards: rules every part of the program keeps, written once as functions that return findings.

Each guard is a function over what it looks at (a database, a folder, a resolver), so that `test_guards_fail.py` can
plant a violation and see it reported.
"""

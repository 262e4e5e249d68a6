"""The PostgreSQL server that Staffelstab brings along when no `DATABASE_URL` names another one.

`embedded` starts, shares and stops it, `provisioning` makes roles, database and extensions, `binaries` finds the
server program and the operating-system user it runs as. Nothing outside this package knows where the server comes
from: the rest of the program sees `ConnectionFacts`.
"""

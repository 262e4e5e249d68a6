"""What can go wrong with the embedded server, each with a sentence for the person who started the program."""


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used; the message says why and what to do."""


class FolderVersionError(EmbeddedPostgresError):
    """The data folder was written by another major version of PostgreSQL."""


class FolderAccessError(EmbeddedPostgresError):
    """The data folder (or one beside it) cannot be created, entered or written."""


class DiskFullError(EmbeddedPostgresError):
    """The disk that holds the data folder has no space left."""


class ServerStartError(EmbeddedPostgresError):
    """The server ended, or did not answer, while it was being started."""

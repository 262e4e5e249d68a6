"""How to reach a running server."""

from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo


@dataclass(frozen=True)
class ConnectionFacts:
    """A server that listens on a private Unix socket and trusts whoever can open it."""

    socket_folder: Path
    port: int
    superuser: str

    def conninfo(self, *, database: str, user: str | None = None) -> str:
        """Return a libpq connection string; `user` is the superuser unless named."""
        return make_conninfo(
            host=str(self.socket_folder), port=self.port, dbname=database, user=user or self.superuser
        )

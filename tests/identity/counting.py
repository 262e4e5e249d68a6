"""Counting what a page asks the database."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.strict_client import StrictClient

FRAMEWORK = ("SAVEPOINT", "RELEASE", "SELECT set_config")
"""Savepoints and settings of the tenancy context: their number depends on the test's own transaction."""


def queries_of(client: StrictClient, path: str) -> int:
    """Statements of the second request for the page: session, account and seat are among them."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len([each for each in queries.captured_queries if not each["sql"].lstrip().startswith(FRAMEWORK)])

"""All questions of ``staffelstab check`` in the order they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError
from django.utils.translation import gettext as _

from staffelstab.core.health import database, queue, surroundings
from staffelstab.core.health.findings import Finding, Level, error


def run(*, now: datetime, mail_to: str = "") -> Iterator[Finding]:
    """Yield every finding. Questions that need the database are left out where it does not answer."""
    yield from surroundings.configuration()
    yield surroundings.secret()
    yield surroundings.clock()
    answered = True
    for found in database.findings():
        answered &= found.code != "database.connection"
        yield found
    if answered:
        try:
            yield from surroundings.jobs(queue.figures(now))
        except DatabaseError:
            yield error(
                "jobs.waiting",
                _("The table of jobs cannot be read."),
                _("Run “staffelstab migrate” with the owner's address."),
            )
    yield from surroundings.storage()
    yield surroundings.static_files()
    yield surroundings.mail_server(mail_to)
    yield from surroundings.programs()
    yield surroundings.backup(now)


def worst(found: list[Finding]) -> Level:
    """The level of the whole."""
    levels = {finding.level for finding in found}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)

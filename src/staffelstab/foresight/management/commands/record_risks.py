"""``staffelstab record_risks``: records the head figures of every organisation; meant to run once a day."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from staffelstab.foresight.jobs import record_risks
from staffelstab.identity.selectors.actors import all_organisation_ids


class Command(BaseCommand):
    """Enqueue one job per organisation."""

    help = "Record the knowledge risks of this quarter for every organisation (run daily)."

    def handle(self, *_args: object, **_options: object) -> None:
        """Enqueue."""
        for organisation_id in all_organisation_ids():
            record_risks.enqueue(str(organisation_id))

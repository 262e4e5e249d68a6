"""``staffelstab record_risks``: records the head figures of every organisation; meant to run once a day."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.services.records import record_quarter
from staffelstab.identity.selectors.actors import all_organisation_ids


class Command(BaseCommand):
    """Record, one transaction per organisation. Safe to repeat."""

    help = "Record the knowledge risks of this quarter for every organisation (run daily)."

    def handle(self, *_args: object, **_options: object) -> None:
        """Record."""
        for organisation_id in all_organisation_ids():
            actor = system_actor(organisation_id=organisation_id, reason="record_risks")
            with activate(TenancyContext(organisation_id=organisation_id)):
                record_quarter(actor=actor, today=timezone.localdate(), now=timezone.now())

"""``staffelstab record_risks``: records the head figures of every organisation; the worker does so once a day."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from staffelstab.foresight.subscribers import on_new_day


class Command(BaseCommand):
    """Record, one transaction per organisation. Safe to repeat."""

    help = "Record the knowledge risks of this quarter for every organisation (the worker does so daily)."

    def handle(self, *_args: object, **_options: object) -> None:
        """Record."""
        on_new_day(now=timezone.now())

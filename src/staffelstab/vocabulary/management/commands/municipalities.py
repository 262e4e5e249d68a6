"""``staffelstab municipalities``: load the municipalities of the census, as the owner role."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from staffelstab.core.management.commands.migrate import as_owner
from staffelstab.vocabulary.formats.municipalities import read_municipalities
from staffelstab.vocabulary.formats.refusals import FileRefused
from staffelstab.vocabulary.services import municipalities


class Command(BaseCommand):
    """Load and count. A file that cannot be used is a sentence on stderr and exit status 1."""

    help = "Load the municipalities of the census (CSV: state, ags, place, population)."

    def add_arguments(self, parser: CommandParser) -> None:
        """``PATH [--remove-missing]``."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--remove-missing",
            action="store_true",
            help="the file is the whole country: drop what it does not list",
        )

    def handle(self, *_args: object, path: Path, remove_missing: bool, **_options: object) -> None:
        """Read, load, report."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(_("The file “%(name)s” cannot be read.") % {"name": path}) from error
        try:
            with as_owner():
                outcome = municipalities.load(
                    rows=read_municipalities(content), remove_missing=remove_missing
                )
        except FileRefused as refusal:
            raise CommandError(refusal.sentence(_)) from refusal
        for problem in outcome.problems:
            message = problem.sentence(_)
            self.stdout.write(_("Row %(row)s: %(message)s") % {"row": problem.row, "message": message})
        self.stdout.write(
            _("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(removed)s removed")
            % {name: getattr(outcome, name) for name in ("new", "changed", "unchanged", "removed")}
        )

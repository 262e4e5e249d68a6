"""``staffelstab services``: import a catalogue of public services from a file."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from staffelstab.core.actors import system_actor
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.vocabulary.enums import SERVICE_VISIBILITIES, Visibility
from staffelstab.vocabulary.formats.refusals import FileRefused
from staffelstab.vocabulary.formats.services import read_services
from staffelstab.vocabulary.services import catalogue
from staffelstab.vocabulary.services.catalogue import Outcome


class Command(BaseCommand):
    """Import and count. A file or organisation that cannot be used is a sentence on stderr and exit status 1."""

    help = "Import a catalogue of public services: CSV with key, name and terms, or the Munich JSON export."

    def add_arguments(self, parser: CommandParser) -> None:
        """``PATH --organisation SLUG [--visibility …] [--source NAME] [--end-missing] [--json]``."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )
        parser.add_argument(
            "--visibility",
            choices=[visibility.value for visibility in SERVICE_VISIBILITIES],
            default=Visibility.HOUSE.value,
            help="who may see services that are new; the others keep theirs",
        )
        parser.add_argument(
            "--source", default="", metavar="NAME", help="name of the catalogue; default: the file's"
        )
        parser.add_argument("--end-missing", action="store_true", help="end what the source no longer lists")
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="print the outcome as one JSON object"
        )

    def handle(
        self,
        *_args: object,
        path: Path,
        organisation: str,
        visibility: str,
        source: str,
        end_missing: bool,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Read, import, report."""
        organisation_id = organisation_id_by_slug(organisation)
        if organisation_id is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": organisation})
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(_("The file “%(name)s” cannot be read.") % {"name": path}) from error
        actor = system_actor(organisation_id=organisation_id, reason="staffelstab services")
        try:
            with activate(TenancyContext(organisation_id)):
                outcome = catalogue.import_rows(
                    rows=read_services(content),
                    source=source or path.stem,
                    visibility=visibility,
                    end_missing=end_missing,
                    actor=actor,
                    now=timezone.now(),
                )
        except FileRefused as refusal:
            raise CommandError(refusal.sentence(_)) from refusal
        except DomainError as error:
            raise CommandError(error.message) from error
        self._print(outcome, as_json=as_json)

    def _print(self, outcome: Outcome, *, as_json: bool) -> None:
        numbers = {name: getattr(outcome, name) for name in ("new", "changed", "unchanged", "ended")}
        problems = [
            {"row": problem.row, "code": problem.code, "message": problem.sentence(_)}
            for problem in outcome.problems
        ]
        if as_json:
            self.stdout.write(json.dumps(numbers | {"problems": problems}, ensure_ascii=False))
            return
        for problem in problems:
            self.stdout.write(_("Row %(row)s: %(message)s") % problem)
        self.stdout.write(
            _("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(ended)s ended") % numbers
        )

"""``staffelstab report``: make a report and put its files into a folder."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.enums import ReportState
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors import reports as selectors
from staffelstab.foresight.selectors.report_files import FORMATS, file_of
from staffelstab.foresight.selectors.reports import Subject
from staffelstab.foresight.services import reports
from staffelstab.identity.selectors.actors import network_ids, organisation_id_by_slug


class Command(BaseCommand):
    """Make a report, kept like one made on the screen, and write PDF, XLSX and CSV."""

    help = "Make the report on exits and knowledge of an organisation, a unit or a network."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--organisation SLUG [--unit CODE | --network SLUG] [--as-of DAY] --out FOLDER [--json]``."""
        parser.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )
        subject = parser.add_mutually_exclusive_group()
        subject.add_argument(
            "--unit", default="", metavar="CODE", help="code of the unit; default: all of it"
        )
        subject.add_argument(
            "--network", default="", metavar="SLUG", help="short name of a network the organisation runs"
        )
        parser.add_argument(
            "--as-of",
            type=dt.date.fromisoformat,
            metavar="2026-11-22",
            help="day to count from; default: today",
        )
        parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the files go")
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object")

    def handle(
        self,
        *_args: object,
        organisation: str,
        unit: str,
        network: str,
        as_of: dt.date | None,
        out: Path,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Make the report. A mistake is a sentence on stderr and exit status 1."""
        organisation_id = organisation_id_by_slug(organisation)
        if organisation_id is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": organisation})
        actor = system_actor(organisation_id=organisation_id, reason="report")
        now = timezone.now()
        with activate(TenancyContext(organisation_id=organisation_id)):
            context = TenancyContext(organisation_id, None, network_ids(organisation_id))
        try:
            with activate(context):
                report = reports.request_report(
                    subject=_subject(actor, unit=unit, network=network),
                    as_of=as_of or timezone.localdate(now),
                    language=translation.get_language() or "de",
                    actor=actor,
                    now=now,
                )
        except NotFound as error:
            sentence = (
                _("There is no network “%(code)s” that this organisation runs.")
                if network
                else _("There is no unit “%(code)s”.")
            )
            raise CommandError(sentence % {"code": network or unit}) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        reports.make(organisation_id=organisation_id, report_id=report.pk, now=now)
        with activate(context):
            report = Report.objects.get(pk=report.pk)
            if report.state != ReportState.READY:
                translate = _  # the sentence is kept in the source language
                raise CommandError(translate(report.failure))
            paths = _write(report, out)
        self._print(report, paths, as_json=as_json)

    def _print(self, report: Report, paths: list[Path], *, as_json: bool) -> None:
        finding: str = report.content["finding"]
        if as_json:
            found: dict[str, Any] = {
                "report": str(report.pk),
                "as_of": report.as_of.isoformat(),
                "finding": finding,
                "digest": report.digest,
                "files": [str(path) for path in paths],
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(finding)
        for path in paths:
            self.stdout.write(str(path))


def _subject(actor: Actor, *, unit: str, network: str) -> Subject:
    if network:
        return selectors.network_subject(actor=actor, slug=network)
    if unit:
        return selectors.unit_subject(actor=actor, code=unit)
    return selectors.organisation_subject(actor=actor)


def _write(report: Report, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in FORMATS:
        file = file_of(report, kind)
        path = folder / file.name
        path.write_bytes(file.content)
        paths.append(path)
    return paths

"""``staffelstab risks``: the risks of one organisation, for people as a table or for programs as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import IO, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from staffelstab.core.actors import system_actor
from staffelstab.core.management import arguments
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.core.ui import numbers
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.selectors import risks
from staffelstab.foresight.selectors.risks import Picture
from staffelstab.identity.selectors.actors import organisation_id_by_slug


class Command(BaseCommand):
    """Print the risks. An unknown organisation is a sentence on stderr and exit status 1."""

    help = "Print the knowledge risks of an organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--organisation SLUG [--as-of 2026-11-22] [--scenario early|regular|late] [--json]``."""
        parser.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )
        parser.add_argument(
            "--as-of",
            type=arguments.day,
            metavar="2026-11-22",
            help="day to count from; default: today",
        )
        parser.add_argument(
            "--scenario", choices=[each.value for each in Scenario], default=Scenario.REGULAR.value
        )
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON list, one object per task"
        )

    def handle(
        self,
        *_args: object,
        organisation: str,
        as_of: dt.date | None,
        scenario: str,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Compute and print."""
        organisation_id = organisation_id_by_slug(organisation)
        if organisation_id is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": organisation})
        actor = system_actor(organisation_id=organisation_id, reason="risks")
        with activate(TenancyContext(organisation_id=organisation_id)):
            picture = risks.assessment(
                actor=actor, as_of=as_of or timezone.localdate(), scenario=Scenario(scenario)
            )
        if as_json:
            self._print_json(picture)
        else:
            self._print_table(picture)

    def _print_json(self, picture: Picture) -> None:
        self.stdout.write("[", ending="")
        for number, entry in enumerate(entries(picture)):
            self.stdout.write((",\n" if number else "\n") + json.dumps(entry, ensure_ascii=False), ending="")
        self.stdout.write("\n]")

    def _print_table(self, picture: Picture) -> None:
        table = Table(title=_("Knowledge risk on %(day)s") % {"day": picture.loaded.as_of.isoformat()})
        for head in (_("Key"), _("Task")):
            table.add_column(head)
        for head in (_("Red from"), _("Act by"), _("Can do it"), _("Rest risk")):
            table.add_column(head, justify="right")
        result, holders = picture.assessment, picture.loaded.holders
        for number in (-result.rest_risk).argsort(kind="stable").tolist():
            task = picture.loaded.tasks[number]
            red, act_by = (picture.named(int(each[number])) for each in (result.red_quarter, result.act_by))
            table.add_row(
                task.key,
                task.title,
                red.label if red else "–",
                act_by.label if act_by else "–",
                str(holders[number]),
                numbers.number(float(result.rest_risk[number]), 1),
            )
        Console(file=cast("IO[str]", self.stdout), width=None if self.stdout.isatty() else 140).print(table)


def entries(picture: Picture) -> Iterator[dict[str, object]]:
    """One object per task in the order of titles; quarters as ``2028-Q3`` or None."""
    result = picture.assessment
    for task in picture.loaded.tasks:
        red, act_by = (picture.named(int(each[task.number])) for each in (result.red_quarter, result.act_by))
        yield {
            "task": task.key,
            "p_none": result.p_none[task.number].tolist(),
            "expected_holders": result.expected[task.number].tolist(),
            "red_quarter": str(red) if red else None,
            "act_by": str(act_by) if act_by else None,
            "position_risk": int(result.position_risk[task.number]),
            "exit_risk": int(result.exit_risk[task.number]),
            "rest_risk": float(result.rest_risk[task.number]),
        }

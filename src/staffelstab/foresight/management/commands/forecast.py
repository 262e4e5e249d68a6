"""``staffelstab forecast``: exits per year from an age table, or of an organisation's own people.

With an age table it is file in, figures out: no database is opened.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

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
from staffelstab.foresight.domain.forecast import LONGEST, forecast_age_structure
from staffelstab.foresight.formats.age_table import AgeTableRefused, read_age_table
from staffelstab.foresight.selectors.age_table import sentence
from staffelstab.foresight.selectors.forecast import organisation_forecast, until_years
from staffelstab.identity.selectors.actors import organisation_id_by_slug

DEFAULT_YEARS = 10

type Entries = Mapping[str, Sequence[Mapping[str, Any]]]
"""Scenario → one entry per year or period, as the JSON has them."""


class Command(BaseCommand):
    """Print the forecast. What cannot be read is a sentence on stderr and exit status 1."""

    help = "Print how many people leave in which year, in three scenarios."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--age-structure FILE --date DAY`` or ``--organisation SLUG``, ``--until YEAR --turnover 0.02 --json``."""
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--age-structure",
            type=arguments.file,
            metavar="FILE",
            help="CSV file with the columns Alter;Anzahl",
        )
        source.add_argument("--organisation", metavar="SLUG", help="short name of the organisation")
        parser.add_argument(
            "--date",
            type=arguments.day,
            metavar="2026-06-30",
            help="day of the head counts; needed with a file, default: today",
        )
        parser.add_argument(
            "--until", type=int, metavar="YEAR", help="last year of the outlook; default: ten years on"
        )
        parser.add_argument(
            "--turnover",
            type=arguments.share,
            default=0.0,
            metavar="0.02",
            help="yearly share leaving otherwise",
        )
        parser.add_argument("--json", dest="as_json", action="store_true", help="scenario → list of years")

    def handle(
        self,
        *_args: object,
        age_structure: Path | None,
        organisation: str | None,
        date: dt.date | None,
        until: int | None,
        turnover: float,
        as_json: bool,
        **_options: object,
    ) -> None:
        """Compute and print."""
        if age_structure is not None and date is None:
            raise CommandError(_("Say with --date on which day the people were counted."))
        day = date or timezone.localdate()
        years = range(day.year, day.year + LONGEST + 1) if organisation is None else until_years(day)
        last = day.year + DEFAULT_YEARS if until is None else until
        if last not in years:
            raise CommandError(
                _("The outlook ends between %(first)d and %(last)d, not %(until)d.")
                % {"first": years[0], "last": years[-1], "until": last}
            )
        if age_structure is not None:
            entries = of_table(age_structure, day=day, until=last, turnover=turnover)
        else:
            entries = of_organisation(organisation or "", day=day, until=last, turnover=turnover)
        if as_json:
            self.stdout.write(json.dumps(entries, indent=1))
        else:
            self._print(entries)

    def _print(self, entries: Entries) -> None:
        table = Table(title=_("Exits"))
        table.add_column(_("Year"))
        for head in (_("early"), _("regular"), _("late")):
            table.add_column(head, justify="right")
            table.add_column(_("together"), justify="right")
            table.add_column("%", justify="right")
        for row in zip(*entries.values(), strict=True):
            table.add_row(_years(row[0]), *(cell for entry in row for cell in _cells(entry)))
        Console(file=cast("IO[str]", self.stdout), width=None if self.stdout.isatty() else 140).print(table)


def of_table(path: Path, *, day: dt.date, until: int, turnover: float) -> Entries:
    """The forecast of an age table. Raises CommandError for a file that is none."""
    try:
        structure = read_age_table(path.read_bytes(), date=day)
    except OSError as error:
        raise CommandError(_("The file %(path)s cannot be read.") % {"path": path}) from error
    except AgeTableRefused as refused:
        raise CommandError("\n".join(sentence(problem) for problem in refused.problems)) from refused
    found = forecast_age_structure(structure, until=until, turnover=turnover)
    return {
        scenario.value: [
            {
                "year": each.year,
                "exits": each.exits,
                "cumulative": each.cumulative,
                "cumulative_share": each.cumulative_share,
            }
            for each in found[scenario]
        ]
        for scenario in Scenario
    }


def of_organisation(slug: str, *, day: dt.date, until: int, turnover: float) -> Entries:
    """The forecast of an organisation by periods; `from_year` is the first of a period, `year` the last.

    Raises CommandError for an unknown organisation or one with too few people.
    """
    organisation_id = organisation_id_by_slug(slug)
    if organisation_id is None:
        raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
    actor = system_actor(organisation_id=organisation_id, reason="forecast")
    with activate(TenancyContext(organisation_id=organisation_id)):
        found = organisation_forecast(actor=actor, as_of=day, until=until, turnover=turnover)
    if not found.periods:
        raise CommandError(
            _("Fewer than %(threshold)s people with a known exit: nothing is shown.")
            % {"threshold": found.threshold}
        )
    return {
        scenario.value: [
            {
                "from_year": period.first_year,
                "year": period.last_year,
                "exits": period.figures[scenario].exits,
                "cumulative": period.figures[scenario].cumulative,
                "cumulative_share": period.figures[scenario].cumulative_share,
            }
            for period in found.periods
        ]
        for scenario in Scenario
    }


def _years(entry: Mapping[str, Any]) -> str:
    first, last = entry.get("from_year", entry["year"]), entry["year"]
    return f"{first}" if first == last else f"{first}–{last}"


def _cells(entry: Mapping[str, Any]) -> Iterable[str]:
    return (
        numbers.number(entry["exits"], 1),
        numbers.number(entry["cumulative"], 1),
        numbers.number(entry["cumulative_share"] * 100, 1),
    )

"""``staffelstab import PATH --organisation SLUG``: check a workbook and apply it, in one go."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from staffelstab.core.actors import system_actor
from staffelstab.core.progress import Progress, silent
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.workforce.domain import import_rules
from staffelstab.workforce.domain.import_problems import Problem, describe
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.services.imports import records, runs


def _path(text: str) -> Path:
    """The path of an argument. An empty one would be the current folder: the variable of a script was not set."""
    if not text.strip():
        raise ArgumentTypeError(gettext("the path is empty"))
    return Path(text)


class Command(BaseCommand):
    """Exit status 0: applied, or a dry run without errors; 1: rejected, nothing was written."""

    help = "Import units, positions, persons, holdings, tasks and responsibilities from a workbook."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """PATH is an XLSX, ODS or CSV file, a zip of CSV files, or a folder of them."""
        parser.add_argument("path", type=_path, help="XLSX, ODS, CSV, zip of CSV, or a folder of CSV files")
        parser.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument(
            "--end-missing", action="store_true", help="end what is in the register but not in the file"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Import."""
        organisation_id = organisation_id_by_slug(options["organisation"])
        if organisation_id is None:
            raise CommandError(
                gettext("There is no organisation “%(slug)s”.") % {"slug": options["organisation"]}
            )
        actor = system_actor(organisation_id=organisation_id, reason="staffelstab import")
        path: Path = options["path"]
        with _shown() as progress, activate(TenancyContext(organisation_id)):
            outcome = runs.import_file(
                path=path,
                name=path.name or str(path.resolve().name),
                actor=actor,
                now=timezone.now(),
                end_missing=options["end_missing"],
                dry_run=options["dry_run"],
                progress=progress,
            )
        summary = summarise(outcome)
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
        else:
            self._print(summary, end_missing=options["end_missing"])
        if outcome.state == ImportState.REJECTED:
            sys.exit(1)

    def _print(self, summary: dict[str, Any], *, end_missing: bool) -> None:
        for problem in summary["problems"]:
            place = " ".join(
                part
                for part in (
                    problem["sheet"],
                    gettext("row %(row)s") % problem if problem["row"] else "",
                    problem["column"],
                )
                if part
            )
            text = f"{problem['message']} {problem['hint']}"
            self.stdout.write(f"{place}: {text}" if place else text)
        further = summary["problem_count"] - len(summary["problems"])
        if further:
            self.stdout.write(gettext("… and %(count)s further problems.") % {"count": further})
        for name, sheet in summary["sheets"].items():
            counts = (
                gettext("%(new)s new, %(changed)s changed, %(ended)s ended, %(unchanged)s unchanged") % sheet
            )
            if sheet["missing"] and not end_missing:
                counts += gettext("; %(missing)s are missing in the file and stay") % sheet
            self.stdout.write(f"{name}: {counts}")
        self.stdout.write(_SENTENCES[summary["state"]]())


_SENTENCES = {
    "applied": lambda: gettext("The import has been applied."),
    "ready": lambda: gettext("The file can be imported. Nothing has been written."),
    "rejected": lambda: gettext("The file has errors. Nothing has been written."),
}


def summarise(outcome: runs.Outcome) -> dict[str, Any]:
    """The result as plain data. Sheets and columns have the names of the format, which are German."""
    found = outcome.examination
    return {
        "state": str(outcome.state.value),
        "sheets": {
            import_rules.sheet_name(key): {
                "rows": sheet.rows,
                "new": sheet.new,
                "changed": sheet.changed,
                "ended": outcome.ended.get(key, 0),
                "unchanged": sheet.unchanged,
                "missing": sheet.missing,
            }
            for key, sheet in found.sheets.items()
        },
        "problems": [_worded(problem) for problem in records.in_order(found.problems.problems)],
        "problem_count": found.problems.total,
        "error_count": found.problems.errors,
        "warning_count": found.problems.warnings,
    }


def _worded(problem: Problem) -> dict[str, Any]:
    words = describe(
        problem, sheet_name=import_rules.sheet_name, column_name=import_rules.column_name, translate=gettext
    )
    return {
        "severity": words.severity.value,
        "code": problem.code,
        "sheet": words.sheet,
        "row": words.row,
        "column": words.column,
        "value": words.value,
        "message": words.message,
        "hint": words.hint,
    }


@contextmanager
def _shown() -> Iterator[Progress]:
    """A progress bar on standard error where somebody looks at it."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(
            task, description=step, completed=done, total=total or None
        )

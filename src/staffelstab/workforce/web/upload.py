"""What the pages of an import show, out of the import's stored examination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.ui.tables import Column, Table
from staffelstab.workforce.domain import import_rules
from staffelstab.workforce.domain.import_problems import ProblemWords, describe
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.domain.import_states import RUNNING
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import records

PAGE_SIZE: Final = 50
_VALUE_LENGTH: Final = 60
_PATIENCE: Final = timedelta(minutes=2)

TONES: Final[Mapping[str, str]] = {
    ImportState.UPLOADED: "info",
    ImportState.CHECKING: "info",
    ImportState.REJECTED: "critical",
    ImportState.READY: "warn",
    ImportState.APPLYING: "info",
    ImportState.APPLIED: "ok",
    ImportState.UNDOING: "info",
    ImportState.UNDONE: "neutral",
    ImportState.DISCARDED: "neutral",
    ImportState.FAILED: "critical",
}

_STEPS: Final = {
    "read": gettext_lazy("Reading the sheet “%(sheet)s”"),
    "check": gettext_lazy("Checking how the rows fit together"),
    "compare": gettext_lazy("Comparing “%(sheet)s” with the register"),
    "write": gettext_lazy("Writing “%(sheet)s”"),
    "remove": gettext_lazy("Removing new entries from “%(sheet)s”"),
    "restore": gettext_lazy("Restoring “%(sheet)s”"),
    "commit": gettext_lazy("Completing"),
}
_KINDS: Final = (
    ("new", gettext_lazy("New")),
    ("changed", gettext_lazy("Changed")),
    ("missing", gettext_lazy("In the register only")),
)


@dataclass(frozen=True, slots=True)
class ShownExample:
    """One row: its key, its name, and what changes as (column, old, new)."""

    key: str
    name: str
    row: int | None
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """One sheet's counts and its examples by kind: (label, examples, how many more)."""

    key: str
    name: str
    rows: int
    new: int
    changed: int
    unchanged: int
    missing: int
    ended: int
    examples: Sequence[tuple[str, Sequence[ShownExample], int]]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything below the head of an import's page."""

    running: bool
    stalled: bool
    step: str
    percent: int | None
    sheets: Sequence[ShownSheet]
    sheet_table: Table
    errors: int
    warnings: int
    problem_table: Table
    listed: int
    page: int
    pages: int
    obstacles: Sequence[ProblemWords]
    obstacle_count: int
    changing: int
    missing: int
    undone: Mapping[str, Any]

    @property
    def has_previous(self) -> bool:
        return self.page > 1

    @property
    def has_next(self) -> bool:
        return self.page < self.pages


def preview_of(batch: Import, *, page: str, now: datetime) -> Preview:
    """What to show. ``page`` is the page of problems asked for; anything else than a number means the first."""
    stored = batch.preview
    running = batch.state in RUNNING
    sheets = [_sheet(key, stored["sheets"][key], stored) for key in _ordered(stored)]
    pages = max(1, -(-len(batch.problems) // PAGE_SIZE))
    number = min(max(int(page), 1), pages) if page.isdecimal() and len(page) < 6 else 1
    first = (number - 1) * PAGE_SIZE
    return Preview(
        running=running,
        stalled=running and not batch.progress_done and now - batch.changed_at > _PATIENCE,
        step=_step(batch.progress_step),
        percent=100 * batch.progress_done // batch.progress_total if batch.progress_total else None,
        sheets=sheets,
        sheet_table=_sheet_table(batch, sheets),
        errors=stored.get("errors", 0),
        warnings=stored.get("warnings", 0),
        problem_table=_problem_table(
            [_worded(record) for record in batch.problems[first : first + PAGE_SIZE]]
        ),
        listed=len(batch.problems),
        page=number,
        pages=pages,
        obstacles=[_worded(record) for record in stored.get("obstacles", ())],
        obstacle_count=stored.get("obstacle_count", 0),
        changing=sum(sheet.new + sheet.changed for sheet in sheets),
        missing=sum(sheet.missing for sheet in sheets),
        undone=stored.get("undone", {}),
    )


def _sheet_table(batch: Import, sheets: Sequence[ShownSheet]) -> Table:
    over = batch.applied_at is not None
    last = ("ended", _("Ended")) if over else ("missing", _("In the register only"))
    counts = (
        ("rows", _("Rows")),
        ("new", _("New")),
        ("changed", _("Changed")),
        ("unchanged", _("Unchanged")),
        last,
    )
    return Table(
        caption=_("Counts per sheet"),
        columns=(
            Column(key="name", label=_("Sheet"), primary=True),
            *(Column(key=key, label=label, numeric=True) for key, label in counts),
        ),
        rows=sheets,
    )


def _place(problem: ProblemWords) -> str:
    row = _("row %(row)s") % {"row": problem.row} if problem.row else ""
    return ", ".join(part for part in (problem.sheet, row, problem.column) if part) or _(
        "the file as a whole"
    )


def _problem_table(problems: Sequence[ProblemWords]) -> Table:
    return Table(
        caption=_("Problems"),
        columns=(
            Column(key="sheet", label=_("Place in the file"), primary=True, value=_place),
            # The whole value stands in the workbook with comments.
            Column(
                key="value", label=_("Value"), value=lambda row: Truncator(row.value).chars(_VALUE_LENGTH)
            ),
            Column(key="message", label=_("What is wrong"), template="workforce/upload/message.html"),
            Column(key="hint", label=_("What would be right")),
        ),
        rows=problems,
        compact=True,
    )


def _ordered(stored: Mapping[str, Any]) -> list[str]:
    found = stored.get("sheets", {})
    return [sheet.key for sheet in SHEETS if sheet.key in found]


def _step(text: str) -> str:
    step, _colon, sheet = text.partition(":")
    label = _STEPS.get(step)
    return str(label) % {"sheet": import_rules.sheet_name(sheet)} if label else _("Waiting for a free worker")


def _sheet(key: str, stored: Mapping[str, Any], preview: Mapping[str, Any]) -> ShownSheet:
    examples = []
    for kind, label in _KINDS:
        rows = stored["examples"].get(kind, ())
        if rows:
            shown = [_example(key, row) for row in rows]
            examples.append((str(label), shown, stored[kind] - len(shown)))
    return ShownSheet(
        key=key,
        name=import_rules.sheet_name(key),
        rows=stored["rows"],
        new=stored["new"],
        changed=stored["changed"],
        unchanged=stored["unchanged"],
        missing=stored["missing"],
        ended=preview.get("ended", {}).get(key, 0),
        examples=examples,
    )


def _example(sheet: str, row: Mapping[str, Any]) -> ShownExample:
    changes = [(_column(sheet, column), old, new) for column, old, new in row["changes"]]
    return ShownExample(row["key"], row["name"], row["row"], changes)


def _column(sheet: str, column: str) -> str:
    return _("ended on") if column == "ended_on" else import_rules.column_name(sheet, column)


def _worded(record: Mapping[str, Any]) -> ProblemWords:
    return describe(
        records.problem_of(record),
        sheet_name=import_rules.sheet_name,
        column_name=import_rules.column_name,
        translate=_,
    )

"""A problem of an import, its words, and the capped list in which a run collects them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from staffelstab.workforce.domain.import_messages import PROBLEMS, Severity

SHOWN_VALUE_LENGTH: Final = 120
"""Longer cell values are cut before they are shown or stored with a problem."""

NO_DATA: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    ``sheet`` is the key of a known sheet (``"units"`` …), the name in the file for an unknown one, or ``""`` for
    the file as a whole. ``row`` is the row number as the spreadsheet program shows it (1 is the first).
    ``column`` is the key of a known column (``"parent"``), the heading in the file for an unknown one, or ``""``.
    ``data`` fills the placeholders of the texts in :data:`PROBLEMS`.
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    data: Mapping[str, object] = field(default_factory=lambda: NO_DATA)

    @property
    def severity(self) -> Severity:
        return PROBLEMS[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """A problem as people read it: where, what is wrong, what would be right."""

    severity: Severity
    sheet: str
    row: int | None
    column: str
    value: str
    message: str
    hint: str


def shorten(value: str) -> str:
    """The value as it is shown: one line, at most :data:`SHOWN_VALUE_LENGTH` characters."""
    flat = " ".join(value[: 4 * SHOWN_VALUE_LENGTH].split())
    return flat if len(flat) <= SHOWN_VALUE_LENGTH else flat[: SHOWN_VALUE_LENGTH - 1] + "…"


def describe(
    problem: Problem,
    *,
    sheet_name: Callable[[str], str],
    column_name: Callable[[str, str], str],
    translate: Callable[[str], str] = str,
) -> ProblemWords:
    """Put a problem into words.

    ``sheet_name`` and ``column_name`` turn keys into the German names of the format (see
    ``import_rules.sheet_name`` and ``column_name``); ``translate`` is gettext where a language is known.
    """
    text = PROBLEMS[problem.code]
    sheet = sheet_name(problem.sheet)
    column = column_name(problem.sheet, problem.column)
    value = shorten(problem.value)
    words = {"sheet": sheet, "column": column, "value": value} | dict(problem.data)
    return ProblemWords(
        severity=text.severity,
        sheet=sheet,
        row=problem.row,
        column=column,
        value=value,
        message=translate(text.message) % words,
        hint=translate(text.hint) % words,
    )


class ProblemCollector:
    """Keeps the first ``limit`` problems and counts all of them, so that a bad file cannot fill the memory.

    Errors displace warnings: once the list is full, a further error takes the place of the last warning.
    """

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        self.errors = 0
        self.warnings = 0
        self.by_code: Counter[str] = Counter()
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self.by_code[problem.code] += 1
        if problem.is_error:
            self.errors += 1
            if len(self._errors) < self.limit:
                self._errors.append(problem)
                if len(self._errors) + len(self._warnings) > self.limit:
                    self._warnings.pop()
        else:
            self.warnings += 1
            if len(self._errors) + len(self._warnings) < self.limit:
                self._warnings.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors first, in the order of their discovery, then the warnings."""
        return (*self._errors, *self._warnings)

    @property
    def total(self) -> int:
        return self.errors + self.warnings

    @property
    def is_cut(self) -> bool:
        """Whether more problems were found than are kept."""
        return self.total > len(self._errors) + len(self._warnings)

"""Examinations as JSON: what an ``Import`` row keeps of a check, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from staffelstab.workforce.domain.import_problems import Problem, ProblemCollector, shorten
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports.examine import Examination, Example

_ORDER: Mapping[str, int] = {"": -1} | {sheet.key: index for index, sheet in enumerate(SHEETS)}


FIELDS: Final = ("problems", "problem_count", "preview")
"""The fields of an import that ``write`` fills."""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Errors before warnings, then as they stand in the file."""
    return sorted(
        problems,
        key=lambda p: (
            not p.is_error,
            _ORDER.get(p.sheet, len(_ORDER)),
            p.sheet,
            p.row or 0,
            p.column,
            p.code,
        ),
    )


def problem_record(problem: Problem) -> dict[str, Any]:
    """A problem without its words: these depend on the reader's language."""
    data = {key: value if isinstance(value, int | str) else str(value) for key, value in problem.data.items()}
    return {
        "code": problem.code,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "value": shorten(problem.value),
        "data": data,
    }


def problem_of(record: Mapping[str, Any]) -> Problem:
    """The problem behind a record."""
    return Problem(
        record["code"], record["sheet"], record["row"], record["column"], record["value"], record["data"]
    )


def _example(example: Example) -> dict[str, Any]:
    return {
        "key": example.key,
        "name": example.name,
        "row": example.row,
        "changes": [list(c) for c in example.changes],
    }


def _problems(collector: ProblemCollector) -> list[dict[str, Any]]:
    return [problem_record(problem) for problem in in_order(collector.problems)]


def write(batch: Import, examination: Examination) -> None:
    """Put an examination into the fields of an import; the caller saves it."""
    batch.problems = _problems(examination.problems)
    batch.problem_count = examination.problems.total
    batch.preview = {
        "kind": examination.kind,
        "errors": examination.problems.errors,
        "warnings": examination.problems.warnings,
        "obstacles": _problems(examination.obstacles)[:50],
        "obstacle_count": examination.obstacles.total,
        "sheets": {
            key: {
                "rows": sheet.rows,
                "new": sheet.new,
                "changed": sheet.changed,
                "unchanged": sheet.unchanged,
                "missing": sheet.missing,
                "examples": {
                    kind: [_example(example) for example in examples]
                    for kind, examples in sheet.examples.items()
                },
            }
            for key, sheet in examination.sheets.items()
        },
    }

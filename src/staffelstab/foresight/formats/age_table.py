"""Age structures as CSV files: ``Alter;Anzahl``, optionally ``Gruppe`` and ``Altersgrenze``."""

import dataclasses
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from staffelstab.foresight.domain.forecast import OLDEST, AgeBand, AgeStructure
from staffelstab.foresight.domain.forecast_ages import EMPLOYEE
from staffelstab.workforce.formats.csv_table import CsvTable
from staffelstab.workforce.formats.limits import Limits, SourceRefused

LARGEST_FILE: Final = 1024 * 1024
_LIMITS: Final = Limits(file_bytes=LARGEST_FILE, rows=5000, columns=16)
_BATCH: Final = 1000
_MOST_PROBLEMS: Final = 20
_LARGEST_COUNT: Final = 1_000_000_000

COLUMNS: Final[Mapping[str, str]] = {
    "alter": "age", "altersgruppe": "age", "altersband": "age", "age": "age",
    "anzahl": "count", "personen": "count", "beschäftigte": "count", "count": "count",
    "gruppe": "group", "group": "group",
    "altersgrenze": "limit", "age limit": "limit",
}  # fmt: skip
"""Heading in small letters → what the column holds."""

AGE_LIMITS: Final[Mapping[str, str]] = {
    "": EMPLOYEE, "regelaltersgrenze": EMPLOYEE, "tarifbeschäftigte": EMPLOYEE,
    "beamte": "civil_servant", "feuerwehr": "fire_service",
}  # fmt: skip

TEMPLATE: Final = (
    "Alter;Anzahl;Gruppe;Altersgrenze\r\n"
    "unter 25;61;Verwaltung;\r\n25-34;188;Verwaltung;\r\n35-44;214;Verwaltung;\r\n"
    "45-54;301;Verwaltung;\r\n55-59;149;Verwaltung;\r\n60 und älter;96;Verwaltung;\r\n"
    "unter 35;34;Feuerwehr;Feuerwehr\r\n35-49;41;Feuerwehr;Feuerwehr\r\n"
    "50 und älter;22;Feuerwehr;Feuerwehr\r\n"
).encode("utf-8-sig")
"""A file to fill in; the numbers are invented."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableProblem:
    """One finding: `code`, `row` as the spreadsheet program counts it (None: the whole file), what stands there."""

    code: str
    row: int | None = None
    data: Mapping[str, object] = dataclasses.field(default_factory=dict)


class AgeTableRefused(Exception):
    """A file that is no age structure; `problems` has at least one and at most 20 findings."""

    def __init__(self, problems: Sequence[TableProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.code for problem in problems))


def read_age_table(data: bytes, *, date: dt.date) -> AgeStructure:
    """The age structure in the bytes of a CSV file: UTF-8 or Windows-1252; ``;``, ``,`` or tab.

    Any bytes end in an AgeStructure or in AgeTableRefused.
    """
    if len(data) > LARGEST_FILE:
        raise AgeTableRefused([TableProblem(code="file.too_large", data={"limit": LARGEST_FILE // 1024})])
    rows = _rows(data)
    if not rows:
        raise AgeTableRefused([TableProblem(code="table.empty")])
    columns = _columns(*rows[0])
    found: list[tuple[int, AgeBand]] = []
    problems: list[TableProblem] = []
    for number, cells in rows[1:]:
        try:
            found.append((number, _band(number, cells, columns)))
        except AgeTableRefused as refused:
            problems.extend(refused.problems)
    problems.extend(_overlaps(found))
    if not problems and not any(band.count for _number, band in found):
        problems.append(TableProblem(code="table.nobody"))
    if problems:
        raise AgeTableRefused(problems[:_MOST_PROBLEMS])
    return AgeStructure(date=date, bands=tuple(band for _number, band in found))


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers."""
    try:
        table = CsvTable("", lambda: io.BytesIO(data), _LIMITS)
        rows = [list(row) for batch in table.batches(_BATCH) for row in batch]
    except SourceRefused as refused:
        row = refused.data.get("row")
        raise AgeTableRefused(
            [
                TableProblem(
                    # Half UTF-8, half not: for a few dozen rows the advice is the same.
                    code="csv.encoding" if refused.code == "csv.mixed" else refused.code,
                    row=row if isinstance(row, int) else None,
                    data={"limit": refused.data.get("limit", "")},
                )
            ]
        ) from refused
    cleaned = [(number, [_clean(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
    return [(number, row) for number, row in cleaned if any(row)]


def _clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _columns(number: int, heads: Sequence[str]) -> list[str]:
    """What each column holds; empty for a column without heading."""
    problems = []
    columns = []
    for head in heads:
        name = COLUMNS.get(head.casefold(), "")
        if head and not name:
            problems.append(TableProblem(code="column.unknown", row=number, data={"value": head[:40]}))
        if name and name in columns:
            problems.append(TableProblem(code="column.twice", row=number, data={"value": head}))
        columns.append(name)
    # A file without headings has numbers in its first row: one sentence about that says more than one per cell.
    if not {"age", "count"} <= set(columns):
        raise AgeTableRefused([TableProblem(code="column.missing", row=number)])
    if problems:
        raise AgeTableRefused(problems)
    return columns


def _band(number: int, cells: Sequence[str], columns: Sequence[str]) -> AgeBand:
    if any(cells[len(columns) :]) or any(
        cell and not name for cell, name in zip(cells, columns, strict=False)
    ):
        raise AgeTableRefused([TableProblem(code="row.too_long", row=number)])
    row = dict.fromkeys(("group", "limit", "age", "count"), "") | dict(zip(columns, cells, strict=False))
    problems = []
    ages, count = _ages(row["age"]), _count(row["count"])
    if ages is None:
        code = "age.total" if row["age"].casefold() in _TOTALS else "age.unclear"
        problems.append(TableProblem(code=code, row=number, data={"value": row["age"][:40]}))
    elif not 0 <= (ages[0] or 0) <= (OLDEST if ages[1] is None else ages[1]) <= OLDEST:
        problems.append(
            TableProblem(code="age.impossible", row=number, data={"value": row["age"], "oldest": OLDEST})
        )
    if count is None:
        problems.append(TableProblem(code="count.unclear", row=number, data={"value": row["count"][:40]}))
    elif count > _LARGEST_COUNT:
        problems.append(TableProblem(code="count.too_large", row=number, data={"value": row["count"][:40]}))
    limit = AGE_LIMITS.get(row["limit"].casefold())
    if limit is None:
        problems.append(TableProblem(code="limit.unknown", row=number, data={"value": row["limit"][:40]}))
    if problems or ages is None or count is None or limit is None:
        raise AgeTableRefused(problems)
    return AgeBand(low=ages[0], high=ages[1], count=count, group=row["group"] or None, limit=limit)


# --- cells --------------------------------------------------------------------------------------------------

_TOTALS: Final = {"insgesamt", "gesamt", "summe", "zusammen", "total"}
_BANDS: Final[Sequence[tuple[re.Pattern[str], int, int]]] = [
    (re.compile(pattern.replace("N", r"(\d{1,3})"), re.ASCII), add_low, add_high)
    for pattern, add_low, add_high in (
        (r"(?:von )?(?P<low>N) ?(?:-|bis) ?(?P<high>N)", 0, 0),
        (r"(?:von )?(?P<low>N) ?(?:-|bis) ?unter (?P<high>N)", 0, -1),
        (r"(?:unter|bis unter|jünger als|<) ?(?P<high>N)", 0, -1),
        (r"(?:bis|bis zu|<=|≤) ?(?P<high>N)", 0, 0),
        (r"(?P<high>N) und jünger", 0, 0),
        (r"(?:ab|mindestens|>=|≥) ?(?P<low>N)", 0, 0),
        (r"(?P<low>N) ?(?:\+|(?:und|oder) (?:älter|mehr|darüber))", 0, 0),
        (r"(?:über|älter als|>) ?(?P<low>N)", 1, 0),
        (r"(?P<low>(?P<high>N))", 0, 0),
    )
]
"""Forms of a band, and what is added to the lower and the upper age to get completed years."""
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_WHOLE: Final = re.compile(r"\d+|\d{1,3}(?:([. ,'’])\d{3})(?:\1\d{3})*", re.ASCII)


def _ages(text: str) -> tuple[int | None, int | None] | None:
    """Lowest and highest age in completed years, None for an open end; None for what cannot be read."""
    plain = re.sub(r" ?(?:jahren|jahre|jahr|j\.)", "", text.casefold().translate(_DASHES))
    plain = " ".join(plain.split())
    for pattern, add_low, add_high in _BANDS:
        if found := pattern.fullmatch(plain):
            ends = found.groupdict()
            low, high = ends.get("low"), ends.get("high")
            return int(low) + add_low if low else None, int(high) + add_high if high else None
    return None


def _count(text: str) -> int | None:
    """A whole number, with or without thousand separators; None for anything else."""
    if not _WHOLE.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    # a longer one is too large in any case, and Python refuses to read thousands of digits
    return int(digits[:12])


def _overlaps(found: Sequence[tuple[int, AgeBand]]) -> list[TableProblem]:
    """Bands of one group that count the same age twice."""
    problems = []
    for place, (number, band) in enumerate(found):
        for before, other in found[:place]:
            same = (band.group, band.limit) == (other.group, other.limit)
            if same and _low(band) <= _high(other) and _low(other) <= _high(band):
                problems.append(TableProblem(code="age.overlap", row=number, data={"other": before}))
                break
        if len(problems) >= _MOST_PROBLEMS:
            break
    return problems


def _low(band: AgeBand) -> int:
    return band.low or 0


def _high(band: AgeBand) -> int:
    return OLDEST if band.high is None else band.high

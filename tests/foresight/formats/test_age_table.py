"""Age structures as files: what people write, what is refused with which row, and any bytes at all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffelstab.foresight.domain.forecast import AgeStructure
from staffelstab.foresight.formats.age_table import TEMPLATE, AgeTableRefused, read_age_table

DAY = dt.date(2013, 6, 30)


def bands(text: str | bytes) -> list[tuple[int | None, int | None, int]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(band.low, band.high, band.count) for band in read_age_table(data, date=DAY).bands]


def refused(text: str | bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(AgeTableRefused) as caught:
        read_age_table(text if isinstance(text, bytes) else text.encode(), date=DAY)
    return [(problem.code, problem.row) for problem in caught.value.problems]


def test_table_with_the_usual_bands() -> None:
    text = "Alter;Anzahl\nunter 25;61\n25-34;812\n35 bis 44;1.250\n45–54;2 000\n55 - 59 Jahre;0\n60 und älter;96\n"
    assert bands(text) == [
        (None, 24, 61),
        (25, 34, 812),
        (35, 44, 1250),
        (45, 54, 2000),
        (55, 59, 0),
        (60, None, 96),
    ]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("unter 25", None, 24), ("< 25", None, 24), ("bis unter 25", None, 24), ("jünger als 25", None, 24),
        ("bis 24", None, 24), ("bis zu 24", None, 24), ("24 und jünger", None, 24), ("≤24", None, 24),
        ("25-34", 25, 34), ("25 bis 34", 25, 34), ("25 bis unter 35", 25, 34), ("von 25 bis 34", 25, 34),
        ("25—34", 25, 34), ("25 - 34 Jahre", 25, 34), ("25 bis unter 35 Jahren", 25, 34), ("42", 42, 42),
        ("60 und älter", 60, None), ("60 Jahre und älter", 60, None), ("65+", 65, None), ("65 +", 65, None),
        ("ab 60", 60, None), ("60 und mehr", 60, None), ("60 oder älter", 60, None), (">= 60", 60, None),
        ("mindestens 60 Jahre", 60, None), ("60 und darüber", 60, None),
        ("über 60", 61, None), ("älter als 60", 61, None), ("> 60", 61, None), ("60 UND ÄLTER", 60, None),
    ],
)  # fmt: skip
def test_table_reads_bands_as_people_write_them(written: str, low: int | None, high: int | None) -> None:
    assert bands(f"Alter;Anzahl\n{written};7\n") == [(low, high, 7)]


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("812", 812),
        ("1.234", 1234),
        ("1 234 567", 1234567),
        ("1'234", 1234),
        ('"1,234"', 1234),
        ("1\u202f234", 1234),
    ],
)
def test_table_reads_counts_with_thousand_separators(written: str, count: int) -> None:
    assert bands(f"Alter;Anzahl\n30-39;{written}\n") == [(30, 39, count)]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_table_in_any_usual_form(delimiter: str, encoding: str) -> None:
    text = f"Altersgruppe{delimiter}Anzahl\r\n\r\n60 und älter{delimiter}7\r\n"
    assert bands(text.encode(encoding)) == [(60, None, 7)]


def test_table_with_groups_and_age_limits() -> None:
    found = read_age_table(
        b"Gruppe;Alter;Anzahl;Altersgrenze\nKita;30-39;5;\nFeuerwehr;30-39;4;Feuerwehr\n;30-39;3;Beamte\n",
        date=DAY,
    )
    assert [(band.group, band.limit) for band in found.bands] == [
        ("Kita", "employee"),
        ("Feuerwehr", "fire_service"),
        (None, "civil_servant"),
    ]
    assert found.date == DAY


def test_template_can_be_read() -> None:
    found = read_age_table(TEMPLATE, date=DAY)
    assert (found.total, found.groups) == (1106, ("Verwaltung", "Feuerwehr"))


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("table.empty", None)]),
        (" ;;\n\n", [("table.empty", None)]),
        ("25-34;812\n35-44;10\n", [("column.missing", 1)]),
        ("\nAlter;Köpfe\n25-34;812\n", [("column.missing", 2)]),
        ("Alter;Anzahl;Geburtsdatum\n25-34;812;\n", [("column.unknown", 1)]),
        ("Alter;Anzahl;Anzahl\n25-34;812;1\n", [("column.twice", 1)]),
        ("Alter;Anzahl\n", [("table.nobody", None)]),
        ("Alter;Anzahl\n25-34;0\n", [("table.nobody", None)]),
        ("Alter;Anzahl\njung;1\n25-34;viele\n", [("age.unclear", 2), ("count.unclear", 3)]),
        ("Alter;Anzahl\n25-34;1\n;5\n", [("age.unclear", 3)]),
        ("Alter;Anzahl\n25-34\n", [("count.unclear", 2)]),
        ("Alter;Anzahl\n25-34;1\nInsgesamt;1\n", [("age.total", 3)]),
        ("Alter;Anzahl\n34-25;1\n", [("age.impossible", 2)]),
        ("Alter;Anzahl\n60-130;1\n", [("age.impossible", 2)]),
        ("Alter;Anzahl\nunter 0;1\n", [("age.impossible", 2)]),
        ("Alter;Anzahl\nüber 120;1\n", [("age.impossible", 2)]),
        ("Alter;Anzahl\n25-34;12,5\n", [("count.unclear", 2)]),
        ("Alter;Anzahl\n25-34;-3\n", [("count.unclear", 2)]),
        ("Alter;Anzahl\n25-34;1.23\n", [("count.unclear", 2)]),
        ("Alter;Anzahl\n25-34;99999999999999999999\n", [("count.too_large", 2)]),
        ("Alter;Anzahl\n25-34;" + "9" * 6000 + "\n", [("count.too_large", 2)]),
        ("Alter,Anzahl\n25-34,1,234\n", [("row.too_long", 2)]),
        ("Alter;;Anzahl\n25-34;x;1\n", [("row.too_long", 2)]),
        ("Alter;Anzahl;Altersgrenze\n25-34;1;Polizei\n", [("limit.unknown", 2)]),
        ("Alter;Anzahl\n25-34;1\n30-39;1\n34;1\n", [("age.overlap", 3), ("age.overlap", 4)]),
        ("Alter;Anzahl\n60+;1\nunter 70;1\n", [("age.overlap", 3)]),
        ('Alter;Anzahl\n"25-34;1\n', [("csv.quotes", 2)]),
        (b"PK\x03\x04\x00\x00", [("csv.binary", None)]),
        (b"Alter;Anzahl\n\x81\xff;1\n", [("csv.encoding", None)]),
        ("Alter;Anzahl\nübrige;1\n".encode() + b"\xfcbrige;1\n", [("csv.encoding", None)]),
        (b"a" * (1024 * 1024 + 1), [("file.too_large", None)]),
        ("Alter;Anzahl\n" + ";\n" * 5001, [("table.too_many_rows", None)]),
        ("Alter;Anzahl" + ";" * 20 + "\n", [("table.too_many_columns", None)]),
    ],
)  # fmt: skip
def test_table_is_refused_with_the_row(text: str | bytes, problems: list[tuple[str, int | None]]) -> None:
    assert refused(text) == problems


def test_table_names_at_most_twenty_problems() -> None:
    assert len(refused("Alter;Anzahl\n" + "30;1\n" * 60)) == 20
    assert len(refused("Alter;Anzahl\n" + "x;1\n" * 60)) == 20


def outcome(data: bytes) -> AgeStructure | AgeTableRefused:
    try:
        return read_age_table(data, date=DAY)
    except AgeTableRefused as refusal:
        return refusal


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for content in (data, b"Alter;Anzahl\n" + data):
        found = outcome(content)
        assert found.total > 0 if isinstance(found, AgeStructure) else len(found.problems) in range(1, 21)


cells = st.text(alphabet="0123456789-–+<>≥ .,;'\"unter bisäldjahr\t", max_size=14)


@given(st.lists(st.tuples(cells, cells), max_size=6))
def test_any_cells_are_read_or_refused(rows: list[tuple[str, str]]) -> None:
    found = outcome(("Alter;Anzahl\n" + "".join(f"{age};{count}\n" for age, count in rows)).encode())
    if isinstance(found, AgeStructure):
        assert len(found.bands) <= len(rows)
    else:
        assert {problem.row for problem in found.problems} <= {None, *range(1, len(rows) + 2)}

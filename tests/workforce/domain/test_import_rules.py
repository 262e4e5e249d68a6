"""Names of sheets and headings as people write them, and the words of problems."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

import staffelstab
from staffelstab.workforce.domain import import_rules as rules
from staffelstab.workforce.domain.import_messages import PROBLEMS, Severity
from staffelstab.workforce.domain.import_problems import Problem, ProblemCollector, describe, shorten
from staffelstab.workforce.domain.import_schema import Column, Sheet
from staffelstab.workforce.domain.import_sheets import HOLDINGS, SHEETS, TASKS, UNITS, _key
from staffelstab.workforce.domain.import_values import parse_key

CATALOGUE = Path(staffelstab.__file__).parent / "locale" / "de" / "workforce_import.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Einheiten", "units"),
        (" EINHEITEN ", "units"),
        ("Zuständigkeiten", "responsibilities"),
        ("Zusta\u0308ndigkeiten", "responsibilities"),
        ("zustaendigkeiten", "responsibilities"),
        ("Zustandigkeiten", "responsibilities"),
        ("Besetzungen", "holdings"),
        ("Notizen", None),
    ],
)
def test_sheet_is_found_under_its_spellings(name: str, key: str | None) -> None:
    sheet = rules.find_sheet(name)
    assert (sheet.key if sheet else None) == key


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Kürzel*", "code"),
        ("KUERZEL *", "code"),
        ("Kurzel", "code"),
        ("Übergeordnet", "parent"),
        ("uebergeordnet (Kürzel)", "parent"),
        ("Obereinheit (Kürzel) (neu)", "parent"),
        ("UBERGEORDNET", "parent"),
        ("Bemerkung", None),
    ],
)
def test_column_is_found_under_its_spellings(heading: str, key: str | None) -> None:
    column = rules.find_column(UNITS, heading)
    assert (column.key if column else None) == key


def test_brackets_of_a_heading_may_say_which_column_it_is() -> None:
    columns = [rules.find_column(HOLDINGS, text) for text in ("Austritt (Quartal)", "Austritt (geplant)")]
    assert [column.key if column else None for column in columns] == ["exit_quarter", "exit"]


def test_real_heading_of_a_column_wins_over_an_alias() -> None:
    code, number = Column("code", "Kürzel", "", "", aliases=("Nr", "OE")), Column("number", "Nr", "", "")
    sheet = Sheet("x", "X", "", (number, code), (), ())
    assert {spelling: column.key for spelling, column in rules._column_spellings(sheet).items()} == {  # noqa: SLF001 - read once, at import
        "nr": "number",
        "oe": "code",
        "kuerzel": "code",
        "kurzel": "code",
    }


def test_key_columns_may_differ_in_one_thing() -> None:
    column = _key("task", "Aufgabe", "Welche.", "A-1", required=False, aliases=("Nr",))
    assert column == Column(
        "task",
        "Aufgabe",
        "Welche.",
        "A-1",
        required=False,
        parse=parse_key,
        max_length=40,
        width=18,
        aliases=("Nr",),
    )
    assert _key("task", "Aufgabe", "Welche.", "A-1").required is True


def test_key_columns_are_described_once() -> None:
    code, _name, parent = UNITS.columns
    assert [(each.required, each.parse, each.max_length, each.width) for each in (code, parent)] == [
        (True, parse_key, 40, 18),
        (False, parse_key, 40, 18),
    ]
    assert (code.header, code.help, code.example, parent.header, parent.aliases) == (
        "Kürzel",
        "Unique code of the unit; the other sheets refer to it.",
        "50",
        "Übergeordnet",
        ("Übergeordnete Einheit", "Obereinheit"),
    )


def test_every_heading_means_its_own_column() -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            assert rules.find_column(sheet, f" {column.header.upper()} * ") is column


@pytest.mark.parametrize(
    "heading", ["Geburtsdatum", "geb.", "Geb.-Datum", "Alter", "Lebensalter", "Jahrgang", "Birthday"]
)
def test_birth_date_heading_is_recognised(heading: str) -> None:
    assert rules.is_birth_date(heading)


@pytest.mark.parametrize("heading", ["Alternative", "Gebäude", "Gebiet", "Stellenalterung", "Agenda"])
def test_harmless_heading_is_no_birth_date(heading: str) -> None:
    assert not rules.is_birth_date(heading)


def test_names_of_sheets_and_columns_fall_back_to_the_file() -> None:
    assert rules.sheet_name("tasks") == "Aufgaben"
    assert rules.sheet_name("Notizen") == "Notizen"
    assert rules.column_name("tasks", "service_key") == "LeiKa"
    assert rules.column_name("tasks", "Bemerkung") == "Bemerkung"
    assert rules.column_name("Notizen", "x") == "x"


def test_examples_fill_the_columns_of_the_template() -> None:
    for sheet in (HOLDINGS, TASKS, *SHEETS):
        columns = [column for column in sheet.columns if column.in_template]
        assert {len(example) for example in sheet.examples} == {len(columns)}


def test_problem_is_described_in_german() -> None:
    catalogue = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))}
    problem = Problem("scale.invalid", "tasks", 7, "criticality", "hoch")
    words = describe(
        problem, sheet_name=rules.sheet_name, column_name=rules.column_name, translate=catalogue.__getitem__
    )
    assert words.severity is Severity.ERROR
    assert (words.sheet, words.row, words.column, words.value) == ("Aufgaben", 7, "Kritikalität", "hoch")
    assert words.message == "„hoch“ in „Kritikalität“ ist keine Stufe der Skala."
    assert words.hint == "Tragen Sie eine ganze Zahl von 1 bis 5 ein."


def test_problem_is_described_with_its_place() -> None:
    def words(problem: Problem) -> tuple[str, str]:
        found = describe(problem, sheet_name=str.upper, column_name=lambda sheet, key: f"{sheet}.{key}")
        return found.column, found.message

    assert words(Problem("sheet.unknown", "notizen", data={"expected": "UNITS"})) == (
        "notizen.",
        "The sheet “NOTIZEN” is unknown and is not read.",
    )
    assert words(Problem("column.missing", "units", column="code", data={"found": "name"})) == (
        "units.code",
        "The required column “units.code” is missing on the sheet “UNITS”.",
    )


def test_every_text_is_translated_with_the_same_placeholders() -> None:
    catalogue = {entry.msgid: entry for entry in polib.pofile(str(CATALOGUE))}
    for text in PROBLEMS.values():
        for sentence in (text.message, text.hint):
            german = catalogue[sentence].msgstr
            assert german != ""
            assert set(PLACEHOLDER.findall(german)) == set(PLACEHOLDER.findall(sentence))
            assert german.endswith((".", "!"))


def test_there_are_problems_enough_for_forty_kinds_of_errors() -> None:
    assert len([text for text in PROBLEMS.values() if text.severity is Severity.ERROR]) >= 45


def test_collector_keeps_the_first_and_counts_all() -> None:
    collector = ProblemCollector(limit=2)
    collector.add(Problem("sheet.unknown", "Notizen"))
    collector.extend(Problem("value.required", "units", row, "code") for row in (2, 3, 4))
    assert [(problem.code, problem.row) for problem in collector.problems] == [
        ("value.required", 2),
        ("value.required", 3),
    ]
    assert (collector.errors, collector.warnings, collector.total, collector.is_cut) == (3, 1, 4, True)
    assert collector.by_code == {"value.required": 3, "sheet.unknown": 1}


def test_collector_that_is_full_counts_warnings_without_keeping_them() -> None:
    collector = ProblemCollector(limit=1)
    collector.extend([Problem("sheet.unknown", "Notizen"), Problem("sheet.unknown", "Entwurf")])
    assert [problem.sheet for problem in collector.problems] == ["Notizen"]
    assert collector.warnings == 2


def test_long_values_are_cut_where_they_are_shown() -> None:
    assert shorten("a\n b") == "a b"
    assert shorten("x" * 120) == "x" * 120
    assert shorten("x" * 121) == "x" * 119 + "…"

"""What makes a row of a catalogue usable."""

from __future__ import annotations

import pytest

from staffelstab.vocabulary.domain.services import (
    KeyParts,
    Problem,
    ServiceRow,
    check_rows,
    key_parts,
    plain_text,
    search_text,
    shorten,
    split_terms,
    tidy_terms,
)


def test_key_parts_splits_the_key() -> None:
    assert key_parts("99008001014002") == KeyParts("99", "008", "001", "014", "002")


@pytest.mark.parametrize(
    ("key", "kind"),
    [("99008001000000", "object"), ("99008001014000", "activity"), ("99008001014002", "detail")],
)
def test_key_parts_names_what_the_key_names(key: str, kind: str) -> None:
    parts = key_parts(key)
    assert parts is not None
    assert parts.kind == kind


@pytest.mark.parametrize("key", ["", "98008001014002", "9900800101400", "990080010140020", "٩٩008001014002"])
def test_key_parts_of_something_else_is_none(key: str) -> None:
    assert key_parts(key) is None


def test_plain_text_keeps_what_is_seen() -> None:
    assert plain_text("<p>\u200bEin-\u00ad und&nbsp;Ausfuhr\u2028 &amp; <br/>Zoll < 5 €\x00</p>") == (
        "Ein- und Ausfuhr & Zoll < 5 €"
    )


def test_tidy_terms_keeps_each_word_once() -> None:
    assert tidy_terms([" Perso ", "perso", "Fuß", "FUSS", "", "·"]) == ("Perso", "Fuß")


def test_search_text_folds() -> None:
    assert search_text(name="Führerschein", terms=["Lappen"], key="99108003000000", local_id="") == (
        " fuhrerschein | lappen | 99108003000000"
    )
    assert search_text(name="Führerschein", terms=[], key="", local_id="FS 7") == " fuhrerschein | fs 7"


def test_check_rows_cleans() -> None:
    raw = ServiceRow("99 008 001 000 000", " Personal\u00adausweis ", ("Perso", "perso"), " 12 ", 3)
    assert list(check_rows([raw])) == [ServiceRow("99008001000000", "Personalausweis", ("Perso",), "12", 3)]


A, B = "99008001000000", "99010001000000"


@pytest.mark.parametrize(
    ("row", "code", "stored"),
    [
        (ServiceRow("", "", (), "7"), "name_missing", None),
        (ServiceRow(B, "x" * 301), "name_too_long", None),
        (ServiceRow(B, "Pass", (), "7" * 61), "id_too_long", None),
        (ServiceRow("123", "Pass"), "key_needed", None),
        (ServiceRow("0", "Pass"), "key_missing", None),
        (ServiceRow(A, "Pass"), "row_twice", None),
        (ServiceRow(B, "Pass", (), "1"), "id_twice", None),
        (ServiceRow("123", "Pass", (), "7"), "key_form", ServiceRow("", "Pass", (), "7")),
        (ServiceRow(A, "Pass", (), "7"), "key_twice", ServiceRow("", "Pass", (), "7")),
        (ServiceRow(B, "Pass", ("y" * 201, "z")), "term_too_long", ServiceRow(B, "Pass", ("z",))),
    ],
)
def test_check_rows_reports(row: ServiceRow, code: str, stored: ServiceRow | None) -> None:
    first = ServiceRow(A, "Personalausweis", (), "1")
    _first, *rest = check_rows([first, row])
    problems = [item for item in rest if isinstance(item, Problem)]
    assert [item.code for item in problems] == [code]
    assert [item for item in rest if isinstance(item, ServiceRow)] == ([stored] if stored else [])
    assert "%(" not in problems[0].sentence()


def test_check_rows_takes_a_service_without_key_silently() -> None:
    row = ServiceRow("0", "Fundbüro", (), "7")
    assert list(check_rows([row])) == [ServiceRow("", "Fundbüro", (), "7")]


def test_check_rows_of_checked_rows_changes_nothing() -> None:
    once = list(check_rows([ServiceRow(A, "<b>Pass</b>", ("a, b",), "1"), ServiceRow(A, "Zweiter", (), "2")]))
    assert list(check_rows(once)) == once


def test_split_terms_cuts_at_every_usual_sign() -> None:
    assert split_terms("Perso,Ausweis;Pass|ID\nKarte\rX") == ("Perso", "Ausweis", "Pass", "ID", "Karte", "X")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x" * 80, "x" * 80), ("x" * 81, "x" * 79 + "…"), (" <b>Pass</b> ", "Pass"), (" " * 400 + "x", "")],
)
def test_shorten_fits_a_sentence(text: str, shown: str) -> None:
    assert shorten(text) == shown


def test_lengths_at_the_limit_are_stored() -> None:
    row = ServiceRow(B, "x" * 300, ("y" * 200,), "7" * 60, 4)
    assert list(check_rows([row])) == [row]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (ServiceRow(B, "", (), "", 9), Problem("name_missing", 9)),
        (ServiceRow("12 3", "Pass", (), "7", 9), Problem("key_form", 9, {"value": "12 3"})),
        (ServiceRow(B, "Pass", ("y" * 201,), "", 9), Problem("term_too_long", 9, {"limit": 200})),
    ],
)
def test_problem_names_its_row_and_value(row: ServiceRow, problem: Problem) -> None:
    assert [item for item in check_rows([row]) if isinstance(item, Problem)] == [problem]


def test_problem_is_translated_before_it_is_filled() -> None:
    sentences: list[str] = []
    Problem("term_too_long", 9, {"limit": 200}).sentence(lambda text: sentences.append(text) or text)
    assert ["%(limit)s" in text for text in sentences] == [True]

"""One example per rule for the value of a cell, and fuzzing: a value or a refusal, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_messages import PROBLEMS
from staffelstab.workforce.domain.import_values import DateText, ValueRefused
from staffelstab.workforce.enums import ExitBand, ResponsibilityKind

LONGEST_EMAIL = f"{'x' * 64}@{'y' * 59}.{'y' * 60}.{'y' * 60}.example"
"""254 characters."""

ACCEPTED: list[tuple[Callable[[str], object], str, object]] = [
    (values.clean, "  Amt  50 ", "Amt 50"),
    (values.clean, "Amt\u00a050\n", "Amt 50"),
    (values.clean, "Mu\u0308ller", "Müller"),
    (values.clean, "So\u00adzial\u200bamt", "Sozialamt"),
    (values.clean, "'=Summe", "=Summe"),
    (values.clean, "''=Summe", "'=Summe"),
    (values.clean, "'s-Gravenhage", "'s-Gravenhage"),
    (values.clean, "#1 Antrag", "#1 Antrag"),
    (values.parse_key, "4711.0", "4711"),
    (values.parse_key, "50.0", "50.0"),
    (values.parse_key, "0815", "0815"),
    (values.parse_email, "mailto:Ines.Albers@Stadt.Example", "Ines.Albers@stadt.example"),
    *[(values.parse_yes_no, text, True) for text in ("ja", "J", "x", "WAHR", "true", "1")],
    *[(values.parse_yes_no, text, False) for text in ("nein", "N", "falsch", "FALSE", "0")],
    *[(values.parse_share, text, Decimal("0.5")) for text in ("0,5", "0.5", ",5", "50 %", "50%", "50")],
    *[(values.parse_share, text, Decimal(1)) for text in ("1", "1,0", "100 %", "100")],
    (values.parse_share, "0,3333333333", Decimal("0.333")),
    (values.parse_scale, "3", 3),
    (values.parse_scale, "3,0", 3),
    (values.parse_scale, "4 – schwerwiegend", 4),
    (values.parse_minimum, "999", 999),
    (values.parse_minimum, "1", 1),
    (values.parse_minimum, "2,0", 2),
    (values.parse_minimum, "010", 10),
    (values.parse_share, "5", Decimal("0.05")),
    (values.parse_date, "1950-01-01", date(1950, 1, 1)),
    (values.parse_date, "2150-12-31", date(2150, 12, 31)),
    (values.parse_exit_quarter, "2000-Q1", (8000, "")),
    (values.parse_exit_quarter, "2150-Q4", (8603, "")),
    (values.parse_service_key, "99107023017000.0", "99107023017000"),
    (values.parse_key, "A+B", "A+B"),
    (values.parse_email, LONGEST_EMAIL, LONGEST_EMAIL),
    (values.clean, "Amt\r\n50\rNord\n2", "Amt 50 Nord 2"),
    (values.fold, "Größe Übergabe Änderung", "groesseuebergabeaenderung"),
    (values.parse_minimum, "2.0", 2),
    (values.parse_service_key, "99107023017000", "99107023017000"),
    (values.parse_service_key, "99 107 023 017 000", "99107023017000"),
    (values.parse_service_key, "9.9107023017e13", "99107023017000"),
    (values.parse_service_key, "9,9107023017123E+13", "99107023017123"),
    (values.parse_date, "2027-03-01", date(2027, 3, 1)),
    (values.parse_date, "1.3.2027", date(2027, 3, 1)),
    (values.parse_date, "01.03.2027 00:00", date(2027, 3, 1)),
    *[
        (values.parse_exit_quarter, text, (4 * 2028 + 2, ""))
        for text in ("2028-Q3", "2028 q3", "Q3/2028", "III/2028", "3/2028", "3. Quartal 2028", "2028/3")
    ],
    (values.parse_exit_quarter, "unbekannt", (None, ExitBand.UNKNOWN.value)),
    (values.parse_exit_band, "2028-Q3", (8114, "")),
    *[
        (values.parse_exit_band, text, (None, "within_1"))
        for text in ("bis 1 Jahr", "BIS 1 JAHR", "< 1 Jahr")
    ],
    *[
        (values.parse_exit_band, text, (None, "from_1_to_2"))
        for text in ("1-2 Jahre", "1–2 Jahre", "1 bis 2 jahre")
    ],
    (values.parse_exit_band, "2—3 Jahre", (None, "from_2_to_3")),
    (values.parse_exit_band, "3-5 Jahre", (None, "from_3_to_5")),
    *[
        (values.parse_exit_band, pattern.format(low, high), (None, band))
        for low, high, band in ((1, 2, "from_1_to_2"), (2, 3, "from_2_to_3"), (3, 5, "from_3_to_5"))
        for pattern in ("{}-{}", "{}–{} Jahre", "{} bis {} Jahre", "{} bis {}", "{} u. {} Jahre", "{}-{} J.")
    ],
    *[
        (values.parse_exit_band, text, (None, "within_1"))
        for text in (
            *("bis 1", "unter 1 Jahr", "bis ein Jahr", "0-1 Jahr", "0-1 Jahre", "bis 1 J.", "bis 1 Jahre"),
            *("<1", "≤ 1 Jahr"),
        )
    ],
    *[
        (values.parse_exit_band, text, (None, "over_5"))
        for text in (
            *("über 5", "mehr als 5 Jahre", "uber 5 Jahre", "über 5 J.", "über fünf Jahre", "ab 5 Jahre"),
            ">5",
        )
    ],
    *[
        (values.parse_exit_band, text, (None, "unknown"))
        for text in ("unbekannt", "unklar", "offen", "unbekannter Zeitpunkt", "k. A.")
    ],
    *[
        (values.parse_exit_band, text, (None, "over_5"))
        for text in ("über 5 Jahre", "ueber 5 Jahre", "> 5 Jahre")
    ],
    (values.parse_exit, "IV/2030", (8123, "")),
    (values.parse_exit, "1-2 Jahre", (None, "from_1_to_2")),
    *[
        (values.parse_kind, text, ResponsibilityKind.RESPONSIBLE.value)
        for text in ("zuständig", "ZUSTÄNDIG", "zustaendig", "Zuständigkeit")
    ],
    *[(values.parse_kind, text, "deputy") for text in ("Vertretung", "vertretung", "Stellvertretung")],
    *[(values.parse_kind, text, "can_help") for text in ("kann helfen", "Kann  Helfen", "hilft")],
]

REFUSED: list[tuple[Callable[[str], object], str, str]] = [
    (values.clean, "Amt\x0050", "value.control_character"),
    (values.clean, "Amt\x1f", "value.control_character"),
    (values.clean, "B\ufffdro", "value.broken_characters"),
    *[
        (values.clean, text, "value.spreadsheet_error")
        for text in ("#REF!", "#NV", "#Wert!", "Err:502", "#DIV/0!")
    ],
    (values.parse_key, DateText("2026-03-50"), "key.date"),
    (values.parse_key, "4,7E+11", "key.rounded"),
    (values.parse_yes_no, "vielleicht", "yes_no.invalid"),
    (values.parse_share, "halb", "share.invalid"),
    (values.parse_share, "-0,5", "share.invalid"),
    (values.parse_share, "0", "share.range"),
    (values.parse_share, "1,5", "share.range"),
    (values.parse_share, "2", "share.range"),
    (values.parse_share, "150 %", "share.range"),
    (values.parse_date, "März 2027", "date.invalid"),
    (values.parse_date, "30.02.2027", "date.impossible"),
    (values.parse_date, "2027-13-01", "date.impossible"),
    (values.parse_date, "01.03.27", "date.range"),
    (values.parse_date, "01.03.2151", "date.range"),
    (values.parse_exit_quarter, "2028-Q5", "exit_quarter.invalid"),
    (values.parse_exit_quarter, "2028", "exit_quarter.invalid"),
    (values.parse_exit_quarter, "bald", "exit_quarter.invalid"),
    (values.parse_exit_quarter, DateText("2028-03-01"), "exit_quarter.date"),
    (values.parse_exit_quarter, "31.07.2028", "exit_quarter.date"),
    (values.parse_exit_quarter, "1928-Q3", "exit_quarter.range"),
    (values.parse_exit_band, "in 7 Jahren", "exit_band.invalid"),
    (values.parse_exit_band, "12", "exit_band.invalid"),
    (values.parse_exit_band, DateText("2028-03-01"), "exit_quarter.date"),
    (values.parse_exit, "irgendwann", "exit.invalid"),
    (values.parse_exit, "31.07.2028", "exit_quarter.date"),
    (values.parse_service_key, "12345678901234", "service_key.invalid"),
    (values.parse_service_key, "9910702301700", "service_key.invalid"),
    (values.parse_service_key, "9,9107E+13", "key.rounded"),
    (values.parse_service_key, "9.91070230170001E13", "service_key.invalid"),
    (values.parse_exit_quarter, "20283", "exit_quarter.invalid"),
    (values.parse_exit_quarter, "32028", "exit_quarter.invalid"),
    *[(values.parse_scale, text, "scale.invalid") for text in ("0", "6", "hoch", "1,5", "1–5")],
    *[
        (values.parse_minimum, text, "minimum.invalid")
        for text in ("0", "1000", "-1", "zwei", "1,5", "٣", "9" * 5000)
    ],
    *[
        (values.parse_email, text, "email.invalid")
        for text in ("ines", "a@b", "a b@c.de", "a@@c.de", "a..b@c.de", f"{LONGEST_EMAIL}x")
    ],
    (values.parse_kind, "informiert", "kind.invalid"),
]


@pytest.mark.parametrize(("parse", "text", "expected"), ACCEPTED)
def test_value_is_read(parse: Callable[[str], object], text: str, expected: object) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(("parse", "text", "code"), REFUSED)
def test_value_is_refused_with_its_code(parse: Callable[[str], object], text: str, code: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        parse(text)
    assert refused.value.code == code


def test_clean_keeps_line_breaks_where_asked() -> None:
    assert values.clean(" a  b \r\n\tc\r", lines=True) == "a b\nc"
    assert values.clean("a\nb\rc\r\nd", lines=True) == "a\nb\nc\nd"


@pytest.mark.parametrize(("quarter", "text"), [(8112, "2028-Q1"), (8114, "2028-Q3"), (8115, "2028-Q4")])
def test_quarter_is_rendered_as_it_is_read(quarter: int, text: str) -> None:
    assert values.render_quarter(quarter) == text
    assert values.parse_exit_quarter(text) == (quarter, "")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("+49 5751", "'+49 5751"),
        ("-5", "-5"),
        ("@x", "'@x"),
        ("'=1", "''=1"),
        ("A", "A"),
        ("", ""),
    ],
)
def test_formula_is_escaped_and_comes_back(text: str, escaped: str) -> None:
    assert values.escape_formula(text) == escaped
    assert values.clean(escaped) == text


PARSERS = [
    values.clean,
    values.parse_key,
    values.parse_email,
    values.parse_yes_no,
    values.parse_share,
    values.parse_scale,
    values.parse_minimum,
    values.parse_service_key,
    values.parse_date,
    values.parse_exit_quarter,
    values.parse_exit_band,
    values.parse_exit,
    values.parse_kind,
]

cells = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[0-9 .,/%QqIVXe+\-–]{1,16}", fullmatch=True),
    st.builds(DateText, st.text(max_size=12)),
)


@settings(max_examples=300, deadline=None)
@given(parse=st.sampled_from(PARSERS), text=cells)
def test_any_text_is_a_value_or_a_refusal(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except ValueRefused as refused:
        assert refused.code in PROBLEMS  # noqa: PT017 - both outcomes are allowed


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_cleaned_text_survives_export_and_import(text: str) -> None:
    try:
        once = values.clean(text)
    except ValueRefused:
        return
    assert values.clean(values.escape_formula(once)) == once
    assert values.clean(values.protect_apostrophe(once)) == once


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("0.5000"), "0,5"),
        (Decimal("1.000"), "1"),
        (Decimal("0.333"), "0,333"),
        (Decimal(100), "100"),
    ],
)
def test_share_is_written_with_a_comma(value: Decimal, shown: str) -> None:
    assert values.render_share(value) == shown


def test_yes_and_no_are_written_in_words() -> None:
    assert [values.render_yes_no(value) for value in (True, False)] == ["ja", "nein"]


@pytest.mark.parametrize(
    ("text", "protected"),
    [("'=Summe", "''=Summe"), ("''=Summe", "'''=Summe"), ("=Summe", "=Summe"), ("'s-Graben", "'s-Graben")],
)
def test_only_what_would_be_shortened_gets_a_further_apostrophe(text: str, protected: str) -> None:
    assert values.protect_apostrophe(text) == protected
    assert values.clean(values.protect_apostrophe("'=Summe")) == "'=Summe"


@pytest.mark.parametrize(
    ("parse", "text", "data"),
    [
        (values.parse_exit_band, "bald", {"allowed": values.ALLOWED_BANDS}),
        (values.parse_exit, "bald", {"allowed": values.ALLOWED_BANDS}),
        (values.parse_kind, "bald", {"allowed": values.ALLOWED_KINDS}),
        (values.clean, "a\x1cb", {"character": "U+001C"}),
        (values.clean, "a\ud800b", {"character": "U+D800"}),
        (values.clean, "aX\x0bX", {"character": "U+000B"}),
    ],
)
def test_refusal_names_what_would_be_right(
    parse: Callable[[str], object], text: str, data: dict[str, object]
) -> None:
    with pytest.raises(ValueRefused) as refused:
        parse(text)
    assert dict(refused.value.data) == data
    assert str(refused.value) == refused.value.code

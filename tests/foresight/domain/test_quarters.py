"""Calendar quarters."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffelstab.foresight.domain.quarters import Quarter

QUARTERS = st.builds(Quarter, year=st.integers(1000, 3000), quarter=st.integers(1, 4))


def test_quarter_reads_its_written_form() -> None:
    assert Quarter.parse("2028-Q3") == Quarter(year=2028, quarter=3)


@pytest.mark.parametrize(
    "text", ["", "2028", "2028-Q0", "2028-Q5", "2028-q3", "28-Q3", "2028-Q3 ", "2028-Q3\n", "٢٠٢٨-Q3"]
)
def test_quarter_refuses_another_form(text: str) -> None:
    with pytest.raises(ValueError, match="written like 2028-Q3"):
        Quarter.parse(text)


@pytest.mark.parametrize("text", ["0001-Q1", "9999-Q4"])
def test_quarter_may_lie_in_the_first_and_the_last_year(text: str) -> None:
    assert str(Quarter.parse(text)) == text


def test_quarter_refuses_the_year_zero() -> None:
    with pytest.raises(ValueError, match="a year is 1 to 9999, not 0"):
        Quarter.parse("0000-Q1")


@pytest.mark.parametrize("number", [0, 5])
def test_quarter_refuses_a_number_outside_the_year(number: int) -> None:
    with pytest.raises(ValueError, match=f"a quarter is 1 to 4, not {number}"):
        Quarter(year=2028, quarter=number)


def test_quarter_label_is_roman() -> None:
    assert [Quarter(year=2028, quarter=number).label for number in (1, 2, 3, 4)] == [
        "I/2028",
        "II/2028",
        "III/2028",
        "IV/2028",
    ]


def test_quarter_of_a_date_follows_the_calendar() -> None:
    assert [str(Quarter.from_date(dt.date(2026, month, 1))) for month in range(1, 13)] == [
        *["2026-Q1"] * 3,
        *["2026-Q2"] * 3,
        *["2026-Q3"] * 3,
        *["2026-Q4"] * 3,
    ]


def test_quarter_counts_across_years() -> None:
    quarter = Quarter(year=2026, quarter=4)
    assert quarter.index == 8107
    assert quarter.shifted(1) == Quarter(year=2027, quarter=1)
    assert quarter.shifted(-4) == Quarter(year=2025, quarter=4)
    assert Quarter(year=2028, quarter=3).quarters_since(quarter) == 7


def test_quarter_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="a year is 1 to 9999, not 10000"):
        Quarter(year=9999, quarter=4).shifted(1)


@given(quarter=QUARTERS)
def test_quarter_survives_text_and_index(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.from_index(quarter.index) == quarter


@given(quarter=QUARTERS, there=st.integers(-400, 400))
def test_quarter_shift_is_undone_by_its_opposite(quarter: Quarter, there: int) -> None:
    moved = quarter.shifted(there)
    assert moved.quarters_since(quarter) == there
    assert moved.shifted(-there) == quarter


@given(one=QUARTERS, other=QUARTERS)
def test_quarter_order_is_that_of_the_index(one: Quarter, other: Quarter) -> None:
    assert (one < other) == (one.index < other.index)


@given(date=st.dates())
def test_quarter_of_a_date_contains_it(date: dt.date) -> None:
    quarter = Quarter.from_date(date)
    assert quarter.year == date.year
    assert quarter.quarter * 3 - 2 <= date.month <= quarter.quarter * 3

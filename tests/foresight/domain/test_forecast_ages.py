"""Age limits against the tables of the law, written here a second time by hand."""

import numpy as np
import pytest

from staffelstab.foresight.domain.forecast_ages import LIMITS, _month, age_limit, steps

JANUARY, DECEMBER = 0, 11


def limit(rule: str, year: int, month: int = JANUARY) -> tuple[int, int]:
    years, months = divmod(int(age_limit(rule, np.array([year * 12 + month]))[0]), 12)
    return years, months


STANDARD = [
    (1946, 65, 0), (1947, 65, 1), (1948, 65, 2), (1949, 65, 3), (1950, 65, 4), (1951, 65, 5), (1952, 65, 6),
    (1953, 65, 7), (1954, 65, 8), (1955, 65, 9), (1956, 65, 10), (1957, 65, 11), (1958, 66, 0), (1959, 66, 2),
    (1960, 66, 4), (1961, 66, 6), (1962, 66, 8), (1963, 66, 10), (1964, 67, 0), (1990, 67, 0),
]  # fmt: skip


@pytest.mark.parametrize("rule", ["standard", "civil_standard"])
@pytest.mark.parametrize(("born", "years", "months"), STANDARD)
def test_age_limit_rises_from_65_to_67(rule: str, born: int, years: int, months: int) -> None:
    assert limit(rule, born) == (years, months)
    assert limit(rule, born, DECEMBER) == (years, months)


@pytest.mark.parametrize(
    ("born", "years", "months"),
    [
        (1940, 63, 0),
        (1952, 63, 0),
        (1953, 63, 2),
        (1957, 63, 10),
        (1958, 64, 0),
        (1963, 64, 10),
        (1964, 65, 0),
    ],
)
def test_age_limit_after_45_years_rises_from_63_to_65(born: int, years: int, months: int) -> None:
    assert limit("very_long_insured", born) == (years, months)


@pytest.mark.parametrize("born", [1945, 1963, 1964, 1980])
def test_age_limit_with_deductions_is_63(born: int) -> None:
    assert limit("long_insured", born) == (63, 0)
    assert limit("civil_request", born) == (63, 0)


@pytest.mark.parametrize(
    ("born", "month", "years", "months"),
    [
        (1951, 11, 60, 0), (1952, 0, 60, 1), (1952, 4, 60, 5), (1952, 5, 60, 6), (1952, 11, 60, 6),
        (1953, 0, 60, 7), (1958, 0, 61, 0), (1959, 6, 61, 2), (1963, 11, 61, 10), (1964, 0, 62, 0),
    ],
)  # fmt: skip
def test_age_limit_of_the_fire_service_goes_by_month_in_1952(
    born: int, month: int, years: int, months: int
) -> None:
    assert limit("civil_fire", born, month) == (years, months)


def test_months_are_numbered_through_the_years() -> None:
    assert [_month(text) for text in ("1952-01", "1952-06", "1952-12", "")] == [23424, 23429, 23435, None]


def test_steps_leave_no_gap_and_name_their_source() -> None:
    by_rule: dict[str, list[tuple[int | None, int | None]]] = {}
    for step in steps():
        assert step.source.startswith("§ ")
        by_rule.setdefault(step.rule, []).append((step.born_from, step.born_until))
    for spans in by_rule.values():
        assert (spans[0][0], spans[-1][1]) == (None, None)
        assert [until + 1 for _from, until in spans[:-1] if until is not None] == [
            start for start, _until in spans[1:]
        ]


def test_limits_name_rules_that_exist() -> None:
    named = {rule for each in LIMITS.values() for rule in (each.regular, each.early) if rule}
    assert named | {"very_long_insured", "long_insured"} == {step.rule for step in steps()}

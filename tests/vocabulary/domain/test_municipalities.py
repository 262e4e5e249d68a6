"""One row of the census: what a municipality is, and what is said of a row that is none."""

from __future__ import annotations

import pytest

from staffelstab.vocabulary.domain.municipalities import (
    MunicipalityProblem,
    MunicipalityRow,
    check_municipality,
    without_repeats,
)

ARS = "092760130130"
LINDBERG = MunicipalityRow(ARS, "Lindberg", "BY", 2294, 7)


def checked(
    *, ars: str = ARS, name: str = "Lindberg", state: str = "BY", population: str = "2294"
) -> MunicipalityRow | MunicipalityProblem:
    return check_municipality(ars=ars, name=name, state=state, population=population, row=7)


def test_good_row_becomes_a_municipality() -> None:
    assert checked() == LINDBERG
    assert LINDBERG.ags == "09276130"
    assert checked(name="x" * 120, population="99999999") == MunicipalityRow(
        ARS, "x" * 120, "BY", 99_999_999, 7
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"ars": "09276013013"}, MunicipalityProblem("ars_form", 7, {"value": "09276013013"})),
        ({"ars": "0927601301301"}, MunicipalityProblem("ars_form", 7, {"value": "0927601301301"})),
        ({"ars": "x" * 50}, MunicipalityProblem("ars_form", 7, {"value": "x" * 40})),
        ({"name": ""}, MunicipalityProblem("name_form", 7)),
        ({"name": "x" * 121}, MunicipalityProblem("name_form", 7)),
        ({"state": "RP"}, MunicipalityProblem("state_form", 7, {"value": "RP", "ars": ARS})),
        ({"state": "x" * 50}, MunicipalityProblem("state_form", 7, {"value": "x" * 40, "ars": ARS})),
        ({"population": ""}, MunicipalityProblem("population_form", 7, {"value": ""})),
        ({"population": "123456789"}, MunicipalityProblem("population_form", 7, {"value": "123456789"})),
        ({"population": "-" * 50}, MunicipalityProblem("population_form", 7, {"value": "-" * 40})),
    ],
)
def test_bad_row_becomes_a_problem(changed: dict[str, str], problem: MunicipalityProblem) -> None:
    assert checked(**changed) == problem


def test_problem_is_said_in_a_sentence() -> None:
    problem = MunicipalityProblem("state_form", 7, {"value": "RP", "ars": ARS})
    assert problem.sentence() == f"The state “RP” does not fit the key {ARS}; the row was left out."
    assert problem.sentence(lambda _text: "%(value)s!") == "RP!"


def test_second_row_of_a_key_is_a_problem_and_the_others_go_on() -> None:
    other = MunicipalityRow("073355011022", "Landstuhl", "RP", 8305, 8)
    again = MunicipalityRow("092769999130", "Anderswo", "BY", 1, 9)
    odd = MunicipalityProblem("name_form", 10)
    assert list(without_repeats([LINDBERG, again, odd, other, again])) == [
        LINDBERG,
        MunicipalityProblem("ags_twice", 9, {"value": "09276130", "first": "Lindberg"}),
        odd,
        other,
        MunicipalityProblem("ags_twice", 9, {"value": "09276130", "first": "Lindberg"}),
    ]

"""The one sentence that explains a figure, in German and in English."""

from __future__ import annotations

import pytest
from django.utils import translation

from staffelstab.foresight.domain.explain import Explanation, HolderOutlook, RatingSource, Stay
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.selectors.sentences import Situation, risk_sentence

AS_OF = Quarter(2026, 4)


def holder(
    *, leaves: int | None = None, last: int | None = None, stay: Stay = Stay.GONE, deputy: bool = False
) -> HolderOutlook:
    return HolderOutlook(
        person=0,
        responsible=not deputy,
        ready_deputy=deputy,
        first=leaves,
        last=leaves if last is None else last,
        stay=stay,
        presence=0.0,
    )


def sentence(
    *holders: HolderOutlook,
    red: int | None = 6,
    p_none: float = 1.0,
    responsible: int = 1,
    untrained: int = 0,
    ready: int = 0,
    turnover: float = 0.04,
    language: str = "de",
) -> str:
    explanation = Explanation(
        task=0,
        quarter=59 if red is None else red,
        p_none=p_none,
        expected=1.0,
        red_quarter=red,
        act_by=None if red is None else 0,
        holders=holders,
        position_risk=3,
        position_risk_source=RatingSource.ENTERED,
        exit_risk=5,
        documentation=0.0,
        deputy_depth=0.0,
        rest_risk=15.0,
    )
    situation = Situation(
        explanation=explanation,
        as_of=AS_OF,
        turnover=turnover,
        responsible=responsible,
        untrained=untrained,
        ready=ready,
    )
    with translation.override(language):
        return risk_sentence(situation).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("responsible", "untrained", "ready", "reasons"),
    [
        (0, 0, 0, "keine Stelle dafür zuständig ist und es keine Vertretung gibt"),
        (1, 0, 0, "die einzige zuständige Stelle unbesetzt ist und es keine Vertretung gibt"),
        (
            1,
            1,
            0,
            "die einzige zuständige Stelle unbesetzt ist und die Vertretung noch eingearbeitet werden muss",
        ),
        (
            2,
            2,
            1,
            "alle 2 zuständigen Stellen unbesetzt sind und die 2 Vertretungen noch eingearbeitet werden müssen",
        ),
        (1, 0, 1, "die einzige zuständige Stelle unbesetzt ist und die Vertretungsstelle unbesetzt ist"),
        (1, 0, 2, "die einzige zuständige Stelle unbesetzt ist und die 2 Vertretungsstellen unbesetzt sind"),
    ],
)
def test_sentence_without_a_holder(responsible: int, untrained: int, ready: int, reasons: str) -> None:
    shown = sentence(red=0, responsible=responsible, untrained=untrained, ready=ready)
    assert shown == f"Heute beherrscht niemand diese Aufgabe, weil {reasons}."


def test_sentence_of_a_single_holder_with_a_known_quarter() -> None:
    assert sentence(holder(leaves=6), untrained=1) == (
        "In II/2028 beherrscht mit 100 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil die einzige zuständige "
        "Stelle im II/2028 frei wird und die Vertretung noch eingearbeitet werden muss."
    )


def test_sentence_of_a_single_holder_with_a_band() -> None:
    assert sentence(holder(leaves=4, last=7, stay=Stay.LEAVING), p_none=0.529, red=5, responsible=2) == (
        "In I/2028 beherrscht mit 53 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil die einzige besetzte "
        "zuständige Stelle zwischen IV/2027 und III/2028 frei wird und es keine Vertretung gibt."
    )


def test_sentence_of_a_single_holder_and_turnover_alone() -> None:
    assert sentence(holder(stay=Stay.STAYING), p_none=0.502, red=26, turnover=0.105) == (
        "In II/2033 beherrscht mit 50 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil nur eine Person sie "
        "beherrscht, jedes Jahr 10,5 % der Beschäftigten wechseln und es keine Vertretung gibt."
    )


def test_sentence_when_only_a_deputy_is_left() -> None:
    assert sentence(holder(leaves=6, deputy=True), responsible=1, ready=1) == (
        "In II/2028 beherrscht mit 100 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil die einzige zuständige "
        "Stelle unbesetzt ist und die einzige bereite Vertretungsstelle im II/2028 frei wird."
    )


def test_sentence_of_several_holders_who_all_leave() -> None:
    assert sentence(holder(leaves=3), holder(leaves=6, deputy=True), ready=1) == (
        "In II/2028 beherrscht mit 100 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil beide Personen, die sie "
        "beherrschen, bis II/2028 gehen."
    )
    assert sentence(holder(leaves=3), holder(leaves=6), holder(leaves=5)) == (
        "In II/2028 beherrscht mit 100 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil alle 3 Personen, die sie "
        "beherrschen, bis II/2028 gehen und es keine Vertretung gibt."
    )


def test_sentence_of_several_holders_who_may_leave() -> None:
    leaving = holder(leaves=4, last=7, stay=Stay.LEAVING)
    assert sentence(holder(leaves=3), leaving, p_none=0.75) == (
        "In II/2028 beherrscht mit 75 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil alle 2 Personen, die sie "
        "beherrschen, bis II/2028 gehen oder gehen könnten und es keine Vertretung gibt."
    )
    assert sentence(holder(leaves=3), leaving, holder(stay=Stay.STAYING), p_none=0.5) == (
        "In II/2028 beherrscht mit 50 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil bis II/2028 2 der 3 "
        "Personen mit diesem Wissen gehen oder gehen könnten, für die übrigen die übliche Fluktuation gilt und es "
        "keine Vertretung gibt."
    )


def test_sentence_of_several_holders_of_whom_one_leaves() -> None:
    assert sentence(holder(leaves=3), holder(stay=Stay.STAYING, deputy=True), red=40, p_none=0.51) == (
        "In IV/2036 beherrscht mit 51 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil bis IV/2036 1 der 2 "
        "Personen mit diesem Wissen geht und für die übrigen die übliche Fluktuation gilt."
    )


def test_sentence_of_several_holders_and_turnover_alone() -> None:
    stays = holder(stay=Stay.STAYING)
    assert sentence(stays, stays, red=50, p_none=0.9999, untrained=1) == (
        "In II/2039 beherrscht mit über 99 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil nur 2 Personen sie "
        "beherrschen, jedes Jahr 4 % der Beschäftigten wechseln und die Vertretung noch eingearbeitet werden muss."
    )


@pytest.mark.parametrize(
    ("holders", "reason"),
    [
        ([None], "für die einzige Person, die sie beherrscht, kein Austritt eingetragen ist"),
        ([None, None], "für keine der 2 Personen, die sie beherrschen, ein Austritt eingetragen ist"),
        ([8, None, None], "3 Personen sie beherrschen und für 2 davon kein Austritt eingetragen ist"),
        ([80], "die eingetragenen Austritte weit genug in der Zukunft liegen"),
    ],
)
def test_sentence_of_a_task_that_is_never_red(holders: list[int | None], reason: str) -> None:
    shown = sentence(*(holder(leaves=leaves) for leaves in holders), red=None, p_none=0.458)
    assert (
        shown
        == f"Ende III/2041 beherrscht mit 54 % Wahrscheinlichkeit noch jemand diese Aufgabe, weil {reason}."
    )


def test_sentence_in_english() -> None:
    assert sentence(holder(leaves=6), untrained=1, language="en") == (
        "In Q2 2028, with a probability of 100%, nobody can do this task any more, because the only responsible "
        "position becomes vacant in Q2 2028 and the deputy still has to be trained."
    )
    assert sentence(red=0, responsible=2, language="en") == (
        "Today nobody can do this task, because all 2 responsible positions are vacant and there is no deputy."
    )

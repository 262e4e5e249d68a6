"""``staffelstab risks`` on a small organisation, against figures computed by hand from the formulas."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories.foresight import small_house
from tests.world import World


@pytest.fixture
def house(world: World) -> None:
    with world.inside():
        small_house()


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("risks", *arguments, stdout=output)
    return output.getvalue()


def entries(*arguments: str) -> dict[str, Any]:
    text = run("--organisation", "musterstadt", "--as-of", "2026-11-22", "--json", *arguments)
    return {entry["task"]: entry for entry in json.loads(text)}


@pytest.mark.usefixtures("house")
def test_risks_lists_every_current_task_with_all_fields() -> None:
    found = entries()
    assert list(found) == ["A-3", "A-2", "A-4", "A-1"]
    assert {tuple(entry) for entry in found.values()} == {
        (
            "task",
            "p_none",
            "expected_holders",
            "red_quarter",
            "act_by",
            "position_risk",
            "exit_risk",
            "rest_risk",
        )
    }
    assert {(len(entry["p_none"]), len(entry["expected_holders"])) for entry in found.values()} == {(60, 60)}


@pytest.mark.usefixtures("house")
def test_risks_of_a_single_holder_who_leaves() -> None:
    # S(q) = 0.96^((q+1)/4) before II/2028 (q = 6), 0 from it on; the deputy in training does not count.
    entry = entries()["A-1"]
    assert entry["p_none"][:8] == pytest.approx(
        [0.010153599232, 0.020204102887, 0.030152557755, 0.04, 0.049747455263, 0.059395938771, 1.0, 1.0],
        abs=1e-9,
    )
    assert entry["expected_holders"][3:8] == pytest.approx(
        [0.96, 0.950252544737, 0.940604061229, 0.0, 0.0], abs=1e-9
    )
    assert (entry["red_quarter"], entry["act_by"]) == ("2028-Q2", "2026-Q4")
    assert (entry["position_risk"], entry["exit_risk"], entry["rest_risk"]) == (5, 4, 20.0)


@pytest.mark.usefixtures("house")
def test_risks_of_a_task_with_a_band_and_a_ready_deputy() -> None:
    # Band 1-2 years: even over q = 4 … 7. q = 5: half of 0.96^1.5 is left, the deputy 0.96^1.5.
    entry = entries()["A-2"]
    assert entry["expected_holders"][3] == pytest.approx(1.92, abs=1e-9)
    assert entry["expected_holders"][5] == pytest.approx(1.5 * 0.940604061229, abs=1e-9)
    assert entry["p_none"][5] == pytest.approx((1 - 0.470302030614) * (1 - 0.940604061229), abs=1e-9)
    assert entry["p_none"][7] == pytest.approx(0.0784, abs=1e-9)  # 1 − 0.96²
    assert (entry["red_quarter"], entry["act_by"]) == (None, None)
    # criticality instead of a position risk; one ready deputy: 4 · 5 · (1 − 0.3 · 0.5)
    assert (entry["position_risk"], entry["exit_risk"], entry["rest_risk"]) == (4, 5, pytest.approx(17.0))


@pytest.mark.usefixtures("house")
def test_risks_of_a_vacant_position() -> None:
    entry = entries()["A-3"]
    assert entry["p_none"] == [1.0] * 60
    assert entry["expected_holders"] == [0.0] * 60
    assert (entry["red_quarter"], entry["act_by"]) == ("2026-Q4", "2026-Q4")
    assert (entry["position_risk"], entry["exit_risk"], entry["rest_risk"]) == (3, 5, 15.0)


@pytest.mark.usefixtures("house")
def test_risks_of_two_persons_on_one_position() -> None:
    # exits at q = 4 and q = 9
    entry = entries()["A-4"]
    assert entry["p_none"][3] == pytest.approx(0.04**2, abs=1e-12)
    assert entry["p_none"][7] == pytest.approx(0.0784, abs=1e-9)
    assert entry["p_none"][9] == 1.0
    assert (entry["red_quarter"], entry["act_by"]) == ("2029-Q1", "2027-Q2")
    assert (entry["position_risk"], entry["exit_risk"], entry["rest_risk"]) == (1, 5, 5.0)


@pytest.mark.usefixtures("house")
def test_risks_scenario_moves_only_exits_that_are_not_fixed() -> None:
    early, late = entries("--scenario", "early"), entries("--scenario", "late")
    assert (early["A-1"]["red_quarter"], late["A-1"]["red_quarter"]) == ("2026-Q4", "2029-Q2")
    assert (early["A-4"]["red_quarter"], late["A-4"]["red_quarter"]) == ("2029-Q1", "2029-Q1")


@pytest.mark.usefixtures("house")
def test_risks_table_starts_with_the_largest_rest_risk() -> None:
    text = run("--organisation", "musterstadt", "--as-of", "2026-11-22")
    keys = [line.split("│")[1].strip() for line in text.splitlines() if line.startswith("│")]
    assert keys == ["A-1", "A-2", "A-3", "A-4"]


@pytest.mark.django_db
def test_risks_refuses_an_unknown_organisation() -> None:
    with pytest.raises(CommandError, match="gibtesnicht"):
        run("--organisation", "gibtesnicht", "--json")


@pytest.mark.usefixtures("house")
def test_risks_of_another_organisation_are_empty() -> None:
    text = run("--organisation", "nebenau", "--as-of", "2026-11-22", "--json")
    assert json.loads(text) == []

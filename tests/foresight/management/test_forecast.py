"""``staffelstab forecast``: file in, JSON out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories.foresight import holding
from tests.factories.workforce import PositionFactory, UnitFactory
from tests.world import World


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("forecast", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Public employees in 2013: 24 % of 4.6 million older than 55 (BiB); the bands below are invented."""
    path = tmp_path / "alter.csv"
    path.write_text(
        "Alter;Anzahl\nunter 25;276.000\n25-34;874.000\n35 bis 44;1.012.000\n45-54;1.334.000\n"
        "55 und älter;1.104.000\n",
        encoding="cp1252",
    )
    return path


def test_forecast_of_a_table_as_json(table: Path) -> None:
    found: dict[str, Any] = json.loads(
        run("--age-structure", str(table), "--date", "2013-06-30", "--until", "2033", "--json")
    )
    assert list(found) == ["early", "regular", "late"]
    assert [[entry["year"] for entry in entries] for entries in found.values()] == [
        list(range(2013, 2034))
    ] * 3
    assert set(found["early"][0]) == {"year", "exits", "cumulative", "cumulative_share"}
    by_year = {entry["year"]: entry for entry in found["regular"]}
    # about 1.1 million in ten years were expected at the time
    assert by_year[2023]["cumulative"] == pytest.approx(1_100_000, rel=0.1)
    assert by_year[2023]["cumulative_share"] == pytest.approx(by_year[2023]["cumulative"] / 4_600_000)
    assert found["early"][10]["cumulative"] > by_year[2023]["cumulative"] > found["late"][10]["cumulative"]


def test_forecast_with_turnover_is_larger(table: Path) -> None:
    arguments = ("--age-structure", str(table), "--date", "2013-06-30", "--json")
    without, with_ = json.loads(run(*arguments)), json.loads(run(*arguments, "--turnover", "0.02"))
    assert without["regular"][-1]["year"] == 2023
    assert with_["regular"][-1]["cumulative"] > without["regular"][-1]["cumulative"]


def test_forecast_of_a_table_for_people(table: Path) -> None:
    text = run("--age-structure", str(table), "--date", "2013-06-30", "--until", "2014")
    assert [line.split("│")[1].strip() for line in text.splitlines() if line.startswith("│")] == [
        "2013",
        "2014",
    ]


def test_forecast_refuses_a_table_with_every_row_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "falsch.csv"
    path.write_text("Alter;Anzahl\njung;7\n30-39;viele\n", encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run("--age-structure", str(path), "--date", "2013-06-30")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["Zeile 2", "Zeile 3"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--age-structure", "{table}"], "--date"),
        (["--age-structure", "{table}x", "--date", "2013-06-30"], "kann nicht gelesen werden"),
        (
            ["--age-structure", "{table}", "--date", "2013-06-30", "--until", "2012"],
            "zwischen 2013 und 2113, nicht 2012",
        ),
        (["--age-structure", "{table}", "--date", "2013-06-30", "--turnover", "2"], "ist kein Anteil"),
        (["--age-structure", "{table}", "--date", "30.06."], "ist kein Tag"),
        (["--age-structure", "", "--date", "2013-06-30"], "Der Pfad fehlt"),
        (
            ["--organisation", "x", "--date", "2026-11-22", "--until", "2099"],
            "zwischen 2027 und 2040, nicht 2099",
        ),
    ],
)
def test_forecast_refuses_what_cannot_be_computed(table: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*(each.format(table=table) for each in arguments))


def test_forecast_of_an_organisation_in_periods(world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        for quarter in ("2028-Q2", "2029-Q1"):
            for _each in range(5):
                holding(PositionFactory(unit=unit), leaves=quarter)
    arguments = ("--organisation", "musterstadt", "--date", "2026-11-22", "--until", "2030")
    found = json.loads(run(*arguments, "--json"))
    assert {"from_year": 2028, "year": 2030, "exits": 10, "cumulative": 10, "cumulative_share": 1} in [
        {key: round(value) for key, value in entry.items()} for entry in found["regular"]
    ]
    assert "2028–2030" in run(*arguments)


@pytest.mark.django_db
def test_forecast_refuses_unknown_and_empty_organisations() -> None:
    with pytest.raises(CommandError, match="gibtesnicht"):
        run("--organisation", "gibtesnicht")
    with pytest.raises(CommandError, match="Weniger als 7"):
        run("--organisation", "nebenau", "--date", "2026-11-22")

"""Exits as bars: as wide as their years, and a heading that names everybody who stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from staffelstab.core.ui.charts import chart_svgs, narrowed
from staffelstab.foresight.selectors.exit_chart import ExitBar, exit_chart, heading


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def bar(first: int, exits: float, *, last: int = 0) -> ExitBar:
    return ExitBar(first=first, last=last or first, exits=exits, lowest=exits - 1, highest=exits + 1)


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        ([bar(2030, 20), bar(2031, 41)], "Die meisten Austritte fallen auf 2031: rund 41"),
        # 40.6 and 41.4 are both shown as 41
        (
            [bar(2030, 20), bar(2031, 40.6), bar(2032, 41.4)],
            "Die meisten Austritte fallen auf 2031 und 2032: je rund 41",
        ),
        (
            [bar(2030, 20), *(bar(year, 40) for year in range(2031, 2036))],
            "Die meisten Austritte fallen auf 2031 bis 2035: je rund 40",
        ),
        (
            [bar(2029, 40), bar(2030, 20), *(bar(year, 40) for year in range(2031, 2034))],
            "Die meisten Austritte fallen auf 2029 und 2031 bis 2033: je rund 40",
        ),
        # a span counts with its average: 28 in two years are fewer than 15 in one
        (
            [bar(2026, 28, last=2027), bar(2028, 15)],
            "Die meisten Austritte fallen auf 2028: rund 15",
        ),
        (
            [bar(2026, 64, last=2027), bar(2028, 21)],
            "Die meisten Austritte fallen auf 2026–2027: rund 64",
        ),
        (
            [bar(2026, 16, last=2027), bar(2028, 16, last=2029), bar(2030, 7)],
            "Die meisten Austritte fallen auf 2026–2027 und 2028–2029: je rund 16",
        ),
        # nothing stands out: all are the same, too many are, or a span and a year that cannot be named in one breath
        ([bar(2030, 8), bar(2031, 8)], "Austritte nach Jahren"),
        ([bar(2030, 0), bar(2031, 0.2)], "Austritte nach Jahren"),
        ([bar(year, 9 if year % 2 else 8) for year in range(2027, 2036)], "Austritte nach Jahren"),
        ([bar(2026, 18, last=2027), bar(2028, 9), bar(2029, 2)], "Austritte nach Jahren"),
    ],
)
def test_heading_names_all_years_with_the_most_exits(bars: list[ExitBar], words: str) -> None:
    assert heading(bars) == words


@pytest.mark.parametrize(
    ("exits", "words"),
    [
        # off by less than 5 each: only who is 10 ahead is surely ahead
        ((30, 40, 40, 30), "Die meisten Austritte fallen auf 2028 und 2029: je rund 40"),
        ((25, 40, 35, 25), "Die meisten Austritte fallen auf 2028 und 2029: je rund 35 bis 40"),
        ((35, 40, 35, 35), "Austritte nach Jahren"),
        ((0, 5, 10, 0), "Die meisten Austritte fallen auf 2028 und 2029: je rund 5 bis 10"),
    ],
)
def test_heading_does_not_call_different_what_may_be_rounding(exits: tuple[int, ...], words: str) -> None:
    assert heading([bar(2027 + place, each) for place, each in enumerate(exits)], error=5) == words


def test_joined_years_are_one_broad_bar_with_its_label() -> None:
    definition = exit_chart([bar(2026, 28, last=2027), *(bar(year, 15) for year in range(2028, 2037))])
    first, second, *_more = definition["data"]["values"]
    assert (first["years"], first["exits"], first["to"] - first["from"]) == (
        "2026–2027",
        28,
        pytest.approx(1.74),
    )
    assert (second["years"], second["to"] - second["from"]) == ("2028", pytest.approx(0.74))
    wide, narrow = chart_svgs((definition, narrowed(definition)))
    years = [str(year) for year in range(2028, 2037)]
    assert re.findall(r'opacity="1">(20[\d–]+)<', wide) == ["2026–2027", *years]
    assert re.findall(r'opacity="1">(20[\d–]+)<', narrow) == ["2026–2027", *years[1::2]]


def test_numbers_stand_on_the_bars_where_there_is_room() -> None:
    definition = exit_chart([bar(2027, 25), bar(2028, 35)], with_numbers=True)
    wide, narrow = chart_svgs((definition, narrowed(definition)))
    assert (wide.count(">25</text>"), narrow.count(">25</text>")) == (1, 0)

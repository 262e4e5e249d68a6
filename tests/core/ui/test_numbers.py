"""Numbers for people: nothing is cut, halves go up, in the form of the language."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from staffelstab.core.ui import numbers
from tests.guards.layout import PACKAGE

NBSP = "\u00a0"


def test_every_per_mille_is_shown_as_it_is() -> None:
    with translation.override("de"):
        shown = [numbers.percent(each / 1000, 1) for each in range(1001)]
    assert shown == [f"{each // 10},{each % 10}{NBSP}%" for each in range(1001)]


def test_every_share_of_ten_thousand_is_rounded_half_up() -> None:
    with translation.override("en"):
        shown = [numbers.percent(each / 10000, 1) for each in range(10001)]
    tenths = [(each + 5) // 10 for each in range(10001)]
    assert shown == [f"{each // 10}.{each % 10}%" for each in tenths]


@pytest.mark.parametrize(
    ("value", "places", "trim", "german", "english"),
    [
        (0, 0, False, "0", "0"),
        (0.5, 0, False, "1", "1"),
        (2.5, 0, False, "3", "3"),
        (-2.5, 0, False, "-3", "-3"),
        (-0.4, 0, False, "0", "0"),
        (1.7999999999999998, 1, False, "1,8", "1.8"),
        (0.15, 1, False, "0,2", "0.2"),
        (Decimal("1234.55"), 1, False, "1.234,6", "1,234.6"),
        (4.0, 1, True, "4", "4"),
        (4.5, 2, True, "4,5", "4.5"),
        (4.55, 2, True, "4,55", "4.55"),
        (100, 0, True, "100", "100"),
        (1_100_000, 0, False, "1.100.000", "1,100,000"),
        (1e-7, 1, False, "0,0", "0.0"),
    ],
)
def test_numbers_are_rounded_half_up_and_written_in_the_language(
    value: numbers.Number, places: int, *, trim: bool, german: str, english: str
) -> None:
    with translation.override("de"):
        assert numbers.number(value, places, trim=trim) == german
    with translation.override("en"):
        assert numbers.number(value, places, trim=trim) == english


def test_whole_numbers_take_every_half_upwards() -> None:
    assert [numbers.whole(each) for each in (0.5, 1.5, 2.5, 3.49, -0.5)] == [1, 2, 3, 3, -1]


def test_templates_have_the_same_numbers() -> None:
    template = Template("{{ count|number }} {{ risk|number:1 }} {{ share|percent }}")
    with translation.override("de"):
        text = template.render(Context({"count": 1234, "risk": 12.25, "share": Decimal("0.375")}))
    assert text == f"1.234 12,3 37,5{NBSP}%"


def test_no_other_way_to_write_a_number_is_left() -> None:
    """The server's own messages in ``core/database`` name whole seconds; an edition is compared, never shown."""
    other_ways = re.compile(r"number_format|floatformat|intcomma|widthratio|\{[^{}]*:[,.]*\.\df\}")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.suffix in {".py", ".html"} and other_ways.search(path.read_text(encoding="utf-8"))
    }
    assert {each for each in found if not each.startswith("core/database/")} == {
        "core/ui/numbers.py",
        "foresight/services/assumptions.py",
    }

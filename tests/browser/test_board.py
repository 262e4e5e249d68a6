"""The risk board as it is drawn: all bars fit and bear their names, and what is written can be read in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, SignIn

# One worker runs all browser tests: they share one server.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

BOARD = "/ausblick/wissensrisiko/"
FINGER = 24
"""Pixels a target is wide and high at least (WCAG 2.2, 2.5.8)."""

WIDTHS = (PHONE, {"width": 660, "height": 900}, {"width": 950, "height": 900}, DESKTOP)

MEASURE = """() => {
    const box = (element) => { const r = element.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom]; };
    const list = document.querySelector("ol.quarters");
    return {
        list: box(list),
        bars: [...list.querySelectorAll("a")].map(box),
        labels: [...list.querySelectorAll(".quarter-label")].map((label) => [
            box(label), box(label.parentElement.querySelector("a")), label.textContent]),
    };
}"""


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


@pytest.mark.parametrize("quarter", [0, 2, 8, 10, 17, 19])
def test_all_bars_fit_and_labels_stand_under_them(sign_in: SignIn, quarter: int) -> None:
    page = sign_in("kaya")
    for viewport in WIDTHS:
        page.set_viewport_size(viewport)
        page.goto(f"{BOARD}?quartal={quarter}")
        found = page.evaluate(MEASURE)
        left, right = found["list"][:2]
        assert len(found["bars"]) == 20
        assert all(left <= bar[0] and bar[1] <= right + 1 for bar in found["bars"])
        assert min(bar[1] - bar[0] for bar in found["bars"]) >= FINGER
        assert min(bar[3] - bar[2] for bar in found["bars"]) >= FINGER
        names = [label for label, _bar, _text in found["labels"]]
        assert [text for *_boxes, text in found["labels"] if text.startswith("◆")] != []
        for label, bar, text in found["labels"]:
            middle = (bar[0] + bar[1]) / 2
            assert label[0] <= middle <= label[1], (viewport, text)
            assert left - 1 <= label[0] < label[1] <= right + 1, (viewport, text)
            assert bar[3] <= label[2] + 1, (viewport, text)
        assert [(one, two) for one in names for two in names if one is not two and overlap(one, two)] == []


def contrast(one: str, other: str) -> float:
    """Of two colours as the browser names them, rgb(…) (WCAG 2.2, 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(page: Page) -> Any:
    return page.evaluate(
        """() => {
            const field = document.querySelector(".chip-search input");
            const items = [...document.querySelectorAll("nav.rail .rail-item")];
            const current = items.find((item) => item.getAttribute("aria-current"));
            return {
                field: [getComputedStyle(field, "::placeholder").color, getComputedStyle(field).backgroundColor],
                items: [...new Set(items.map((item) => getComputedStyle(item).color))],
                bold: getComputedStyle(current).fontWeight,
            };
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_search_field_and_place_in_the_navigation_can_be_read(sign_in: SignIn, scheme: Any) -> None:
    page = sign_in("kaya")
    page.emulate_media(color_scheme=scheme)
    page.goto(BOARD)
    found = colours(page)
    assert contrast(*found["field"]) >= 4.5
    assert (len(found["items"]), found["bold"]) == (
        1,
        "600",
    )  # where one is stands out by weight, never fainter

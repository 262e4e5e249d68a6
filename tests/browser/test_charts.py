"""Charts as they are drawn: whole and legible, on a phone as on a desk."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE, SignIn

# One worker runs all browser tests: they share one server.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

SMALLEST = 11
"""Pixels of letters."""

MEASURE = """() => [...document.querySelectorAll(".chart-picture")].map((picture) => {
    const [shown, ...more] = [...picture.children].filter((each) => each.getBoundingClientRect().width);
    const scale = shown.getBoundingClientRect().width / shown.viewBox.baseVal.width;
    const texts = [...shown.querySelectorAll("text")].filter((each) => each.getAttribute("opacity") !== "0");
    return {
        place: shown.dataset.place,
        more: more.length,
        hidden: picture.scrollWidth - picture.clientWidth,
        letters: Math.min(...texts.map((each) => parseFloat(each.getAttribute("font-size")) * scale)),
        years: texts.map((each) => each.textContent).filter((each) => /^20\\d\\d/.test(each)),
    };
})"""


@pytest.mark.parametrize(("viewport", "place"), [(PHONE, "narrow"), (DESKTOP, "wide")])
def test_charts_fit_and_can_be_read(sign_in: SignIn, viewport: dict[str, int], place: str) -> None:
    page = sign_in("kaya")
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.goto("/ausblick/altersstruktur/?bis=2036")
    found = page.evaluate(MEASURE)
    assert [(each["place"], each["more"], each["hidden"]) for each in found] == [(place, 0, 0)] * 2
    assert min(each["letters"] for each in found) >= SMALLEST
    # the last year of the outlook, or the one before where only every second has room
    assert all(each["years"][-1] in {"2035", "2036"} for each in found)

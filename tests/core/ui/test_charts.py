"""Charts: German numbers, kept pictures, colours that follow the theme, one picture for phones."""

import re

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import translation

from staffelstab.core.ui import charts
from staffelstab.core.ui.charts import (
    Chart,
    ChartTable,
    chart_definition,
    chart_svg,
    chart_svgs,
    digest,
    narrowed,
)

ENCODING = {"x": {"field": "quarter", "type": "ordinal"}, "y": {"field": "tasks", "type": "quantitative"}}


def _definition() -> dict[str, object]:
    return chart_definition(values=[{"quarter": "IV/2026", "tasks": 1500.5}], mark="bar", encoding=ENCODING)


def test_chart_definition_follows_the_language() -> None:
    with translation.override("de"):
        assert _definition()["usermeta"]["number_locale"]["decimal"] == ","
    with translation.override("en"):
        assert _definition()["usermeta"]["number_locale"]["decimal"] == "."


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_chart_svg_is_drawn_once_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = InMemoryStorage()
    with translation.override("de"):
        definition = _definition()
    first = chart_svg(definition, storage=storage)
    assert ">1.500</text>" in first
    assert " style=" not in first
    # Whoever draws again now would fail: the second call must take the kept picture.
    monkeypatch.setattr(charts.sys, "executable", "/nonexistent")
    assert chart_svg(definition, storage=storage) == first


def test_picture_and_live_definition_use_css_variables() -> None:
    storage = InMemoryStorage()
    definition = {"config": {"bar": {"color": charts.PALETTE[0]}}, "usermeta": {}}
    for each in (definition, narrowed(definition)):
        storage.save(
            f"charts/{digest(each)}.svg",
            charts.ContentFile(
                b'<svg fill="#0b4f6c"><clipPath id="clip1"/><text fill="#4c5274" clip="url(#clip1)"/></svg>'
            ),
        )
    chart = Chart(
        key="c",
        title="T",
        description="D",
        definition=definition,
        table=ChartTable(heads=(), rows=()),
        storage=storage,
    )
    assert chart.picture == "".join(
        f'<svg data-place="{place}" aria-hidden="true" focusable="false" fill="var(--chart-1)">'
        f'<clipPath id="c-{place}-clip1"/><text fill="var(--muted)" clip="url(#c-{place}-clip1)"/></svg>'
        for place in ("wide", "narrow")
    )
    assert chart.live_definition["config"] == {"bar": {"color": "var(--chart-1)"}}


def test_narrow_picture_fits_a_phone_with_letters_of_full_size() -> None:
    values = [{"year": str(2026 + each), "exits": each} for each in range(11)]
    definition = chart_definition(
        values=values,
        encoding={"x": {"field": "year", "type": "ordinal", "axis": {"labelLimit": 260}}},
        layer=[
            {"mark": "bar", "encoding": {"y": {"field": "exits", "type": "quantitative"}}},
            {"name": charts.WIDE_ONLY, "mark": {"type": "text", "text": "only here"}},
        ],
    )
    wide, narrow = chart_svgs((definition, narrowed(definition)), storage=InMemoryStorage())
    assert ("only here" in wide, "only here" in narrow) == (True, False)
    assert 'width="320"' in narrow
    assert 'viewBox="0 0 320 ' in narrow
    assert set(re.findall(r'font-size="(\d+)px"', narrow)) == {"13"}
    # every second year has a label; the last one too
    assert re.findall(r'opacity="1">(20\d\d)<', narrow) == ["2026", "2028", "2030", "2032", "2034", "2036"]
    assert narrowed(definition)["encoding"]["x"]["axis"]["labelLimit"] == 140
    assert definition["encoding"]["x"]["axis"] == {"labelLimit": 260}


def test_narrow_picture_breaks_long_labels() -> None:
    names = ("niemand", "in einem Jahr (IV/2027)", "Amt für Liegenschaften und Gebäude")
    definition = chart_definition(
        values=[{"name": name, "count": 1} for name in names],
        mark="bar",
        encoding={
            "y": {"field": "name", "type": "nominal", "sort": None, "axis": {"labelLimit": 260}},
            "x": {"field": "count", "type": "quantitative", "axis": None},
        },
        height=120,
    )
    (narrow,) = chart_svgs((narrowed(definition),), storage=InMemoryStorage())
    for line in ("niemand", "in einem Jahr", "(IV/2027)", "Amt für"):
        assert f">{line}<" in narrow

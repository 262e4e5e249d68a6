"""Charts: German numbers, kept pictures, colours that follow the theme."""

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import translation

from staffelstab.core.ui import charts
from staffelstab.core.ui.charts import Chart, ChartTable, chart_definition, chart_svg, digest

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
    storage.save(
        f"charts/{digest(definition)}.svg",
        charts.ContentFile(b'<svg fill="#0b4f6c"><text fill="#4c5274"/></svg>'),
    )
    chart = Chart(
        key="c",
        title="T",
        description="D",
        definition=definition,
        table=ChartTable(heads=(), rows=()),
        storage=storage,
    )
    assert chart.picture == (
        '<svg aria-hidden="true" focusable="false" fill="var(--chart-1)"><text fill="var(--muted)"/></svg>'
    )
    assert chart.live_definition["config"] == {"bar": {"color": "var(--chart-1)"}}

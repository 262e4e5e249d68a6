"""The charts of a report: one definition each for page, print and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from staffelstab.core.ui.charts import ALARM, INK, SOFT, chart_definition
from staffelstab.foresight.selectors.exit_chart import exit_chart
from staffelstab.foresight.selectors.report_exits import Exits

_WIDTH = 560  # pixels; as wide as a printed page with letters as large as its text
_ROW = 36  # pixels per bar that lies


def exits_by_year(exits: Exits) -> dict[str, Any]:
    """Bars of the regular scenario with a line from the lowest to the highest of the three."""
    return exit_chart([span.bar for span in exits.spans], width=_WIDTH, with_numbers=True)


def bars(rows: Sequence[tuple[str, int]], *, alarm: int = 0, title: str = "") -> dict[str, Any]:
    """Lying bars with their figures at the end; the first `alarm` of them are marked."""
    values = [
        {"name": name, "count": count, "marked": number < alarm}
        for number, (name, count) in enumerate(rows)
    ]  # fmt: skip
    name = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 260}}
    # a fifth more than the longest bar: its figure stands behind it
    room = {"domain": [0, max((count for _name, count in rows), default=0) * 1.2 or 1]}
    count = {
        "field": "count",
        "type": "quantitative",
        "stack": None,
        "title": title or None,
        "axis": None,
        "scale": room,
    }
    return chart_definition(
        values=values,
        encoding={"y": name, "x": count},
        layer=[
            {
                "mark": {"type": "bar", "tooltip": True, "height": {"band": 0.6}},
                "encoding": {"color": {"condition": {"test": "datum.marked", "value": ALARM}, "value": SOFT}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 14},
                "encoding": {"text": {"field": "count", "type": "quantitative"}},
            },
        ],
        width=_WIDTH,
        height=_ROW * len(rows),
    )

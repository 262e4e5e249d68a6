"""Exits by year as a picture with its heading: the same for the forecast and for a report, on page and paper."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from staffelstab.core.ui import numbers
from staffelstab.core.ui.charts import INK, PALETTE, WIDE_ONLY, chart_definition

_MOST_NAMED: Final = 3
"""Years or ranges a heading names; more than that are no finding."""
_GAP: Final = 0.13
"""Of a year, on each side of a bar."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExitBar:
    """Exits in the calendar years `first` … `last`, mostly one, and the least and the most of the three scenarios."""

    first: int
    last: int
    exits: float
    lowest: float
    highest: float

    @property
    def label(self) -> str:
        """*2028*, or *2028–2030*."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def rate(self) -> float:
        """The exits shown, per year."""
        return numbers.whole(self.exits) / (self.last - self.first + 1)


def heading(bars: Sequence[ExitBar], *, error: float = 0) -> str:
    """In which years most people leave, every one of them named; *Exits by year* where none stands out.

    Years joined to one bar are compared by their average; a year counts with the figure that is shown. `error`: the
    figures are off by less than so much, hence no two of them are called different that are closer than twice that.
    """
    plain = _("Exits by year")
    top = max(bar.rate for bar in bars)
    most = [bar for bar in bars if bar.rate == top or bar.rate > top - 2 * error]
    counts = sorted({numbers.whole(bar.exits) for bar in most})
    spans = _spans(most)
    joined = any(bar.first != bar.last for bar in most)
    if not top or len(most) == len(bars) or (joined and len(counts) > 1) or len(spans) > _MOST_NAMED:
        return plain
    *first, last = spans
    years = _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    text = (
        _("Most exits fall in %(years)s: about %(count)s")
        if len(most) == 1
        else _("Most exits fall in %(years)s: about %(count)s each")
    )
    lowest, highest = numbers.number(counts[0]), numbers.number(counts[-1])
    count = lowest if len(counts) == 1 else _("%(first)s to %(last)s") % {"first": lowest, "last": highest}
    return text % {"years": years, "count": count}


def _spans(bars: Sequence[ExitBar]) -> list[str]:
    """Names of the bars; three and more that follow each other as *2032 to 2036*."""
    runs: list[list[ExitBar]] = []
    for bar in bars:
        if runs and runs[-1][-1].last + 1 == bar.first and bar.first == bar.last:
            runs[-1].append(bar)
        else:
            runs.append([bar])
    named = []
    for run in runs:
        if len(run) > 2 and run[0].first == run[0].last:
            named.append(_("%(first)s to %(last)s") % {"first": run[0].label, "last": run[-1].label})
        else:
            named += [bar.label for bar in run]
    return named


def exit_chart(bars: Sequence[ExitBar], *, width: int = 760, with_numbers: bool = False) -> dict[str, Any]:
    """A bar as wide as its years and as high as its exits, with a line from the least to the most of the scenarios."""
    values = [
        {
            "years": bar.label,
            "middle": (bar.first + bar.last) / 2,
            "from": bar.first - 0.5 + _GAP,
            "to": bar.last + 0.5 - _GAP,
            "exits": bar.exits,
            "lowest": bar.lowest,
            "highest": bar.highest,
        }
        for bar in bars
    ]
    x = _years_axis(bars)
    y = {"type": "quantitative", "title": _("Exits"), "axis": {"tickMinStep": 1}}
    line = {"color": PALETTE[1], "strokeWidth": 2.5}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "color": PALETTE[0], "cornerRadiusTopLeft": 3, "cornerRadiusTopRight": 3},
            "encoding": {
                "x": {"field": "from"} | x,
                "x2": {"field": "to"},
                "y": {"field": "exits"} | y,
                "y2": {"datum": 0},
                "tooltip": [
                    {"field": "years", "title": _("Years")},
                    {"field": "exits", "title": _("Exits"), "format": ".0f"},
                ],
            },
        },
        {
            "mark": {"type": "rule"} | line,
            "encoding": {
                "x": {"field": "middle"} | x,
                "y": {"field": "lowest"} | y,
                "y2": {"field": "highest"},
            },
        },
    ]  # fmt: skip
    if with_numbers:
        layers.append(
            {
                # beside the line, not under it
                "name": WIDE_ONLY,
                "mark": {"type": "text", "align": "right", "dx": -5, "dy": -9, "color": INK, "fontSize": 14},
                "encoding": {
                    "x": {"field": "middle"} | x,
                    "y": {"field": "exits"} | y,
                    "text": {"field": "exits", "type": "quantitative"},
                },
            }
        )
    return chart_definition(values=values, layer=layers, width=width, height=220)


def _years_axis(bars: Sequence[ExitBar]) -> dict[str, Any]:
    """Years as a measure, with the label of each bar under its middle."""
    middles = [(bar.first + bar.last) / 2 for bar in bars]
    # as JavaScript writes a number
    names = {f"{middle:g}": bar.label for middle, bar in zip(middles, bars, strict=True)}
    return {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [bars[0].first - 0.5, bars[-1].last + 0.5], "nice": False, "zero": False},
        "axis": {
            "values": middles,
            "labelExpr": f"({json.dumps(names)})[toString(datum.value)]",
            "ticks": False,
            "labelPadding": 8,
        },
    }

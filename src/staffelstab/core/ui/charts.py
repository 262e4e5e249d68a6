"""Charts: one Vega-Lite definition each, drawn as SVG in page, print and PDF, interactive on demand.

A view builds a :class:`Chart`; ``{% chart chart %}`` draws it with its data table. Colours are written as the
hexadecimal house colours below; the page swaps them for CSS variables, so that the same picture follows dark mode.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Colour-blind safe order (dark to light within each pair differs in lightness, not only in hue).
PALETTE = ("#0b4f6c", "#d9822b", "#5a7d2a", "#8d1f3d", "#7a6fb0", "#6b7280")
INK, MUTED, LINE, SOFT, ALARM = "#131525", "#4c5274", "#d9dce6", "#c3ccd8", "#c0472f"
CSS_VARIABLES = {
    INK: "var(--text)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    SOFT: "var(--chart-soft)",
    ALARM: "var(--chart-alarm)",
    **{colour: f"var(--chart-{index})" for index, colour in enumerate(PALETTE, start=1)},
}
_COLOUR = re.compile("|".join(CSS_VARIABLES))
_CLIP = re.compile(r'(\bid="|url\(#)(clip\d+)')
_TIMEOUT = 30  # seconds; the engine takes half a second to start, a chart next to nothing
NARROW = 320  # pixels; a card on a phone is about as wide, so letters keep their size there
WIDE_ONLY = "wide-only"
"""Name of a layer that a phone does without."""
_NARROW_LABELS = 140  # pixels
# long labels break at the last space of their first 20 characters
_TWO_LINES = r"split(replace(datum.label, regexp('^(?=.{20})(.{6,20}) (.*)$'), '$1\n$2'), '\n')"
FONT = "Fira Sans, sans-serif"

NUMBER_LOCALES = {
    "de": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", "\u00a0€"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}
DE_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
EN_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
TIME_LOCALES = {
    "de": {
        "dateTime": "%d.%m.%Y, %H:%M",
        "date": "%d.%m.%Y",
        "time": "%H:%M",
        "periods": ["", ""],
        "days": ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
        "shortDays": ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"],
        "months": DE_MONTHS,
        "shortMonths": ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
    },
    "en": {
        "dateTime": "%d/%m/%Y, %H:%M",
        "date": "%d/%m/%Y",
        "time": "%H:%M",
        "periods": ["am", "pm"],
        "days": ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
        "shortDays": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        "months": EN_MONTHS,
        "shortMonths": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    },
}

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "padding": 4,
    "view": {"stroke": "transparent"},
    "range": {"category": list(PALETTE)},
    "mark": {"color": PALETTE[0]},
    "bar": {"color": PALETTE[0], "cornerRadiusEnd": 3},
    "line": {"color": PALETTE[0], "strokeWidth": 2.5},
    "area": {"color": PALETTE[0], "opacity": 0.25},
    "rule": {"color": MUTED},
    "text": {"color": INK, "fontSize": 13},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 13,
        "labelFont": FONT,
        "titleColor": MUTED,
        "titleFontSize": 13,
        "titleFontWeight": 500,
        "titlePadding": 10,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
    },
    "axisX": {"grid": False, "labelAngle": 0, "labelOverlap": True},
    "axisY": {"domain": False, "ticks": False, "tickCount": 5},
    "legend": {"labelColor": MUTED, "labelFontSize": 13, "titleColor": MUTED, "orient": "top"},
    "header": {"labelColor": MUTED, "labelFontSize": 13, "titleColor": MUTED},
}


@dataclass(frozen=True, kw_only=True)
class ChartTable:
    """The same figures as a table: heads, and rows whose first cell names the row."""

    heads: Sequence[object]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart as the page needs it.

    `title` says the finding. `description` is the text for those who do not see the picture. `key` is unique in
    the page. `definition` comes from :func:`chart_definition`.
    """

    key: str
    title: str
    description: str
    definition: Mapping[str, Any]
    table: ChartTable
    storage: Storage | None = field(default=None, compare=False)

    @property
    def picture(self) -> SafeString:
        """Inline SVG, once for wide and once for narrow places; the style sheet shows one of them.

        Colours follow the theme of the page. Hidden from screen readers (they get the text).
        """
        wide, narrow = chart_svgs((self.definition, narrowed(self.definition)), storage=self.storage)
        return mark_safe(self._inline(wide, "wide") + self._inline(narrow, "narrow"))  # noqa: S308 - drawn by us

    def _inline(self, svg: str, place: str) -> str:
        svg = _COLOUR.sub(lambda match: CSS_VARIABLES[match[0]], svg)
        # Every picture counts its clips from one; in a page with several they would clip each other.
        svg = _CLIP.sub(rf"\1{self.key}-{place}-\2", svg)
        return svg.replace("<svg ", f'<svg data-place="{place}" aria-hidden="true" focusable="false" ', 1)

    @property
    def live_definition(self) -> dict[str, Any]:
        """Definition for the browser, with colours as CSS variables."""
        text = json.dumps(self.definition)
        live: dict[str, Any] = json.loads(_COLOUR.sub(lambda match: CSS_VARIABLES[match[0]], text))
        return live


def chart_definition(
    *,
    values: Sequence[Mapping[str, object]],
    mark: str | Mapping[str, Any] | None = None,
    encoding: Mapping[str, Any] | None = None,
    layer: Sequence[Mapping[str, Any]] = (),
    width: int = 760,
    height: int = 260,
    **more: object,
) -> dict[str, Any]:
    """A Vega-Lite definition with the house configuration and the number and date forms of the active language.

    Give `mark` and `encoding`, or `layer` (with an `encoding` shared by all layers). `more` is merged at the top
    level (``transform``, ``params``).
    """
    language = "en" if (get_language() or "de").startswith("en") else "de"
    definition: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [dict(value) for value in values]},
        "width": width,
        "height": height,
        "config": CONFIG,
        "usermeta": {
            "number_locale": NUMBER_LOCALES[language],
            "time_locale": TIME_LOCALES[language],
        },
    }
    if layer:
        definition["layer"] = [dict(each) for each in layer]
    else:
        definition["mark"] = mark
    if encoding:
        definition["encoding"] = dict(encoding)
    return definition | more


def narrowed(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same chart for ``NARROW`` pixels, axes included: fewer labels, no layer called ``WIDE_ONLY``."""
    narrow = dict(definition) | {"width": NARROW, "autosize": {"type": "fit", "contains": "padding"}}
    if "layer" in narrow:
        narrow["layer"] = [each for each in narrow["layer"] if each.get("name") != WIDE_ONLY]
    if "encoding" in narrow:
        narrow["encoding"] = {channel: _shorter(encoding) for channel, encoding in narrow["encoding"].items()}
    if "config" in narrow:
        legend = narrow["config"].get("legend", {}) | {"columns": 2, "labelLimit": _NARROW_LABELS}
        narrow["config"] = narrow["config"] | {"legend": legend}
    return narrow


def _shorter(encoding: Any) -> Any:
    """The channel with labels that leave room for the bars."""
    axis = encoding.get("axis")
    if not axis or "labelLimit" not in axis:
        return encoding
    shorter = {"labelLimit": min(axis["labelLimit"], _NARROW_LABELS), "labelExpr": _TWO_LINES}
    return encoding | {"axis": axis | shorter}


def digest(definition: Mapping[str, Any]) -> str:
    """SHA-256 of the definition: the name under which its picture is kept."""
    canonical = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def chart_svg(definition: Mapping[str, Any], *, storage: Storage | None = None) -> str:
    """The chart as SVG text with literal colours: for print, PDF and (through Chart.picture) the page.

    Drawn once and then kept in `storage` (Django's default one) under ``charts/<SHA-256>.svg``. Raises
    subprocess.CalledProcessError when the definition is not valid.
    """
    (svg,) = chart_svgs((definition,), storage=storage)
    return svg


def chart_svgs(
    definitions: Sequence[Mapping[str, Any]], *, storage: Storage | None = None
) -> tuple[str, ...]:
    """Several charts as ``chart_svg``; those that are not kept yet are drawn at one go."""
    storage = default_storage if storage is None else storage
    names = [f"charts/{digest(definition)}.svg" for definition in definitions]
    found = {name: _kept(name, storage) for name in names}
    missing = {name: each for name, each in zip(names, definitions, strict=True) if found[name] is None}
    if missing:
        for name, svg in zip(missing, _draw(list(missing.values())), strict=True):
            found[name] = svg
            saved = storage.save(name, ContentFile(svg.encode()))
            if saved != name:
                # Another process was faster; both pictures are the same.
                storage.delete(saved)
    return tuple(found[name] or "" for name in names)


def _kept(name: str, storage: Storage) -> str | None:
    if not storage.exists(name):
        return None
    with storage.open(name) as file:
        kept: bytes = file.read()
    return kept.decode()


def _draw(definitions: Sequence[Mapping[str, Any]]) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-m", "staffelstab.core.ui.chart_worker"],
        input=json.dumps(definitions).encode(),
        capture_output=True,
        check=True,
        timeout=_TIMEOUT,
    )
    drawn: list[str] = json.loads(result.stdout)
    return drawn

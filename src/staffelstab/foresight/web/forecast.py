"""How the exits forecast looks: filters, charts, tables and the figures of the finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core import list_files
from staffelstab.core.ui import numbers
from staffelstab.core.ui.charts import MUTED, PALETTE, SOFT, Chart, ChartTable, chart_definition
from staffelstab.core.ui.tables import Column, Filter, Table, Text, choice_filter, link_to
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.forecast import Forecast
from staffelstab.foresight.domain.forecast_ages import AgeStep
from staffelstab.foresight.domain.forecast_periods import Period
from staffelstab.foresight.selectors.exit_chart import ExitBar, exit_chart, heading
from staffelstab.foresight.selectors.forecast import OrganisationForecast, UnitForecast
from staffelstab.foresight.selectors.sentences import percent

SCENARIOS: Final[dict[Scenario, Text]] = {
    Scenario.EARLY: gettext_lazy("early"),
    Scenario.REGULAR: gettext_lazy("regular"),
    Scenario.LATE: gettext_lazy("late"),
}
ROUNDING: Final = gettext_lazy(
    "Figures are expected values, rounded to whole people and whole per cent; added up they do not always give the sum "
    "shown."
)
_DAYS: Final = 365
INDENT: Final = "\u2003"
NOT_SHOWN: Final = "…"
MOST_GROUPS: Final = len(PALETTE) - 1
"""Groups with a colour of their own; further ones are added up as the last."""


def people(value: float) -> str:
    """A number of people, whole."""
    return numbers.number(value)


def years(period: Period) -> str:
    """`2027` or `2027–2029`, which no line break takes apart."""
    if period.years == 1:
        return str(period.first_year)
    return f"{period.first_year}\u2060–\u2060{period.last_year}"


def yearly(forecast: Forecast) -> tuple[Period, ...]:
    """A forecast year by year, in the form of periods."""
    return tuple(
        Period(
            first_year=row[0].year,
            last_year=row[0].year,
            figures=dict(zip(Scenario, row, strict=True)),
        )
        for row in zip(*(forecast[scenario] for scenario in Scenario), strict=True)
    )


def single(periods: Sequence[Period], scenario: Scenario) -> dict[str, str] | None:
    """The figures of the only period, which need no chart; None where there are several."""
    if len(periods) > 1:
        return None
    (period,) = periods
    exits = [each.exits for each in period.figures.values()]
    lowest, highest = people(min(exits)), people(max(exits))
    between = _("depending on the scenario %(lowest)s to %(highest)s")
    return {
        "label": _("Exits %(years)s") % {"years": years(period)},
        "value": people(period.figures[scenario].exits),
        "note": "" if lowest == highest else between % {"lowest": lowest, "highest": highest},
    }


def charts(
    periods: Sequence[Period], scenario: Scenario, *, share_title: str, counted_on: dt.date
) -> dict[str, object]:
    """The pictures of a forecast for its page, or its figure where there is only one."""
    if figure := single(periods, scenario):
        return {"single": figure}
    return {
        "exits_chart": exits_chart(periods, scenario),
        "share_chart": share_chart(periods, scenario, title=share_title, counted_on=counted_on),
    }


def finding(periods: Sequence[Period], scenario: Scenario) -> dict[str, object]:
    """The figures of the first sentence, all for the end of the last period."""
    figures = periods[-1].figures
    others = [each.cumulative for each in figures.values()]
    return {
        "year": periods[-1].last_year,
        "exits": people(figures[scenario].cumulative),
        "share": percent(figures[scenario].cumulative_share),
        "lowest": people(min(others)),
        "highest": people(max(others)),
        "spread": people(max(others)) != people(min(others)),
    }


# --- filters ------------------------------------------------------------------------------------------------


def filters(
    found: OrganisationForecast, query: QueryDict, *, last_years: Sequence[int], until: int
) -> tuple[Filter, ...]:
    """Chips above the forecast."""
    shown = {unit.id for unit in found.choices}
    units = [
        (str(unit.id), INDENT * (sum(each in shown for each in unit.ancestor_ids) - 1) + unit.name)
        for unit in found.choices
    ]
    chips = [
        choice_filter(query, name="einheit", label=_("Unit"), choices=units, all_label=_("all")),
        choice_filter(
            query,
            name="bis",
            label=_("Until the end of"),
            choices=[(str(year), str(year)) for year in last_years],
            default=str(until),
        ),
        choice_filter(
            query,
            name="szenario",
            label=_("Scenario"),
            choices=[(each.value, label) for each, label in SCENARIOS.items()],
            default=Scenario.REGULAR.value,
        ),
        choice_filter(
            query,
            name="fluktuation",
            label=_("Turnover"),
            choices=[("on", _("included"))],
            all_label=_("not included"),
        ),
    ]
    return tuple(chip for chip in chips if len(chip.choices) > 1)


# --- charts -------------------------------------------------------------------------------------------------


def exits_chart(periods: Sequence[Period], scenario: Scenario) -> Chart:
    """Exits as bars as wide as their years, each with a line from the smallest to the largest of the scenarios."""
    bars = [
        ExitBar(
            first=period.first_year,
            last=period.last_year,
            exits=period.figures[scenario].exits,
            lowest=min(each.exits for each in period.figures.values()),
            highest=max(each.exits for each in period.figures.values()),
        )
        for period in periods
    ]
    return Chart(
        key="exits",
        title=heading(bars),
        description=_(
            "Bars: exits in each year, scenario %(scenario)s; a broad bar stands for several years together. Thin line "
            "on each bar: from the smallest to the largest of the three scenarios. The figures stand in the table."
        )
        % {"scenario": SCENARIOS[scenario]},
        definition=exit_chart(bars),
        table=ChartTable(
            heads=(_("Years"), *(label for label in SCENARIOS.values())),
            rows=[(years(period), *_row(period, "exits")) for period in periods],
        ),
    )


def share_chart(periods: Sequence[Period], scenario: Scenario, *, title: str, counted_on: dt.date) -> Chart:
    """The share that has left, as a band from the late to the early scenario with a line for the chosen one.

    `title`: with places for `year` and `share`; it names of whom. The line begins on the day of the count: a year
    stands for its end, so 2 July 2026 is 2025.5.
    """
    values = _shares(periods, scenario, counted_on)
    x = {
        "field": "year",
        "type": "quantitative",
        "title": None,
        "scale": {"nice": False, "zero": False},
        "axis": {"format": "d", "tickMinStep": 1},
    }
    sign = percent(0).removeprefix("0")
    share = {
        "type": "quantitative",
        "axis": {"labelPadding": 8, "labelExpr": f"format(datum.value * 100, '.0f') + '{sign}'"},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area", "color": SOFT, "opacity": 0.7},
            "encoding": {
                "y": {"field": "low", "title": _("Share that has left")} | share,
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "line", "color": PALETTE[0], "point": {"color": PALETTE[0]}, "tooltip": True},
            "encoding": {"y": {"field": "chosen"} | share},
        },
        _end_label(values, "high", _("early"), MUTED, -9),
        _end_label(values, "low", _("late"), MUTED, 20),
    ]
    return Chart(
        key="share",
        title=title
        % {
            "year": periods[-1].last_year,
            "share": percent(periods[-1].figures[scenario].cumulative_share),
        },
        description=_(
            "Line: share of the people counted that has left by the end of each year, scenario %(scenario)s. Band: "
            "from the late to the early scenario."
        )
        % {"scenario": SCENARIOS[scenario]},
        definition=chart_definition(values=values, layer=layers, encoding={"x": x}, height=220),
        table=ChartTable(
            heads=(_("End of"), *(label for label in SCENARIOS.values())),
            rows=[(str(period.last_year), *_row(period, "cumulative_share")) for period in periods],
        ),
    )


def _shares(periods: Sequence[Period], scenario: Scenario, counted_on: dt.date) -> list[dict[str, object]]:
    """Points of the line and of its band, from nobody on the day of the count."""
    day = counted_on.year - 1 + counted_on.timetuple().tm_yday / _DAYS
    values: list[dict[str, object]] = [{"year": day, "low": 0, "high": 0, "chosen": 0}]
    for period in periods:
        shown = [each.cumulative_share for each in period.figures.values()]
        values.append(
            {
                "year": period.last_year,
                "low": min(shown),
                "high": max(shown),
                "chosen": period.figures[scenario].cumulative_share,
            }
        )
    return values


def _end_label(
    values: Sequence[Mapping[str, object]], field: str, text: str, colour: str, shift: int
) -> dict[str, Any]:
    """A word at the right end of the band."""
    return {
        "data": {"values": [dict(values[-1]) | {"word": text}]},
        "mark": {"type": "text", "align": "right", "dx": -4, "dy": shift, "color": colour, "fontSize": 13},
        "encoding": {
            "y": {"field": field, "type": "quantitative"},
            "text": {"field": "word"},
        },
    }


def groups_chart(by_group: Mapping[str, Forecast], scenario: Scenario) -> Chart:
    """Exits per year as bars with a part for each group, the largest groups first; the rest is added up."""
    sums = {name: sum(each.exits for each in found[scenario]) for name, found in by_group.items()}
    ordered = sorted(by_group, key=lambda name: (-sums[name], name))
    named, rest = ordered[:MOST_GROUPS], ordered[MOST_GROUPS:]
    names = [*named, _("others")] if rest else named
    exits: dict[tuple[str, int], float] = {}
    for place, name in enumerate(ordered):
        for each in by_group[name][scenario]:
            key = (name if place < MOST_GROUPS else names[-1], each.year)
            exits[key] = exits.get(key, 0.0) + each.exits
    shown_years = sorted({year for _name, year in exits})
    values = [{"year": str(year), "group": name, "exits": exits[name, year]} for name, year in exits]
    return Chart(
        key="groups",
        title=_("Exits by year and group"),
        description=_("Stacked bars: exits in each year by group, scenario %(scenario)s.")
        % {"scenario": SCENARIOS[scenario]},
        definition=chart_definition(
            values=values,
            mark={"type": "bar", "tooltip": True, "cornerRadiusEnd": 0},
            encoding={
                "x": {"field": "year", "type": "ordinal", "title": None},
                "y": {"field": "exits", "type": "quantitative", "title": _("Exits a year")},
                "color": {
                    "field": "group",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": names, "range": list(PALETTE[: len(names)])},
                },
            },
            height=250,
        ),
        table=ChartTable(
            heads=(_("Years"), *names),
            rows=[(str(year), *(people(exits[name, year]) for name in names)) for year in shown_years],
        ),
    )


def _row(period: Period, what: str) -> list[str]:
    shown = percent if what == "cumulative_share" else people
    return [shown(getattr(each, what)) for each in period.figures.values()]


# --- tables -------------------------------------------------------------------------------------------------


def _figure(scenario: Scenario, what: str) -> Callable[[Period], str]:
    shown = percent if what == "cumulative_share" else people
    return lambda period: shown(getattr(period.figures[scenario], what))


def periods_table(periods: Sequence[Period], chosen: Scenario) -> Table:
    """All years with the three scenarios; a phone shows the chosen one."""
    columns = [Column(key="years", label=_("Years"), primary=True, value=years)]
    for scenario, label in SCENARIOS.items():
        for key, head in (
            ("exits", _("Exits, %(scenario)s")),
            ("cumulative", _("together, %(scenario)s")),
            ("cumulative_share", _("share, %(scenario)s")),
        ):
            columns.append(
                Column(
                    key=f"{scenario.value}_{key}",
                    label=head % {"scenario": label},
                    numeric=True,
                    value=_figure(scenario, key),
                    optional=scenario is not chosen,
                )
            )
    return Table(caption=_("Exits by year"), columns=columns, rows=periods, compact=True)


def units_table(units: Sequence[UnitForecast], query: QueryDict) -> Table:
    """Units with their people and exits up to the end of the outlook."""

    def exits(scenario: Scenario) -> Any:
        return lambda line: NOT_SHOWN if (value := line.exits[scenario]) is None else people(value)

    return Table(
        caption=_("Exits by unit"),
        columns=(
            Column(
                key="unit.name",
                label=_("Unit"),
                primary=True,
                href=lambda line: link_to(query, einheit=str(line.unit.id)),
            ),
            Column(
                key="holders", label=_("Employees"), numeric=True, value=lambda line: people(line.holders)
            ),
            Column(
                key="last_year",
                label=_("Until the end of"),
                numeric=True,
                value=lambda line: str(line.last_year) if line.last_year else NOT_SHOWN,
            ),
            *(
                Column(
                    key=scenario.value,
                    label=_("Exits, %(scenario)s") % {"scenario": label},
                    numeric=True,
                    value=exits(scenario),
                )
                for scenario, label in SCENARIOS.items()
            ),
        ),
        rows=units,
        compact=True,
    )


def export_heads() -> list[str]:
    """Heads of the exported list."""
    heads = [_("From year"), _("To year")]
    for label in SCENARIOS.values():
        heads += [
            _("Exits, %(scenario)s") % {"scenario": label},
            _("together, %(scenario)s") % {"scenario": label},
            _("share, %(scenario)s") % {"scenario": label},
        ]
    return heads


def export_formats() -> dict[int, str]:
    """Columns of the exported list that a spreadsheet shows as per cent."""
    return {2 + 3 * place + 2: list_files.PERCENT for place in range(len(SCENARIOS))}


def export_rows(periods: Sequence[Period]) -> list[list[list_files.Value]]:
    """The periods, rounded as on the page; shares 0 … 1."""
    return [
        [
            period.first_year,
            period.last_year,
            *(
                value
                for each in period.figures.values()
                for value in (
                    numbers.whole(each.exits),
                    numbers.whole(each.cumulative),
                    float(numbers.rounded(each.cumulative_share, 2)),
                )
            ),
        ]
        for period in periods
    ]


# --- how it is computed -------------------------------------------------------------------------------------

RULES: Final[dict[str, Text]] = {
    "standard": gettext_lazy("Employees, age limit (regular)"),
    "very_long_insured": gettext_lazy("Employees, 45 insured years (early)"),
    "long_insured": gettext_lazy("Employees, 35 insured years, with deductions (for comparison)"),
    "civil_standard": gettext_lazy("Civil servants, age limit (regular)"),
    "civil_request": gettext_lazy("Civil servants, on request (early)"),
    "civil_fire": gettext_lazy("Fire service, special age limit (early and regular)"),
}


def law_tables(rows: Sequence[AgeStep]) -> list[tuple[Text, Table]]:
    """The age limits with their source: what for, and a table by birth."""
    columns = (
        Column(key="born", label=_("Born"), primary=True, value=_born),
        Column(key="months", label=_("Age limit"), value=_age),
        Column(key="source", label=_("Source")),
    )
    return [
        (
            label,
            Table(
                caption=label,
                columns=columns,
                rows=[row for row in rows if row.rule == rule],
                compact=True,
            ),
        )
        for rule, label in RULES.items()
    ]


def _born(row: AgeStep) -> str:
    """Years where the row holds for whole years, months otherwise."""
    first, last = row.born_from, row.born_until
    if first is None:
        return _("any year") if last is None else _("until %(last)s") % {"last": last // 12}
    if last is None:
        return _("from %(first)s") % {"first": first // 12}
    if first % 12 == 0 and last % 12 == 11:
        return str(first // 12)
    months = [f"{month % 12 + 1:02}/{month // 12}" for month in (first, last)]
    return months[0] if first == last else "–".join(months)


def _age(row: AgeStep) -> str:
    year, months = divmod(row.months, 12)
    if not months:
        return _("%(years)s years") % {"years": year}
    return ngettext(
        "%(years)s years and %(months)s month", "%(years)s years and %(months)s months", months
    ) % {
        "years": year,
        "months": months,
    }

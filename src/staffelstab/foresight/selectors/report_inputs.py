"""On what a report rests, as data: kept beside its content, so that an old report can be explained."""

from __future__ import annotations

from typing import Any

from staffelstab.foresight.domain.exits import BAND_QUARTERS, Scenario
from staffelstab.foresight.domain.report_rounding import BASE
from staffelstab.foresight.domain.risk import (
    DEPUTY_WEIGHT,
    DOCUMENTATION_WEIGHT,
    EXIT_RISK_LIMITS,
    RED_FROM,
)
from staffelstab.foresight.selectors.report_figures import HIGHEST, HORIZONS, Figures
from staffelstab.foresight.selectors.report_words import Frame


def inputs(figures: Figures, frame: Frame) -> dict[str, Any]:
    """Assumptions, constants of the formulas, the state of the register; nothing about single people."""
    return {
        **state(frame),
        "as_of": figures.as_of.isoformat(),
        "turnover": figures.turnover,
        "lead_quarters": figures.lead,
        "reason": figures.reason,
        "threshold": figures.threshold,
        "exits_published": figures.exits is not None,
        "register": {"units": figures.units, "tasks": figures.coverage.tasks},
    }


def state(frame: Frame) -> dict[str, Any]:
    """What reports on every subject rest on: the program and its constants, the change number of the register."""
    return {
        "program": frame.version,
        "made_on": frame.made_on.isoformat(),
        "workforce_revision": frame.revision,
        "rounding": BASE,
        "constants": {
            "red_from": RED_FROM,
            "documentation_weight": DOCUMENTATION_WEIGHT,
            "deputy_weight": DEPUTY_WEIGHT,
            "exit_risk_limits": list(EXIT_RISK_LIMITS),
            "scenario_shifts": {scenario.value: scenario.shift for scenario in Scenario},
            "bands": {name: list(span) for name, span in BAND_QUARTERS.items() if name},
            "horizons": list(HORIZONS),
            "highest": HIGHEST,
        },
    }

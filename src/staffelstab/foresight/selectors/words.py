"""The fields of measures and assumptions in words, for the protocol of the whole organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from staffelstab.foresight.enums import MeasureKind, MeasureState
from staffelstab.identity.selectors.protocol import Field


def _kind(code: str) -> str:
    return str(MeasureKind(code).label) if code in MeasureKind.values else code


def _state(code: str) -> str:
    return str(MeasureState(code).label) if code in MeasureState.values else code


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "SHORT_DATE_FORMAT")


FIELDS: Final[Mapping[str, Field]] = {
    "foresight.measure.kind": Field(gettext_lazy("Kind"), _kind),
    "foresight.measure.what": Field(gettext_lazy("What will be done")),
    "foresight.measure.position": Field(gettext_lazy("Who does it (position)")),
    "foresight.measure.due_on": Field(gettext_lazy("Due by"), _day),
    "foresight.measure.state": Field(gettext_lazy("State"), _state),
    "foresight.risksettings.turnover": Field(gettext_lazy("Yearly turnover")),
    "foresight.risksettings.lead_quarters": Field(gettext_lazy("Lead time")),
    "foresight.risksettings.reason": Field(gettext_lazy("Reason")),
}

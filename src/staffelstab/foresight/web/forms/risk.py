"""What the address of the board says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.quarters import SHOWN_QUARTERS
from staffelstab.foresight.selectors.board import DEFAULT_QUARTER, SORTS, BoardQuery


class BoardForm(forms.Form):
    """Parameters of the board. None is required; one that cannot be read counts as not given."""

    einheit = forms.UUIDField(required=False)
    thema = forms.CharField(required=False, max_length=20)
    leistung = forms.CharField(required=False, max_length=14)
    kritikalitaet = forms.IntegerField(required=False, min_value=1, max_value=5)
    szenario = forms.ChoiceField(required=False, choices=[(each.value, each.value) for each in Scenario])
    q = forms.CharField(required=False, max_length=200)
    quartal = forms.IntegerField(required=False, min_value=0, max_value=SHOWN_QUARTERS - 1)
    rot = forms.BooleanField(required=False)
    position = forms.IntegerField(required=False, min_value=1, max_value=5)
    abgang = forms.IntegerField(required=False, min_value=1, max_value=5)
    sort = forms.ChoiceField(
        required=False, choices=[(sign + name, name) for name in SORTS for sign in ("", "-")]
    )
    aufgabe = forms.UUIDField(required=False)


def board_query(parameters: QueryDict) -> tuple[BoardQuery, str]:
    """The query of the board and the key of the task asked for (empty: none)."""
    form = BoardForm(parameters)
    form.is_valid()
    given: dict[str, Any] = form.cleaned_data
    quarter = given.get("quartal")
    query = BoardQuery(
        scenario=Scenario(given.get("szenario") or Scenario.REGULAR),
        unit_id=given.get("einheit"),
        topic=given.get("thema") or "",
        service_key=given.get("leistung") or "",
        criticality=given.get("kritikalitaet") or 0,
        text=given.get("q") or "",
        quarter=DEFAULT_QUARTER if quarter is None else quarter,
        red=bool(given.get("rot")),
        position_risk=given.get("position") or 0,
        exit_risk=given.get("abgang") or 0,
        sort=given.get("sort") or "-risk",
    )
    return query, str(given.get("aufgabe") or "")

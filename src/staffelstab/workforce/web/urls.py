"""Addresses of the workforce module."""

from __future__ import annotations

from django.urls import URLPattern, path

from staffelstab.workforce.web.urls_import import urlpatterns_import
from staffelstab.workforce.web.views import holding, person, position, unit
from staffelstab.workforce.web.views.task import register, single

app_name = "workforce"

_tasks = [
    path("", register.task_list, name="task_list"),
    path("export/", register.task_export, name="task_export"),
    path("mehrere/", register.task_bulk, name="task_bulk"),
    path("neu/", single.task_create, name="task_create"),
    path("auswahl/", single.task_pick, name="task_pick"),
    path("<uuid:task_id>/", single.task_detail, name="task_detail"),
    path("<uuid:task_id>/bearbeiten/", single.task_edit, name="task_edit"),
    path("<uuid:task_id>/zustaendigkeiten/", single.task_responsibilities, name="task_responsibilities"),
    path("<uuid:task_id>/beenden/", single.task_end, name="task_end"),
    path("<uuid:task_id>/aufnehmen/", single.task_reactivate, name="task_reactivate"),
    path("<uuid:task_id>/verlauf/", single.task_history, name="task_history"),
]

_units = [
    path("einheiten/", unit.unit_list, name="unit_list"),
    path("einheiten/neu/", unit.unit_create, name="unit_create"),
    path("einheiten/auswahl/", unit.unit_pick, name="unit_pick"),
    path("einheiten/<uuid:unit_id>/", unit.unit_detail, name="unit_detail"),
    path("einheiten/<uuid:unit_id>/bearbeiten/", unit.unit_edit, name="unit_edit"),
    path("einheiten/<uuid:unit_id>/verschieben/", unit.unit_move, name="unit_move"),
    path("einheiten/<uuid:unit_id>/zusammenlegen/", unit.unit_merge, name="unit_merge"),
    path("einheiten/<uuid:unit_id>/beenden/", unit.unit_end, name="unit_end"),
    path("einheiten/<uuid:unit_id>/verlauf/", unit.unit_history, name="unit_history"),
]

_positions = [
    path("stellen/", position.position_list, name="position_list"),
    path("stellen/neu/", position.position_create, name="position_create"),
    path("stellen/auswahl/", position.position_pick, name="position_pick"),
    path("stellen/<uuid:position_id>/", position.position_detail, name="position_detail"),
    path("stellen/<uuid:position_id>/bearbeiten/", position.position_edit, name="position_edit"),
    path("stellen/<uuid:position_id>/beenden/", position.position_end, name="position_end"),
    path("stellen/<uuid:position_id>/verlauf/", position.position_history, name="position_history"),
]

_persons = [
    path("personen/", person.person_list, name="person_list"),
    path("personen/neu/", person.person_create, name="person_create"),
    path("personen/auswahl/", person.person_pick, name="person_pick"),
    path("personen/<uuid:person_id>/", person.person_detail, name="person_detail"),
    path("personen/<uuid:person_id>/bearbeiten/", person.person_edit, name="person_edit"),
    path("personen/<uuid:person_id>/konto/", person.person_link, name="person_link"),
    path("personen/<uuid:person_id>/ausscheiden/", person.person_end, name="person_end"),
    path("personen/<uuid:person_id>/verlauf/", person.person_history, name="person_history"),
]

_holdings = [
    path("besetzungen/neu/", holding.holding_create, name="holding_create"),
    path("besetzungen/<uuid:holding_id>/bearbeiten/", holding.holding_edit, name="holding_edit"),
    path("besetzungen/<uuid:holding_id>/beenden/", holding.holding_end, name="holding_end"),
    path("besetzungen/<uuid:holding_id>/austritt/", holding.holding_exit, name="holding_exit"),
    path("besetzungen/<uuid:holding_id>/verlauf/", holding.holding_history, name="holding_history"),
]

urlpatterns: list[URLPattern] = [
    *_units,
    *_positions,
    *_persons,
    *_holdings,
    *urlpatterns_import,
    *_tasks,
]

"""Addresses of the foresight module."""

from __future__ import annotations

from django.urls import path

from staffelstab.foresight.web.views import measure, risk, settings

app_name = "foresight"
urlpatterns = [
    path("", risk.risk_index, name="risk_index"),
    path("wissensrisiko/", risk.risk_board, name="risk_board"),
    path("wissensrisiko/export/", risk.risk_export, name="risk_export"),
    path("wissensrisiko/rechnung/", risk.risk_method, name="risk_method"),
    path("massnahmen/", measure.measure_list, name="measure_list"),
    path("massnahmen/neu/", measure.measure_create, name="measure_create"),
    path("massnahmen/<uuid:measure_id>/", measure.measure_edit, name="measure_edit"),
    path("annahmen/", settings.settings_edit, name="settings_edit"),
]

"""Addresses of the foresight module."""

from __future__ import annotations

from django.urls import path

from staffelstab.foresight.web.views import forecast, measure, release, report, risk, settings

app_name = "foresight"
urlpatterns = [
    path("", risk.risk_index, name="risk_index"),
    path("wissensrisiko/", risk.risk_board, name="risk_board"),
    path("wissensrisiko/export/", risk.risk_export, name="risk_export"),
    path("wissensrisiko/rechnung/", risk.risk_method, name="risk_method"),
    path("altersstruktur/", forecast.forecast_board, name="forecast_board"),
    path("altersstruktur/export/", forecast.forecast_export, name="forecast_export"),
    path("altersstruktur/tabelle/", forecast.forecast_table, name="forecast_table"),
    path("altersstruktur/vorlage/", forecast.forecast_template, name="forecast_template"),
    path("altersstruktur/rechnung/", forecast.forecast_method, name="forecast_method"),
    path("massnahmen/", measure.measure_list, name="measure_list"),
    path("massnahmen/neu/", measure.measure_create, name="measure_create"),
    path("massnahmen/<uuid:measure_id>/", measure.measure_edit, name="measure_edit"),
    path("berichte/", report.report_list, name="report_list"),
    path("berichte/neu/", report.report_create, name="report_create"),
    path("berichte/verbund/", release.release_list, name="release_list"),
    path("berichte/verbund/<uuid:network_id>/", release.release_set, name="release_set"),
    path("berichte/<uuid:report_id>/", report.report_detail, name="report_detail"),
    path("berichte/<uuid:report_id>/datei/<slug:kind>/", report.report_file, name="report_file"),
    path("berichte/<uuid:report_id>/wiederholen/", report.report_retry, name="report_retry"),
    path("berichte/<uuid:report_id>/loeschen/", report.report_delete, name="report_delete"),
    path("annahmen/", settings.settings_edit, name="settings_edit"),
]

"""Addresses of the composed screens."""

from __future__ import annotations

from django.urls import path

from staffelstab.portal.web.views import (
    barrier,
    component,
    demo,
    evaluation,
    health,
    help,  # noqa: A004 - the noun of the screen
    language,
    legal,
    metrics,
    search,
    start,
    stored,
)

app_name = "portal"

urlpatterns = [
    path("", start.start_show, name="start_show"),
    path("suche/", search.search_list, name="search_list"),
    path("hilfe/", help.help_show, name="help_show"),
    path("sprache/", language.language_set, name="language_set"),
    path("impressum/", legal.legal_imprint, name="legal_imprint"),
    path("datenschutz/", legal.legal_privacy, name="legal_privacy"),
    path("barrierefreiheit/", legal.legal_accessibility, name="legal_accessibility"),
    path("einfache-sprache/", legal.legal_plain, name="legal_plain"),
    path("barriere-melden/", barrier.barrier_report, name="barrier_report"),
    path("barrieren/", barrier.barrier_list, name="barrier_list"),
    path("barrieren/<uuid:barrier_id>/", barrier.barrier_answer, name="barrier_answer"),
    path("gespeicherte-daten/", stored.stored_show, name="stored_show"),
    path("gespeicherte-daten/meine-daten.json", stored.stored_export, name="stored_export"),
    path("gespeicherte-daten/meine-daten.pdf", stored.stored_print, name="stored_print"),
    path("auswertungen/", evaluation.evaluation_list, name="evaluation_list"),
    path("auswertungen/auswertungskatalog.pdf", evaluation.evaluation_export, name="evaluation_export"),
    path("bausteine/", component.component_list, name="component_list"),
    path("gesundheit/", health.health_show, name="health_show"),
    path("metriken/", metrics.metrics_show, name="metrics_show"),
    path("gesundheit/lebt/", health.health_live, name="health_live"),
    path("demo/", demo.demo_show, name="demo_show"),
    path("demo/anmelden/<slug:persona>/", demo.demo_login, name="demo_login"),
]

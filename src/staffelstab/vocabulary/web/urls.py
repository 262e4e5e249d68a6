"""Addresses of the vocabulary module."""

from __future__ import annotations

from django.urls import URLPattern, path

from staffelstab.vocabulary.web.views import municipality, service, upload

app_name = "vocabulary"
urlpatterns: list[URLPattern] = [
    path("leistungen/", service.service_list, name="service_list"),
    path("leistungen/auswahl/", service.service_pick, name="service_pick"),
    path("leistungen/importe/neu/", upload.upload_create, name="upload_create"),
    path("leistungen/importe/<uuid:upload_id>/", upload.upload_apply, name="upload_apply"),
    path("leistungen/<uuid:service_id>/", service.service_detail, name="service_detail"),
    path("leistungen/<uuid:service_id>/bearbeiten/", service.service_edit, name="service_edit"),
    path("gemeinden/", municipality.municipality_list, name="municipality_list"),
    path("gemeinden/auswahl/", municipality.municipality_pick, name="municipality_pick"),
]

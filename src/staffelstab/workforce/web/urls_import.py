"""Addresses of imports and of the register's export."""

from __future__ import annotations

from django.urls import URLPattern, path

from staffelstab.workforce.web.views import register, upload

urlpatterns_import: list[URLPattern] = [
    path("importe/", upload.upload_list, name="upload_list"),
    path("importe/neu/", upload.upload_create, name="upload_create"),
    path("importe/vorlage/", upload.upload_template, name="upload_template"),
    path("importe/<uuid:import_id>/", upload.upload_detail, name="upload_detail"),
    path("importe/<uuid:import_id>/uebernehmen/", upload.upload_apply, name="upload_apply"),
    path("importe/<uuid:import_id>/verwerfen/", upload.upload_discard, name="upload_discard"),
    path("importe/<uuid:import_id>/zuruecknehmen/", upload.upload_undo, name="upload_undo"),
    path("importe/<uuid:import_id>/fehler/", upload.upload_errors, name="upload_errors"),
    path("register/", register.register_export, name="register_export"),
]

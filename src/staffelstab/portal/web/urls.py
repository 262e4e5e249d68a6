"""Addresses of the composed screens."""

from __future__ import annotations

from django.urls import path

from staffelstab.portal.web.views import health, start

app_name = "portal"

urlpatterns = [
    path("", start.start_show, name="start_show"),
    path("gesundheit/", health.health_show, name="health_show"),
]

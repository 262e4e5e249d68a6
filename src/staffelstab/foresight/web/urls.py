"""Addresses of the foresight module."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "foresight"
urlpatterns: list[URLPattern] = []

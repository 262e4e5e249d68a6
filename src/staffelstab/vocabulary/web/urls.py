"""Addresses of the vocabulary module."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "vocabulary"
urlpatterns: list[URLPattern] = []

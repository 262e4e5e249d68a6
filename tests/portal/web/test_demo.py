"""Personas exist only in the demo."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.strict_client import StrictClient


def test_demo_page_lists_personas(db: None, client: StrictClient) -> None:
    page = client.get(reverse("portal:demo_show")).content.decode()
    assert "Nilgün Kaya" in page


def test_without_demo_there_is_nothing(db: None, client: StrictClient, settings: Any) -> None:
    settings.DEMO = False
    assert client.get(reverse("portal:demo_show")).status_code == 404
    assert client.post(reverse("portal:demo_login", args=["kaya"])).status_code == 404


def test_unknown_persona(db: None, client: StrictClient) -> None:
    assert client.post(reverse("portal:demo_login", args=["niemand"])).status_code == 404

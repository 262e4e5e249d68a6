"""The health endpoint asks the database."""

from __future__ import annotations

from django.urls import reverse

from tests.strict_client import StrictClient


def test_health(db: None, client: StrictClient) -> None:
    assert client.get(reverse("portal:health_show")).json() == {"status": "ok"}

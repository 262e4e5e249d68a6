"""The help page is public."""

from __future__ import annotations

from django.urls import reverse

from tests.strict_client import StrictClient


def test_help(db: None, client: StrictClient) -> None:
    assert client.get(reverse("portal:help_show")).status_code == 200

"""The component page draws every component; the strict client checks its markup."""

from __future__ import annotations

from django.urls import reverse

from tests.strict_client import StrictClient


def test_component_page(db: None, client: StrictClient) -> None:
    assert client.get(reverse("portal:component_list")).status_code == 200

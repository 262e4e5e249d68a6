"""Personas exist only in the demo."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from staffelstab.portal.selectors import demo
from tests.strict_client import StrictClient
from tests.world import World


def test_demo_page_lists_personas(db: None, client: StrictClient) -> None:
    page = client.get(reverse("portal:demo_show")).content.decode()
    assert "Nilgün Kaya" in page


def test_without_demo_there_is_nothing(db: None, client: StrictClient, settings: Any) -> None:
    settings.DEMO = False
    assert client.get(reverse("portal:demo_show")).status_code == 404
    assert client.post(reverse("portal:demo_login", args=["kaya"])).status_code == 404


def test_unknown_persona(db: None, client: StrictClient) -> None:
    assert client.post(reverse("portal:demo_login", args=["niemand"])).status_code == 404


def test_signing_in_as_a_persona_is_a_session_one_can_see_and_end(
    world: World, client: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.accounts["employee"]
    # The demo's people are not loaded here: the persona is an account of the tests.
    monkeypatch.setattr(demo, "account_of", lambda _slug: account)
    monkeypatch.setattr(demo, "home_of", lambda _slug: world.organisation.pk)
    response = client.post(reverse("portal:demo_login", args=["kaya"]))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert UserSession.objects.filter(user=account, session_key=client.session.session_key).count() == 1

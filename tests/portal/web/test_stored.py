"""Everybody sees what is stored about them, and who looked; nobody sees it of somebody else."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.urls import reverse

from staffelstab.core import audit
from tests.factories.workforce import HoldingFactory, PersonFactory
from tests.world import NOW, World


def test_own_data_with_posts_and_looks(world: World, client_as: Any) -> None:
    account = world.accounts["employee"]
    with world.inside():
        person = PersonFactory(account_id=account.pk, first_name="Änne", last_name="Groß")
        HoldingFactory(person=person, exit_quarter=4 * 2028 + 2)
        audit.record_looks(world.actor("personnel"), "workforce.person", [person.pk], at=NOW)
    page = client_as("employee").get(reverse("portal:stored_show")).content.decode()
    assert "Änne Groß" in page
    assert "III/2028" in page
    assert world.accounts["personnel"].display_name in page


def test_sessions_are_named_in_words(world: World, client_as: Any) -> None:
    account = world.accounts["employee"]
    browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    UserSession.objects.create(user=account, session_key="x" * 32, ip="192.0.2.1", user_agent=browser)
    client = client_as("employee")
    page = client.get(reverse("portal:stored_show")).content.decode()
    assert "Firefox auf Windows" in page
    assert "Mozilla" not in page
    sessions = client.get(reverse("portal:stored_export")).json()["sessions"]
    assert [(session["device"], session["browser"]) for session in sessions] == [
        ("Firefox auf Windows", browser)
    ]


def test_export_is_the_own_data(world: World, client_as: Any) -> None:
    response = client_as("employee").get(reverse("portal:stored_export"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="meine-daten.json"'
    data = response.json()
    assert data["account"]["email"] == world.accounts["employee"].email
    assert data["roles"] == ["Beschäftigte"]
    assert data["person"] is None

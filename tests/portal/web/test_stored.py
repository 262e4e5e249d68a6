"""Everybody sees what is stored about them, and who looked; nobody sees it of somebody else."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import reverse

from staffelstab.core import audit
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import RoleDeputy, RoleGrant
from tests.factories.workforce import HoldingFactory, PersonFactory, UnitFactory
from tests.guards import rows
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
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
    assert re.fullmatch(
        r'attachment; filename="meine-daten-\d{4}-\d\d-\d\d.json"', response.headers["Content-Disposition"]
    )
    data = response.json()
    assert data["account"]["email"] == world.accounts["employee"].email
    assert data["roles"] == ["Beschäftigte"]
    assert data["person"] is None


def look_often(world: World, times: int) -> None:
    account = world.accounts["employee"]
    with world.inside():
        for _ in range(times):
            audit.record_looks(world.actor("administrator"), "identity.account", [account.pk], at=NOW)


def test_files_hold_every_look(world: World, client_as: Any) -> None:
    look_often(world, 201)
    client = client_as("employee")
    page = client.get(reverse("portal:stored_show")).content.decode()
    assert "Die letzten 200 von 201." in page
    assert len(client.get(reverse("portal:stored_export")).json()["looks"]) == 201


def test_pdf_lists_each_look(world: World, client_as: Any) -> None:
    look_often(world, 3)
    response = client_as("employee").get(reverse("portal:stored_print"))
    assert re.fullmatch(
        r'attachment; filename="meine-daten-\d{4}-\d\d-\d\d.pdf"', response.headers["Content-Disposition"]
    )
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=response.content, capture_output=True, check=True
    ).stdout.decode()
    assert "Was das System über Sie speichert" in text
    assert text.count(world.accounts["administrator"].display_name) == 3


def test_roles_deputies_and_factors_are_listed(world: World, client_as: Any) -> None:
    account = world.accounts["employee"]
    other = world.accounts["line_manager"]
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "geheim"})
    SocialAccount.objects.create(user=account, provider="haus", uid="kim.1")
    with world.inside():
        unit = UnitFactory(code="32", name="Ordnungsamt")
        own = RoleGrant.objects.create(
            organisation_id=unit.organisation_id, account=account, role="line_manager", unit_id=unit.pk
        )
        RoleDeputy.objects.create(
            organisation_id=unit.organisation_id,
            grant=own,
            deputy=other,
            since=date(2026, 11, 1),
            until=date(2026, 11, 30),
        )
    client = client_as("employee")
    for page in (client.get(reverse("portal:stored_show")).content.decode(),):
        assert "kim.1" in page
        assert "Ordnungsamt" in page
        assert f"vertreten durch {other.display_name} vom 01.11.2026 bis 30.11.2026" in page
        assert "geheim" not in page
    data = client.get(reverse("portal:stored_export")).json()
    assert [each["identifier"] for each in data["sign_in_providers"]] == ["kim.1"]
    assert len(data["second_factors"]) == 1
    assert data["deputies"][0]["since"] == "2026-11-01"


def test_page_costs_the_same_for_one_post_and_look_and_for_three(world: World, client_as: Any) -> None:
    address = reverse("portal:stored_show")
    with world.inside():
        person = PersonFactory(account_id=world.accounts["employee"].pk)
        HoldingFactory(person=person)
    look_often(world, 1)
    client = client_as("employee")
    one = queries_of(client, address)
    with world.inside():
        for _ in range(2):
            HoldingFactory(person=person)
    look_often(world, 201)
    assert one <= 12
    assert queries_of(client, address) == one
    page = client.get(address).content.decode()
    assert "Die letzten 200 von 202." in page


def test_changes_made_are_counted(world: World, client_as: Any) -> None:
    client = client_as("employee")
    before = client.get(reverse("portal:stored_export")).json()["changes_recorded"]
    with world.inside():
        for _ in range(2):
            audit.record(world.actor("employee"), "guard.row.made", PersonFactory(), at=NOW)
    assert client.get(reverse("portal:stored_export")).json()["changes_recorded"] == before + 2


def test_account_without_a_house_sees_what_is_its_own(world: World) -> None:
    with activate(TenancyContext()):
        homeless = rows.account("Kim Neu")
    client = StrictClient()
    client.force_login(homeless, backend=settings.AUTHENTICATION_BACKENDS[0])
    data = client.get(reverse("portal:stored_export")).json()
    assert (data["organisation"], data["roles"], data["looks"]) == ("", [], [])

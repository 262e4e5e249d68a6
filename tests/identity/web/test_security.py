"""What an organisation demands at sign-in, and helping those who have lost the second factor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from staffelstab.core.models import AuditEntry, OutboxEvent
from staffelstab.core.outbox import Event
from staffelstab.identity import subscribers
from staffelstab.identity.models import Organisation
from tests.factories.factors import appointed, factors_of, with_codes
from tests.factories.identity import seat
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

EDIT, FACTORS = "/verwaltung/anmeldung/", "/konto/zweiter-faktor/"
ClientAs = Any


def demand(world: World, *roles: str) -> None:
    with world.inside():
        Organisation.objects.filter(pk=world.organisation.pk).update(second_factor_roles=list(roles))


def reset_path(world: World, role: str) -> str:
    return f"/verwaltung/konten/{world.accounts[role].pk}/zweiter-faktor/"


def test_security_edit_sets_the_roles(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    page = client.get(EDIT).content.decode()
    assert "Zweiter Faktor nötig für" in page
    assert "checked" not in page
    answer = client.post(EDIT, {"roles": ["personnel", "executive"]})
    assert answer.url == EDIT
    with world.inside():
        organisation = Organisation.objects.get(pk=world.organisation.pk)
        entry = AuditEntry.objects.get(action="identity.organisation.changed")
    assert organisation.second_factor_roles == ["personnel", "executive"]
    assert entry.changes == {"second_factor_roles": [[], ["personnel", "executive"]]}
    assert client.get(EDIT).content.decode().count("checked") == 2
    assert client.post(EDIT, {}).url == EDIT
    with world.inside():
        assert Organisation.objects.get(pk=world.organisation.pk).second_factor_roles == []


def test_security_edit_refuses_what_is_no_role(client_as: ClientAs) -> None:
    assert client_as("administrator").post(EDIT, {"roles": ["king"]}).status_code == 422


@pytest.mark.parametrize("method", ["get", "post"])
def test_demanded_factor_comes_before_anything_else(world: World, client_as: ClientAs, method: str) -> None:
    demand(world, "knowledge_manager")
    client = client_as("knowledge_manager")
    for path in ("/", "/aufgaben/", "/verwaltung/organisation/", "/gespeicherte-daten/"):
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.url) == (302, FACTORS)
    page = client.get(FACTORS).content.decode()
    assert "Stadt Musterstadt verlangt ihn von allen mit Ihrer Rolle." in page
    open_pages = ("/impressum/", "/hilfe/", "/konto/sitzungen/", "/konto/abmelden/")
    assert [client.get(path).status_code for path in open_pages] == [200] * 4
    assert client_as("employee").get("/aufgaben/").status_code == 200


def test_demanded_factor_opens_everything_once_it_is_there(world: World, client_as: ClientAs) -> None:
    demand(world, "knowledge_manager")
    client = client_as("knowledge_manager")
    assert client.get("/aufgaben/").status_code == 302
    with_codes(world.accounts["knowledge_manager"])
    assert client.get("/aufgaben/").status_code == 200
    assert "verlangt" not in client.get(FACTORS).content.decode()


def test_demanded_factor_counts_for_members_without_a_role(world: World, client_as: ClientAs) -> None:
    demand(world, "employee")
    assert client_as("employee").get("/aufgaben/").url == FACTORS
    assert client_as("privacy").get("/verwaltung/protokoll/").status_code == 200


def test_demanded_factor_of_one_house_leaves_the_other_open(world: World, client_as: ClientAs) -> None:
    seat(world.accounts["employee"], world.neighbour_id)
    demand(world, "employee")
    client = client_as("employee")
    client.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.organisation.pk)})
    assert client.get("/aufgaben/").url == FACTORS
    client.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.neighbour_id)})
    assert client.get("/aufgaben/").status_code == 200


def test_security_reset_lets_somebody_in_again(world: World, client_as: ClientAs) -> None:
    account = world.accounts["advisor"]
    with_codes(account)
    theirs = StrictClient()
    theirs.force_login(account)
    theirs.get("/konto/sitzungen/")
    client = client_as("administrator")
    detail = f"/verwaltung/konten/{account.pk}/"
    assert "Zweiter Faktor verloren?" in client.get(detail).content.decode()
    path = reset_path(world, "advisor")
    assert "durch einen Rückruf oder persönlich" in client.get(path).content.decode()
    assert client.post(path).url == detail
    assert factors_of(account) == []
    assert theirs.get("/aufgaben/").status_code == 302
    visitor = StrictClient()
    visitor.post("/konto/anmelden/", {"login": account.email, "password": PASSWORD})
    assert visitor.get("/aufgaben/").status_code == 200
    with world.inside():
        assert AuditEntry.objects.filter(
            action="identity.membership.reset", object_name=str(account)
        ).exists()
        event = OutboxEvent.objects.get(name="identity.factors.reset")
        subscribers.on_factors_reset(
            Event(event.pk, event.name, event.organisation_id, event.payload, event.at)
        )
    assert mail.outbox[0].to == [account.email]
    assert mail.outbox[0].subject == "Ihr zweiter Faktor wurde entfernt"
    assert "die Administration von Stadt Musterstadt" in mail.outbox[0].body


def test_security_reset_refuses_accounts_that_open_more(world: World, client_as: ClientAs) -> None:
    account = world.accounts["advisor"]
    seat(account, world.neighbour_id)
    with_codes(account)
    answer = client_as("administrator").post(reset_path(world, "advisor"))
    assert answer.status_code == 422
    assert "öffnet noch andere Organisationen" in answer.content.decode()
    assert factors_of(account) == ["recovery_codes", "totp"]


def test_security_reset_refuses_operating_staff(world: World, client_as: ClientAs) -> None:
    account = world.accounts["advisor"]
    with appointed(account, datetime(2026, 1, 1, tzinfo=UTC)):
        answer = client_as("administrator").post(reset_path(world, "advisor"))
    assert answer.status_code == 422


def test_security_reset_is_for_administrators(world: World, client_as: ClientAs) -> None:
    path = reset_path(world, "advisor")
    assert [client_as(role).post(path).status_code for role in ("employee", "privacy")] == [404, 404]
    stranger = f"/verwaltung/konten/{world.accounts['stranger.employee'].pk}/zweiter-faktor/"
    assert client_as("administrator").post(stranger).status_code == 404


def test_settings_name_the_middleware_that_enforces_this() -> None:
    order = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert order.index("AccountStateMiddleware") == order.index("TenancyMiddleware") + 1

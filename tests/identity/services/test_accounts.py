"""Members and their roles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from staffelstab.core import outbox
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.ids import new_id
from staffelstab.core.models import AuditEntry, OutboxEvent
from staffelstab.identity.domain.single_sign_on import Provider
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.units import UnitChoice
from staffelstab.identity.services import accounts
from tests.factories.identity import member
from tests.factories.workforce import UnitFactory
from tests.world import World

SITE = "https://wissen.musterstadt.example/"


def grants_of(membership: Membership) -> list[tuple[str, object]]:
    rows = RoleGrant.objects.filter(account_id=membership.account_id).order_by("role", "unit_id")
    return [(row.role, row.unit_id) for row in rows]


def test_invite_member_creates_an_account_without_password(world: World, now: datetime) -> None:
    with world.inside():
        made = accounts.invite_member(
            email=" Nele.Kaya@Musterstadt.example",
            display_name="Nele Kaya",
            actor=world.system,
            now=now,
            site=SITE,
        )
        account = Account.objects.get(pk=made.account_id)
        assert (account.email, account.sort_key) == ("nele.kaya@musterstadt.example", "nele kaya")
        assert account.has_usable_password() is False
        entry = AuditEntry.objects.get(action="identity.membership.added", object_id=made.pk)
        assert entry.object_name == "Nele Kaya"


def deliver(world: World) -> str:
    event = OutboxEvent.objects.get(name="identity.member.invited")
    outbox.deliver(world.organisation.pk, event.pk, "staffelstab.identity.subscribers.on_member_invited")
    return str(mail.outbox[0].body)


def test_invitation_of_somebody_new_holds_a_link_for_the_password(world: World, now: datetime) -> None:
    with world.inside():
        accounts.invite_member(
            email="neu@musterstadt.example", display_name="Nele Kaya", actor=world.system, now=now, site=SITE
        )
        text = deliver(world)
    assert mail.outbox[0].to == ["neu@musterstadt.example"]
    assert mail.outbox[0].subject == "Ihr Zugang zur Wissensplattform von Stadt Musterstadt"
    assert "https://wissen.musterstadt.example/konto/kennwort-vergessen/" in text
    assert "Der Link gilt 3 Tage." in text


def test_invitation_of_somebody_known_elsewhere_holds_the_address_only(world: World, now: datetime) -> None:
    known = world.accounts["stranger.employee"]
    with world.inside():
        made = accounts.invite_member(
            email=known.email, display_name="Wer auch immer", actor=world.system, now=now, site=SITE
        )
        text = deliver(world)
        assert Account.objects.get(pk=made.account_id).display_name == known.display_name
    assert made.account_id == known.pk
    assert "https://wissen.musterstadt.example/konto/anmelden/" in text
    assert "kennwort-vergessen" not in text


def test_invitation_to_a_house_that_demands_a_provider_names_it(
    world: World, now: datetime, settings: Any
) -> None:
    settings.SIGN_IN_PROVIDERS = tuple(
        Provider(
            id=name.lower(),
            name=name,
            issuer="https://anmeldung.example",
            client_id="x",
            client_secret="x",
            organisations=("musterstadt",),
            email_domains=("musterstadt.example",),
            required=name == "Verzeichnisdienst",
        )
        for name in ("Verzeichnisdienst", "Landeskonto")
    )
    with world.inside():
        accounts.invite_member(
            email="neu@musterstadt.example", display_name="Nele Kaya", actor=world.system, now=now, site=SITE
        )
        text = deliver(world)
    assert (
        "Melden Sie sich mit Verzeichnisdienst oder Landeskonto an; ein eigenes Kennwort brauchen Sie nicht:"
        in text
    )
    assert "https://wissen.musterstadt.example/konto/anmelden/" in text
    assert "kennwort-vergessen" not in text


def test_invite_member_refuses_somebody_who_is_there(world: World, now: datetime) -> None:
    with world.inside(), pytest.raises(accounts.AlreadyMember):
        accounts.invite_member(
            email="EMPLOYEE@musterstadt.example", display_name="X", actor=world.system, now=now, site=SITE
        )


def test_invite_member_takes_back_somebody_who_left(world: World, now: datetime) -> None:
    with world.inside():
        made = member("weg@musterstadt.example", "Weg", Role.ADVISOR)
        accounts.end_membership(membership=made, actor=world.system, now=now)
        back = accounts.invite_member(
            email="weg@musterstadt.example", display_name="Weg", actor=world.system, now=now, site=SITE
        )
        assert (back.pk, back.until, grants_of(back)) == (made.pk, None, [])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_change_members(world: World, now: datetime, role: str) -> None:
    with world.inside():
        made = member("a@musterstadt.example", "A")
        actor = world.actor(role)
        with pytest.raises(PermissionRefused):
            accounts.invite_member(email="b@x.example", display_name="B", actor=actor, now=now, site=SITE)
        with pytest.raises(PermissionRefused):
            accounts.add_member(email="b@x.example", display_name="B", actor=actor, now=now)
        with pytest.raises(PermissionRefused):
            accounts.set_roles(membership=made, grants=[], actor=actor, now=now)
        with pytest.raises(PermissionRefused):
            accounts.end_membership(membership=made, actor=actor, now=now)


def test_set_roles_replaces_all_and_records_the_difference(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        unit = UnitFactory()
        monkeypatch.setattr(units, "_sources", [lambda: [UnitChoice(unit.pk, "Sozialamt")]])
        made = member("a@musterstadt.example", "A", Role.ADVISOR, Role.PRIVACY)
        wanted = [("privacy", None), ("line_manager", unit.pk), ("knowledge_manager", None)]
        accounts.set_roles(membership=made, grants=wanted, actor=world.system, now=now)
        assert grants_of(made) == [("knowledge_manager", None), ("line_manager", unit.pk), ("privacy", None)]
        entry = AuditEntry.objects.filter(action="identity.roles.changed", object_id=made.pk).latest("pk")
        assert entry.changes == {
            "roles": [["advisor", "privacy"], ["knowledge_manager", "line_manager@Sozialamt", "privacy"]]
        }


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_can_be_bound_to_a_unit(world: World, now: datetime, role: str) -> None:
    with world.inside():
        unit, made = UnitFactory(), member("a@musterstadt.example", "A")
        bindable = role in {"line_manager", "knowledge_manager", "personnel"}
        if bindable:
            accounts.set_roles(membership=made, grants=[(role, unit.pk)], actor=world.system, now=now)
            assert grants_of(made) == [(role, unit.pk)]
        else:
            with pytest.raises(accounts.RoleNotBindable):
                accounts.set_roles(membership=made, grants=[(role, unit.pk)], actor=world.system, now=now)


def test_set_roles_refuses_units_of_nobody(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "_sources", [list])
    with world.inside():
        made = member("a@musterstadt.example", "A")
        with pytest.raises(accounts.UnknownUnit):
            accounts.set_roles(membership=made, grants=[("personnel", new_id())], actor=world.system, now=now)


def test_the_last_administrator_stays(world: World, now: datetime) -> None:
    with world.inside():
        last = Membership.objects.get(account=world.accounts["administrator"])
        with pytest.raises(accounts.LastAdministrator):
            accounts.set_roles(membership=last, grants=[("privacy", None)], actor=world.system, now=now)
        with pytest.raises(accounts.LastAdministrator):
            accounts.end_membership(membership=last, actor=world.system, now=now)
        second = member("zweite@musterstadt.example", "Zweite", Role.ADMINISTRATOR)
        accounts.end_membership(membership=last, actor=world.system, now=now)
        assert grants_of(last) == []
        with pytest.raises(accounts.LastAdministrator):
            accounts.end_membership(membership=second, actor=world.system, now=now)


def test_end_membership_ends_yesterday(world: World, now: datetime) -> None:
    with world.inside():
        made = member("a@musterstadt.example", "A", Role.ADVISOR)
        accounts.end_membership(membership=made, actor=world.system, now=now)
        made.refresh_from_db()
        assert (made.since, made.until) == (date(2026, 11, 21), date(2026, 11, 21))


def test_accounts_of_other_organisations_do_not_exist_here(world: World) -> None:
    stranger = world.accounts["stranger.employee"]
    with world.inside():
        assert Account.objects.filter(pk=stranger.pk).exists() is False
        assert Membership.objects.filter(account_id=stranger.pk).exists() is False
        assert Membership.visible.filter(account_id=stranger.pk).exists() is False
        with connection.cursor() as cursor:
            cursor.execute("UPDATE identity_account SET display_name = 'x' WHERE id = %s", [stranger.pk])
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM identity_rolegrant WHERE account_id = %s", [stranger.pk])
            assert cursor.rowcount == 0

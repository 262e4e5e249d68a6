"""Names and addresses of accounts: who may correct them, who is told, what a provider may say."""

from __future__ import annotations

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from staffelstab.core import outbox
from staffelstab.core.errors import PermissionRefused, Stale
from staffelstab.core.models import AuditEntry, OutboxEvent
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, Membership
from staffelstab.identity.services import particulars
from staffelstab.identity.services.security import SeveralOrganisations
from tests.factories.factors import appointed
from tests.factories.identity import member, seat
from tests.strict_client import StrictClient
from tests.world import NOW, PASSWORD, World

SEEN = ("Nele Kaya", "kaya@musterstadt.example")
MARRIED = ("Nele Öztürk-Kaya", "oeztuerk-kaya@musterstadt.example")


@pytest.fixture
def kaya(world: World) -> Membership:
    with world.inside():
        return member(SEEN[1], SEEN[0])


def stored(world: World, membership: Membership) -> tuple[str, str, str]:
    with world.inside():
        row = Membership.objects.select_related("account").get(pk=membership.pk)
        return row.account.display_name, row.account.email, row.sort_key


def test_correction_changes_name_address_and_order(world: World, kaya: Membership, now: datetime) -> None:
    with world.inside():
        assert (
            particulars.correct(membership=kaya, to=MARRIED, seen=SEEN, actor=world.system, now=now) is True
        )
        entry = AuditEntry.objects.get(action="identity.membership.corrected")
        addresses = EmailAddress.objects.filter(user_id=kaya.account_id)
        assert [(each.email, each.verified, each.primary) for each in addresses] == [(MARRIED[1], True, True)]
    assert stored(world, kaya) == (*MARRIED, "nele ozturk kaya")
    assert entry.changes == {"display_name": ["•••", "•••"], "email": ["•••", "•••"]}
    answer = StrictClient().post("/konto/anmelden/", {"login": MARRIED[1], "password": PASSWORD})
    assert answer.status_code == 302
    answer = StrictClient().post("/konto/anmelden/", {"login": SEEN[1], "password": PASSWORD})
    assert answer.status_code == 200


def test_correction_is_told_to_the_old_address(world: World, kaya: Membership, now: datetime) -> None:
    with world.inside():
        particulars.correct(membership=kaya, to=MARRIED, seen=SEEN, actor=world.system, now=now)
        event = OutboxEvent.objects.get(name="identity.address.changed")
        assert SEEN[1] not in str(event.payload)
        outbox.deliver(world.organisation.pk, event.pk, "staffelstab.identity.subscribers.on_address_changed")
    (sent,) = mail.outbox
    assert sent.to == [SEEN[1]]
    assert sent.subject == "Ihre E-Mail-Adresse für die Anmeldung wurde geändert"
    assert MARRIED[1] in sent.body
    assert "Stadt Musterstadt" in sent.body


def test_correction_of_the_name_alone_sends_nothing(world: World, kaya: Membership, now: datetime) -> None:
    with world.inside():
        to = ("  Nele Öztürk ", SEEN[1].upper())
        assert particulars.correct(membership=kaya, to=to, seen=SEEN, actor=world.system, now=now) is True
        assert not OutboxEvent.objects.filter(name="identity.address.changed").exists()
    assert stored(world, kaya)[:2] == ("Nele Öztürk", SEEN[1])


def test_correction_without_a_change_leaves_no_trace(world: World, kaya: Membership, now: datetime) -> None:
    with world.inside():
        assert particulars.correct(membership=kaya, to=SEEN, seen=SEEN, actor=world.system, now=now) is False
        assert not AuditEntry.objects.filter(action="identity.membership.corrected").exists()


def test_correction_after_somebody_elses_is_refused(world: World, kaya: Membership, now: datetime) -> None:
    with world.inside():
        particulars.correct(membership=kaya, to=MARRIED, seen=SEEN, actor=world.system, now=now)
        with pytest.raises(Stale):
            particulars.correct(membership=kaya, to=("X", SEEN[1]), seen=SEEN, actor=world.system, now=now)
    assert stored(world, kaya)[:2] == MARRIED


@pytest.mark.parametrize("taken", ["advisor@musterstadt.example", "Fernwald.Advisor@fernwald.example"])
def test_address_of_another_account_is_refused(
    world: World, kaya: Membership, now: datetime, taken: str
) -> None:
    with world.inside(), pytest.raises(particulars.AddressNotUsable):
        particulars.correct(membership=kaya, to=(SEEN[0], taken), seen=SEEN, actor=world.system, now=now)
    assert stored(world, kaya)[:2] == SEEN


def test_account_of_several_houses_or_operating_staff_is_refused(
    world: World, kaya: Membership, now: datetime
) -> None:
    with appointed(world.accounts["advisor"], NOW), world.inside():
        staff = Membership.objects.select_related("account").get(account=world.accounts["advisor"])
        seen = (staff.account.display_name, staff.account.email)
        with pytest.raises(SeveralOrganisations):
            particulars.correct(membership=staff, to=MARRIED, seen=seen, actor=world.system, now=now)
    seat(kaya.account, world.neighbour_id)
    with world.inside(), pytest.raises(SeveralOrganisations):
        particulars.correct(membership=kaya, to=MARRIED, seen=SEEN, actor=world.system, now=now)
    assert stored(world, kaya)[:2] == SEEN


@pytest.mark.parametrize("role", ["employee", "personnel", "knowledge_manager", "privacy"])
def test_only_the_administration_corrects(world: World, kaya: Membership, now: datetime, role: str) -> None:
    for command in (
        lambda: particulars.correct(membership=kaya, to=MARRIED, seen=SEEN, actor=world.actor(role), now=now),
        lambda: particulars.follow(membership=kaya, to=MARRIED, actor=world.actor(role), now=now),
    ):
        with world.inside(), pytest.raises(PermissionRefused):
            command()


def test_provider_is_followed_but_for_an_address_that_is_taken(
    world: World, kaya: Membership, now: datetime
) -> None:
    taken = world.accounts["stranger.advisor"].email
    with world.inside():
        to = ("Nele Öztürk", taken)
        assert particulars.follow(membership=kaya, to=to, actor=world.system, now=now) is True
    assert stored(world, kaya)[:2] == ("Nele Öztürk", SEEN[1])
    with world.inside():
        assert particulars.follow(membership=kaya, to=MARRIED, actor=world.system, now=now) is True
    assert stored(world, kaya)[:2] == MARRIED
    with activate(TenancyContext()):
        assert Account.objects.get(email=taken).pk == world.accounts["stranger.advisor"].pk

"""How passwords are stored, and that nobody gets one without choosing it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import Argon2PasswordHasher

from staffelstab.identity.formats.invitees import Invitee
from staffelstab.identity.models import Account
from staffelstab.identity.services import accounts
from tests.world import World


def test_argon2_is_argon2id() -> None:
    encoded = Argon2PasswordHasher().encode("ein langes Kennwort 7", "0123456789abcdef012345")
    assert encoded.split("$")[:2] == ["argon2", "argon2id"]


def test_people_invited_by_list_get_no_password(world: World, now: datetime) -> None:
    people = [Invitee(email=f"neu{n}@musterstadt.example", name=f"Neu {n}") for n in range(3)]
    with world.inside():
        accounts.invite_members(people=people, actor=world.system, now=now, site="https://stadt.example")
        made = list(Account.objects.filter(email__startswith="neu").order_by("email"))
    assert [(account.email, account.has_usable_password()) for account in made] == [
        ("neu0@musterstadt.example", False),
        ("neu1@musterstadt.example", False),
        ("neu2@musterstadt.example", False),
    ]

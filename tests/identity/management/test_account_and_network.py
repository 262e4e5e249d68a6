"""``staffelstab account create`` and ``staffelstab network create``."""

from __future__ import annotations

import io
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, Network, NetworkMembership, RoleGrant
from tests.strict_client import StrictClient
from tests.world import World

WHO = ("Chefin@Musterstadt.example", "--name", "Chris Fichte", "--organisation", "musterstadt")


def test_account_create_makes_the_first_administrator(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("ein ganz neues Kennwort\n"))
    out = StringIO()
    call_command("account", "create", *WHO, "--role", "administrator", "--password-stdin", stdout=out)
    assert out.getvalue() == "chefin@musterstadt.example\n"
    with world.inside():
        made = Account.objects.get(email="chefin@musterstadt.example")
        grants = RoleGrant.objects.filter(account_id=made.pk).values_list("role", "unit_id")
        assert list(grants) == [("administrator", None)]
    data = {"login": "chefin@musterstadt.example", "password": "ein ganz neues Kennwort"}
    assert StrictClient().post("/konto/anmelden/", data).status_code == 302


def test_account_create_without_password_leaves_it_to_the_person(world: World) -> None:
    call_command("account", "create", *WHO, stdout=StringIO())
    with world.inside():
        assert Account.objects.get(email="chefin@musterstadt.example").has_usable_password() is False


def test_account_create_adds_roles_to_those_held(world: World) -> None:
    who = ("privacy@musterstadt.example", "--name", "Egal", "--organisation", "musterstadt")
    call_command("account", "create", *who, "--role", "advisor", "--role", "privacy", stdout=StringIO())
    with world.inside():
        grants = RoleGrant.objects.filter(account=world.accounts["privacy"]).order_by("role")
        assert list(grants.values_list("role", flat=True)) == ["advisor", "privacy"]


@pytest.mark.parametrize(
    ("arguments", "password", "sentence"),
    [
        (("keine-adresse", *WHO[1:]), "ein ganz neues Kennwort", "E-Mail"),
        (WHO, "kurz", "12"),
        ((*WHO[:3], "--organisation", "nirgends"), "ein ganz neues Kennwort", "nirgends"),
    ],
)
def test_account_create_refuses(
    world: World, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], password: str, sentence: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(CommandError, match=sentence):
        call_command("account", "create", *arguments, "--password-stdin")
    with world.inside():
        assert Account.objects.filter(display_name="Chris Fichte").exists() is False


def test_network_create_prints_the_short_name(world: World) -> None:
    out = StringIO()
    call_command("network", "create", "allianz", "--name", "Allianz", "--operator", "fernwald", stdout=out)
    assert out.getvalue() == "allianz\n"
    with activate(TenancyContext(world.stranger_id)):
        membership = NetworkMembership.objects.get(organisation_id=world.stranger_id)
    with activate(TenancyContext(world.stranger_id, None, (membership.network_id,))):
        assert Network.objects.get().name == "Allianz"


@pytest.mark.parametrize(
    ("slug", "operator", "sentence"),
    [("verbund", "fernwald", "verbund"), ("mit leer", "fernwald", "slug"), ("gut", "nirgends", "nirgends")],
)
@pytest.mark.usefixtures("world")
def test_network_create_refuses(slug: str, operator: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("network", "create", slug, "--name", "X", "--operator", operator)

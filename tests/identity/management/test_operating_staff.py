"""``staffelstab operator`` and ``staffelstab staff-session``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction

from staffelstab.config import database, env, program
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, Membership, Operator, StaffSession
from staffelstab.identity.selectors import staff
from tests.factories.factors import appointed, factors_of, with_codes
from tests.factories.identity import seat
from tests.world import World

EMAIL = "advisor@musterstadt.example"
REASON = "Ticket 4711: Import bricht ab"


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def owner(committed_database: str, postgres: ConnectionFacts) -> Iterator[World]:
    """A database in which the command may become its owner, as `migrate` may."""
    name = committed_database.rpartition("/")[2].partition("?")[0]
    connections.databases["owner"] = {
        **connections.databases["default"],
        **env.database(database.url(postgres, database.OWNER, name)),
    }
    yield World.load()
    del connections.databases["owner"]


def test_operator_is_appointed_and_dismissed(owner: World) -> None:
    account = owner.accounts["advisor"]
    assert run("operator", "add", EMAIL) == f"{EMAIL}\n"
    assert run("operator", "add", EMAIL.upper()) == f"{EMAIL.upper()}\n"
    assert staff.is_operator(account.pk) is True
    assert run("operator", "list").startswith(f"{EMAIL}\t20")
    assert run("operator", "remove", EMAIL) == f"{EMAIL}\n"
    assert staff.is_operator(account.pk) is False
    assert run("operator", "list") == ""


def test_operator_resets_factors_of_any_account(owner: World) -> None:
    with_codes(owner.accounts["advisor"])
    run("operator", "reset-factors", EMAIL)
    assert factors_of(owner.accounts["advisor"]) == []


def test_operator_corrects_any_account(owner: World) -> None:
    seat(owner.accounts["advisor"], owner.neighbour_id)
    run("operator", "correct", EMAIL, "--name", "Änne Öz", "--address", "OEZ@musterstadt.example")
    run("operator", "correct", "oez@musterstadt.example", "--name", "Änne Özil")
    account = Account.objects.get(pk=owner.accounts["advisor"].pk)
    assert (account.display_name, account.email) == ("Änne Özil", "oez@musterstadt.example")
    addresses = EmailAddress.objects.filter(user_id=account.pk)
    assert [(each.email, each.primary) for each in addresses] == [("oez@musterstadt.example", True)]
    with owner.inside(organisation_id=owner.neighbour_id):
        assert Membership.objects.get(account_id=account.pk).sort_key == "anne ozil"


def test_operator_refuses_an_address_of_another_account(owner: World) -> None:
    with pytest.raises(CommandError, match="Diese Adresse kann nicht verwendet werden"):
        run("operator", "correct", EMAIL, "--address", "employee@musterstadt.example")
    account = Account.objects.get(pk=owner.accounts["advisor"].pk)
    assert account.email == EMAIL


@pytest.mark.parametrize("action", ["add", "remove", "reset-factors", "correct"])
def test_operator_refuses_unknown_accounts(owner: World, action: str) -> None:
    with pytest.raises(CommandError, match=r"niemand@musterstadt\.example"):
        run("operator", action, "niemand@musterstadt.example")


def test_program_cannot_appoint_anybody(world: World) -> None:
    account = world.accounts["advisor"]
    for context in (TenancyContext(), TenancyContext(account_id=account.pk)):
        with pytest.raises(DatabaseError), transaction.atomic(), activate(context):
            Operator.objects.create(account=account, since=datetime(2026, 1, 1, tzinfo=UTC))


def test_program_knows_the_command_by_its_name_with_a_hyphen() -> None:
    assert program.ALIASES["staff-session"] == "staff_session"
    assert "operator" in program.AS_OWNER
    assert "staff_session" not in program.AS_OWNER


@pytest.fixture
def operator(world: World) -> Iterator[World]:
    account = world.accounts["advisor"]
    with_codes(account)
    with appointed(account, datetime(2026, 1, 1, tzinfo=UTC)):
        yield world


def opened(*more: str) -> str:
    return run("staff_session", "open", "fernwald", "--account", EMAIL, "--reason", REASON, *more).strip()


def test_staff_session_opens_lists_and_ends(operator: World) -> None:
    key = opened("--minutes", "30")
    listed = json.loads(run("staff_session", "list", "--json"))
    assert [(row["id"], row["organisation"], row["who"], row["state"], row["reason"]) for row in listed] == [
        (key, "Gemeinde Fernwald", operator.accounts["advisor"].display_name, "running", REASON)
    ]
    assert run("staff_session", "end", key) == f"{key}\n"
    line = run("staff_session", "list", "--organisation", "fernwald").split("\t")
    assert [line[0], line[5]] == [key, "ended"]
    assert run("staff_session", "list", "--organisation", "nebenau") == ""
    with activate(TenancyContext(operator.stranger_id)):
        assert StaffSession.objects.get().ended_by == "staff-session end"


def test_staff_session_says_what_has_expired(operator: World) -> None:
    opened()
    with activate(TenancyContext(operator.stranger_id)):
        StaffSession.objects.update(
            opened_at=datetime(2026, 1, 1, 8, tzinfo=UTC), expires_at=datetime(2026, 1, 1, 9, tzinfo=UTC)
        )
    assert run("staff_session", "list").split("\t")[5] == "expired"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("open", "gibtesnicht", "--account", EMAIL, "--reason", REASON), "gibtesnicht"),
        (("open", "fernwald", "--account", "niemand@x.example", "--reason", REASON), "niemand@x.example"),
        (
            ("open", "fernwald", "--account", "employee@musterstadt.example", "--reason", REASON),
            "does not belong to the operating staff",
        ),
        (("open", "fernwald", "--account", EMAIL, "--reason", REASON, "--minutes", "241"), "4 Stunden"),
        (("open", "fernwald", "--account", EMAIL, "--reason", REASON, "--minutes", "4"), "5 Minuten"),
        (("list", "--organisation", "gibtesnicht"), "gibtesnicht"),
        (("end", "018f0000-0000-7000-8000-000000000000"), "018f0000-0000-7000-8000-000000000000"),
    ],
)
def test_staff_session_refuses_with_a_sentence(
    operator: World, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("staff_session", *arguments)

"""What is recorded of signing in: in the log without names, for the person in full, for the house as numbers."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from staffelstab.core.logs import JsonFormatter
from staffelstab.core.models import AuditEntry, Look
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import Role, SignInKind
from staffelstab.identity.models import SignInEntry
from staffelstab.identity.services import retention, sign_ins
from tests.factories.factors import code_now, with_codes
from tests.factories.identity import member
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

SIGN_IN, CODE, HOUSE = "/konto/anmelden/", "/konto/zweiter-faktor/pruefen/", "/verwaltung/anmeldungen/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; secret-build) Gecko/20100101 Firefox/140.0"
NEW = "ganz anderes Kennwort 9"


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines about signing in and refused access, as an installation writes them."""
    lines: list[dict[str, Any]] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    handler, root = Collector(), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    before = root.level
    root.setLevel(logging.INFO)
    yield lambda: [line for line in lines if "event" in line]
    root.setLevel(before)
    root.removeHandler(handler)


def attempt(email: str, password: str = PASSWORD, client: StrictClient | None = None) -> StrictClient:
    client = client or StrictClient(headers={"User-Agent": FIREFOX})
    client.post(SIGN_IN, {"login": email, "password": password})
    return client


def entries(world: World, role: str = "advisor") -> list[tuple[str, str]]:
    """Kind and way of an account's entries, oldest first."""
    account = world.accounts[role]
    with activate(TenancyContext(account_id=account.pk)):
        found = SignInEntry.objects.filter(account=account).order_by("id")
        return [(row.kind, row.way) for row in found]


def test_signing_in_and_out_is_recorded(world: World, log: Callable[[], list[dict[str, Any]]]) -> None:
    client = attempt("advisor@musterstadt.example")
    client.post("/konto/abmelden/")
    assert entries(world) == [("signed_in", "password"), ("signed_out", "")]
    account = str(world.accounts["advisor"].pk)
    assert [(line["event"], line["account_id"], line["level"]) for line in log()] == [
        ("signed_in", account, "INFO"),
        ("signed_out", account, "INFO"),
    ]


def test_failures_are_recorded_up_to_the_limit(world: World, log: Callable[[], list[dict[str, Any]]]) -> None:
    for _each in range(8):
        attempt("advisor@musterstadt.example", "falsch")
    # Whoever goes on after the limit adds nothing to the table; the log counts on.
    assert entries(world) == [("failed", "password")] * 5 + [("limited", "password")]
    assert [(line["event"], line["level"]) for line in log()] == [("failed", "WARNING")] * 5 + [
        ("limited", "WARNING")
    ] * 3


def test_log_names_nobody_and_repeats_nothing_typed(
    world: World, log: Callable[[], list[dict[str, Any]]]
) -> None:
    attempt("advisor@musterstadt.example", "mein-falsches-kennwort")
    attempt("niemand@musterstadt.example", "mein-falsches-kennwort")
    known, unknown = log()
    assert (known["account_id"], "account_id" in unknown) == (str(world.accounts["advisor"].pk), False)
    text = json.dumps([known, unknown])
    assert [
        word for word in ("musterstadt", "kennwort", "127.0.0.1", "Firefox", "secret") if word in text
    ] == []


@pytest.mark.usefixtures("world")
def test_unknown_addresses_leave_no_entry() -> None:
    attempt("niemand@musterstadt.example", "falsch")
    with activate(TenancyContext()):
        assert SignInEntry.objects.count() == 0


@pytest.mark.usefixtures("world")
def test_known_and_unknown_addresses_cost_the_same_statements() -> None:
    counts = []
    for email in ("advisor@musterstadt.example", "niemand@musterstadt.example"):
        with CaptureQueriesContext(connection) as found:
            attempt(email, "falsch")
        counts.append([sum(word in each["sql"] for each in found) for word in ("account_id(", "INSERT")])
    assert counts == [[1, 1], [1, 1]]


def test_second_factor_is_recorded(world: World) -> None:
    with_codes(world.accounts["advisor"])
    client = attempt("advisor@musterstadt.example")
    client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": code_now()})
    assert entries(world) == [("factor_failed", "app"), ("signed_in", "password+app")]


def test_limit_of_codes_is_recorded(world: World) -> None:
    with_codes(world.accounts["advisor"])
    client = attempt("advisor@musterstadt.example")
    for _each in range(7):
        client.post(CODE, {"code": "000000"})
    assert entries(world) == [("factor_failed", "app")] * 5 + [("limited", "app")]


def test_passkey_nobody_knows_is_recorded_in_the_log(
    world: World, log: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = {
        "id": "x", "rawId": "eA", "type": "public-key",
        "response": {"clientDataJSON": "e30", "authenticatorData": "eA", "signature": "eA", "userHandle": "eA"},
    }  # fmt: skip
    StrictClient().post("/konto/zweiter-faktor/passkeys/anmelden/", {"credential": json.dumps(answer)})
    assert [(line["event"], line["way"]) for line in log()] == [("factor_failed", "passkey")]


def test_changed_password_is_recorded_and_told_by_mail(world: World, mailoutbox: list[Any]) -> None:
    client = attempt("advisor@musterstadt.example")
    client.post("/konto/kennwort/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert [kind for kind, _way in entries(world)] == ["signed_in", "password"]
    assert [mail.to for mail in mailoutbox] == [["advisor@musterstadt.example"]]


def test_removed_factor_is_recorded(world: World) -> None:
    with_codes(world.accounts["advisor"])
    client = attempt("advisor@musterstadt.example")
    client.post(CODE, {"code": code_now()})
    client.post("/konto/bestaetigen/", {"password": PASSWORD})
    client.post("/konto/zweiter-faktor/app/entfernen/")
    assert [kind for kind, _way in entries(world)] == ["signed_in", "factor_removed", "factor_removed"]


def test_locked_account_is_recorded(world: World) -> None:
    with world.inside():
        world.accounts["advisor"].is_active = False
        world.accounts["advisor"].save(update_fields=["is_active"])
    attempt("advisor@musterstadt.example")
    assert entries(world) == [("closed", "")]


def test_session_that_ends_by_itself_is_recorded(world: World) -> None:
    client = attempt("advisor@musterstadt.example")
    session = client.session
    session["staffelstab_last_use"] -= 7200
    session.save()
    client.get("/aufgaben/")
    assert [kind for kind, _way in entries(world)] == ["signed_in", "expired"]


def test_person_reads_the_own_entries(world: World) -> None:
    attempt("advisor@musterstadt.example", "falsch")
    attempt("employee@musterstadt.example", "falsch")
    client = attempt("advisor@musterstadt.example")
    page = BeautifulSoup(client.get("/konto/sitzungen/").content, "html.parser")
    found = [" ".join(each.get_text(" ", strip=True).split()) for each in page.select("h3")]
    assert found == ["Angemeldet", "Falsches Kennwort"]
    assert page.get_text().count("Firefox auf Windows · Adresse 127.0.0.1") == 2


def test_only_the_marks_of_the_browser_are_kept(world: World) -> None:
    attempt("advisor@musterstadt.example")
    with activate(TenancyContext()):
        assert [row.device for row in SignInEntry.objects.all()] == ["Firefox/ Windows"]


def test_own_data_hold_the_entries(world: World) -> None:
    client = attempt("advisor@musterstadt.example")
    stored = client.get("/gespeicherte-daten/meine-daten.json").json()["sign_ins"]
    assert [(each["what"], each["way"], each["address"]) for each in stored] == [
        ("Angemeldet", "Kennwort", "127.0.0.1")
    ]
    assert "1 Anmeldung oder Anmeldeversuch" in client.get("/gespeicherte-daten/").content.decode()


def failures(world: World, role: str, number: int, *, days: int = 0) -> None:
    for _each in range(number):
        with activate(TenancyContext()):
            sign_ins.record(
                kind=SignInKind.FAILED,
                account_id=world.accounts[role].pk,
                now=timezone.now() - timedelta(days=days),
            )


def test_house_reads_numbers_and_whose_account_was_tried(world: World, client_as: Any) -> None:
    failures(world, "advisor", 5)
    failures(world, "executive", 4)
    failures(world, "employee", 9, days=10)
    page = client_as(Role.ADMINISTRATOR).get(HOUSE).content.decode()
    text = BeautifulSoup(page, "html.parser").get_text(" ", strip=True)
    assert "Falsches Kennwort 18" in text
    assert [str(world.accounts[role]) in text for role in ("advisor", "executive", "employee")] == [
        True,
        False,
        False,
    ]
    with world.inside():
        assert [look.subject_id for look in Look.objects.filter(what="identity.sign_in")] == [
            world.accounts["advisor"].pk
        ]


@pytest.mark.parametrize(("people", "shown"), [(6, "weniger als 7 Personen: nicht gezeigt"), (7, "8")])
def test_house_of_few_does_not_learn_who_came_in(
    world: World, client_as: Any, people: int, shown: str
) -> None:
    roles = [role for role in Role if role != Role.ADMINISTRATOR][:people]
    for role in (*roles, roles[0]):
        with activate(TenancyContext()):
            account_id = world.accounts[role].pk
            sign_ins.record(kind=SignInKind.SIGNED_IN, account_id=account_id, now=timezone.now())
    page = BeautifulSoup(client_as(Role.ADMINISTRATOR).get(HOUSE).content, "html.parser")
    assert page.select_one(".description dt").get_text(strip=True) == "Angemeldet"
    assert page.select_one(".description dd").get_text(strip=True) == shown


def test_data_protection_reads_numbers_without_names(world: World, client_as: Any) -> None:
    failures(world, "advisor", 6)
    text = client_as(Role.PRIVACY).get(HOUSE).content.decode()
    assert ("<dd>6</dd>" in text, str(world.accounts["advisor"]) in text) == (True, False)


def test_numbers_are_those_of_the_own_house(world: World, client_as: Any) -> None:
    failures(world, "advisor", 6)
    with world.inside(organisation_id=world.stranger_id):
        assert SignInEntry.objects.count() == 0


def test_administrator_signs_a_member_out(world: World, client_as: Any) -> None:
    member, administrator = attempt("advisor@musterstadt.example"), client_as(Role.ADMINISTRATOR)
    path = f"/verwaltung/konten/{world.accounts['advisor'].pk}/"
    assert "Auf allen Geräten abmelden" in administrator.get(path).content.decode()
    assert administrator.post(path + "abmelden/").url == path
    assert "1 Gerät wurde abgemeldet." in administrator.get(path).content.decode()
    assert member.get("/aufgaben/").status_code == 302
    assert [kind for kind, _way in entries(world)] == ["signed_in", "ended"]
    with world.inside():
        assert AuditEntry.objects.filter(action="identity.membership.signed_out").count() == 1


def test_refused_access_is_logged_with_its_rule(
    world: World, client_as: Any, log: Callable[[], list[dict[str, Any]]]
) -> None:
    client = client_as(Role.EMPLOYEE)
    assert client.get(HOUSE).status_code == 404
    found = [(line["permission"], line["account_id"], line["level"]) for line in log()]
    assert found == [("identity.audit.view", str(world.accounts["employee"].pk), "WARNING")]


def test_young_entries_cannot_be_deleted(world: World) -> None:
    failures(world, "advisor", 1)
    failures(world, "advisor", 1, days=31)
    with world.inside():
        SignInEntry.objects.all().delete()
        assert [row.at > timezone.now() - timedelta(days=30) for row in SignInEntry.objects.all()] == [True]


def test_entries_cannot_be_changed(world: World) -> None:
    failures(world, "advisor", 1)
    with pytest.raises(DatabaseError), transaction.atomic(), world.inside():
        SignInEntry.objects.update(kind=SignInKind.SIGNED_IN)


def test_entries_go_after_ninety_days(world: World) -> None:
    failures(world, "advisor", 2, days=92)
    failures(world, "advisor", 1, days=88)
    now = timezone.now()
    with world.inside():
        actor = world.actor(Role.ADMINISTRATOR)
        deleted = retention.forget(actor=actor, today=timezone.localdate(now), now=now)
        assert (deleted["identity.sign_in"], SignInEntry.objects.count()) == (2, 1)


def test_entries_go_with_the_account(world: World) -> None:
    with world.inside():
        gone = member("gegangen@x.example", "Gitta Gegangen")
        gone.since, gone.until = dt.date(2020, 1, 1), dt.date(2020, 12, 31)
        gone.save(update_fields=["since", "until"])
        sign_ins.record(kind=SignInKind.FAILED, account_id=gone.account_id, now=timezone.now())
        now = timezone.now()
        retention.forget(actor=world.actor(Role.ADMINISTRATOR), today=timezone.localdate(now), now=now)
    with activate(TenancyContext()):
        assert not SignInEntry.objects.filter(account_id=gone.account_id).exists()

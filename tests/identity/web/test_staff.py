"""Sessions of the operating staff: opened with a reason, read only, recorded, over at their time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from staffelstab.core.ids import new_id
from staffelstab.core.models import AuditEntry, Look
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import StaffSession
from staffelstab.identity.selectors import staff
from tests.factories.factors import appointed, with_codes
from tests.guards.rows import account as rows_account
from tests.guards.rows import staff_session
from tests.strict_client import StrictClient
from tests.world import World

SWITCH = "/verwaltung/organisation/wechseln/"
OPEN, LIST = "/verwaltung/betrieb/", "/verwaltung/betriebszugriffe/"
REASON = "Ticket 4711: Import bricht ab"
ClientAs = Any


@pytest.fixture
def operator(world: World) -> Iterator[StrictClient]:
    """Somebody of the operating staff, a member of the first house, with a second factor."""
    account = world.accounts["advisor"]
    with_codes(account)
    client = StrictClient()
    client.force_login(account)
    with appointed(account, datetime(2026, 1, 1, tzinfo=UTC)):
        yield client


def opened(operator: StrictClient, **changes: str) -> Any:
    values = {"slug": "fernwald", "reason": REASON, "minutes": "60", **changes}
    return operator.post(OPEN, values)


def of_stranger(world: World) -> Any:
    return activate(TenancyContext(world.stranger_id))


def shift(world: World, **by: float) -> None:
    """Let the session have begun and end earlier by this much."""
    with of_stranger(world):
        row = StaffSession.objects.get()
        delta = timedelta(**by)
        StaffSession.objects.update(opened_at=row.opened_at - delta, expires_at=row.expires_at - delta)


def test_staff_open_is_for_operating_staff_only(client_as: ClientAs, world: World) -> None:
    for role in ("administrator", "employee"):
        client = client_as(role)
        assert [client.get(OPEN).status_code, opened(client).status_code] == [404, 404]
    assert "Zugriff als Betriebspersonal" not in client_as("advisor").get("/").content.decode()


def test_staff_open_shows_the_house_with_a_banner(operator: StrictClient, world: World) -> None:
    assert "Zugriff als Betriebspersonal" in operator.get("/").content.decode()
    assert opened(operator).url == "/"
    page = operator.get("/verwaltung/organisation/").content.decode()
    assert "Gemeinde Fernwald" in page
    assert "Sie sehen Gemeinde Fernwald als Betriebspersonal." in page
    assert "noch 59" in page.replace("\xa0", " ")
    assert "Jetzt beenden" in page
    assert "Bearbeiten" not in page
    assert operator.get("/verwaltung/konten/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slug": "gibtesnicht"}, "mit dem Kurznamen „gibtesnicht“"),
        ({"reason": "weil ich"}, "Bitte sagen Sie in wenigen Worten"),
        ({"minutes": "999"}, "ist keine gültige Auswahl"),
        ({"slug": "musterstadt"}, "Sie gehören zu dieser Organisation."),
    ],
)
def test_staff_open_refuses(
    operator: StrictClient, world: World, changes: dict[str, str], sentence: str
) -> None:
    answer = opened(operator, **changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with of_stranger(world):
        assert StaffSession.objects.count() == 0


def test_staff_open_needs_a_second_factor(world: World) -> None:
    account = world.accounts["employee"]
    client = StrictClient()
    client.force_login(account)
    with appointed(account, datetime(2026, 1, 1, tzinfo=UTC)):
        answer = opened(client)
    assert "Bitte richten Sie zuerst einen zweiten Faktor ein" in answer.content.decode()


def test_staff_session_changes_nothing(operator: StrictClient, world: World) -> None:
    opened(operator)
    for path in (
        "/verwaltung/organisation/bearbeiten/",
        "/verwaltung/konten/neu/",
        OPEN,
        "/verwaltung/anmeldung/",
    ):
        assert operator.get(path).status_code == 404
        answer = operator.post(path, {"name": "Anders"})
        assert answer.status_code == 403
        assert "nicht in ihr ändern" not in answer.content.decode()
        assert "aber nichts in ihr ändern" in answer.content.decode()
    with of_stranger(world):
        assert list(AuditEntry.objects.filter(action="identity.organisation.changed")) == []


def test_staff_session_reads_what_administrators_read(operator: StrictClient, client_as: ClientAs) -> None:
    opened(operator)
    administrator = client_as("administrator")
    paths = [
        "/",
        "/aufgaben/",
        "/ausblick/wissensrisiko/",
        "/verwaltung/protokoll/",
        "/aufgaben/personen/",
        LIST,
    ]
    assert [operator.get(path).status_code for path in paths] == [
        administrator.get(path).status_code for path in paths
    ]


def test_staff_session_is_recorded_step_by_step(operator: StrictClient, world: World) -> None:
    opened(operator)
    operator.get("/verwaltung/konten/?q=geheim")
    operator.post("/verwaltung/konten/neu/", {})
    who = f"Betriebspersonal: {world.accounts['advisor'].display_name}"
    with of_stranger(world):
        found = list(
            AuditEntry.objects.filter(object_type="identity.staffsession")
            .order_by("id")
            .values_list("actor_name", "action", "object_name", "changes")
        )
    assert found[0][:3] == (who, "identity.staffsession.opened", REASON)
    assert found[1:] == [
        (who, "identity.staffsession.looked", REASON, {"step": [None, "GET /verwaltung/konten/"]}),
        (who, "identity.staffsession.refused", REASON, {"step": [None, "POST /verwaltung/konten/neu/"]}),
    ]


def test_staff_looks_at_persons_are_shown_to_them(operator: StrictClient, world: World) -> None:
    opened(operator)
    subject = world.accounts["stranger.employee"].pk
    operator.get(f"/verwaltung/konten/{subject}/")
    with of_stranger(world):
        assert [(look.subject_id, look.actor_name) for look in Look.objects.all()] == [
            (subject, f"Betriebspersonal: {world.accounts['advisor'].display_name}")
        ]


def test_staff_session_expires_at_its_time(operator: StrictClient, world: World) -> None:
    opened(operator)
    shift(world, minutes=59, seconds=30)
    assert "Gemeinde Fernwald" in operator.get("/verwaltung/organisation/").content.decode()
    shift(world, seconds=31)
    page = operator.get("/verwaltung/organisation/").content.decode()
    assert "Gemeinde Fernwald" not in page
    assert "Stadt Musterstadt" in page
    assert operator.get("/verwaltung/konten/").status_code == 404
    answer = operator.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.stranger_id)})
    assert answer.status_code == 404


def test_staff_session_ends_with_the_appointment(world: World) -> None:
    account = world.accounts["advisor"]
    with_codes(account)
    client = StrictClient()
    client.force_login(account)
    with appointed(account, datetime(2026, 1, 1, tzinfo=UTC)):
        opened(client)
        assert client.get("/verwaltung/konten/").status_code == 200
    assert client.get("/verwaltung/konten/").status_code == 404


def test_staff_can_leave_and_come_back_until_the_end(operator: StrictClient, world: World) -> None:
    opened(operator)
    operator.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.organisation.pk)})
    page = operator.get(OPEN).content.decode()
    assert "läuft" in page
    assert REASON in page
    assert "läuft schon eine Sitzung" in opened(operator).content.decode()
    operator.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.stranger_id)})
    assert "als Betriebspersonal" in operator.get("/verwaltung/organisation/").content.decode()


def test_staff_end_by_the_person(operator: StrictClient, world: World) -> None:
    opened(operator)
    with of_stranger(world):
        key = StaffSession.objects.get().pk
    assert operator.post(f"{LIST}{key}/beenden/").url == OPEN
    assert operator.get("/verwaltung/konten/").status_code == 404
    with of_stranger(world):
        row = StaffSession.objects.get()
    assert row.ended_by == f"Betriebspersonal: {world.accounts['advisor'].display_name}"
    page = operator.get(OPEN).content.decode()
    assert "läuft" not in page.replace("läuft schon", "")


def test_staff_end_from_the_own_house(operator: StrictClient, world: World) -> None:
    opened(operator)
    with of_stranger(world):
        key = StaffSession.objects.get().pk
    operator.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.organisation.pk)})
    assert operator.post(f"{LIST}{key}/beenden/").url == OPEN
    with of_stranger(world):
        assert StaffSession.objects.get().ended_by == (
            f"Betriebspersonal: {world.accounts['advisor'].display_name}"
        )


def test_staff_list_shows_the_administration_every_session(operator: StrictClient, world: World) -> None:
    administrator = StrictClient()
    administrator.force_login(world.accounts["stranger.administrator"])
    assert "Bisher kein Zugriff" in administrator.get(LIST).content.decode()
    opened(operator)
    page = administrator.get(LIST).content.decode()
    assert REASON in page
    assert world.accounts["advisor"].display_name in page
    assert "Läuft gerade" in page
    with of_stranger(world):
        key = StaffSession.objects.get().pk
    assert administrator.post(f"{LIST}{key}/beenden/").url == LIST
    assert operator.get("/verwaltung/konten/").status_code == 404
    page = administrator.get(LIST).content.decode()
    assert "Läuft gerade" not in page
    assert f"beendet durch {world.accounts['stranger.administrator'].display_name}" in page
    protocol = administrator.get("/verwaltung/protokoll/?kind=identity.staffsession").content.decode()
    assert "Sitzung des Betriebspersonals" in protocol
    assert "Betriebspersonal: " in protocol


def test_staff_list_is_without_names_for_data_protection(operator: StrictClient, world: World) -> None:
    opened(operator)
    privacy = StrictClient()
    privacy.force_login(world.accounts["stranger.privacy"])
    page = privacy.get(LIST).content.decode()
    assert REASON in page
    assert world.accounts["advisor"].display_name not in page
    assert "Jetzt beenden" not in page
    protocol = privacy.get("/verwaltung/protokoll/?kind=identity.staffsession").content.decode()
    assert "Betriebspersonal" in protocol
    assert world.accounts["advisor"].display_name not in protocol


def test_staff_list_asks_the_same_number_of_statements_for_any_number_of_rows(
    world: World, client_as: ClientAs, django_assert_num_queries: Any
) -> None:
    client = client_as("administrator")
    client.get(LIST)
    for more in (1, 2):
        with world.inside():
            for _each in range(more):
                staff_session()
        with django_assert_num_queries(7):
            client.get(LIST)


def test_staff_end_is_not_there_for_others(operator: StrictClient, world: World, client_as: ClientAs) -> None:
    opened(operator)
    with of_stranger(world):
        key = StaffSession.objects.get().pk
    colleague = StrictClient()
    colleague.force_login(world.accounts["stranger.employee"])
    clients = [client_as("administrator"), colleague]
    assert [client.post(f"{LIST}{key}/beenden/").status_code for client in clients] == [404, 404]
    assert client_as("administrator").post(f"{LIST}{new_id()}/beenden/").status_code == 404
    assert client_as("administrator").get(f"{LIST}{key}/beenden/").status_code == 405


def test_staff_end_of_what_has_ended_changes_nothing(operator: StrictClient, world: World) -> None:
    opened(operator)
    shift(world, hours=2)
    with of_stranger(world):
        key = StaffSession.objects.get().pk
    administrator = StrictClient()
    administrator.force_login(world.accounts["stranger.administrator"])
    assert administrator.post(f"{LIST}{key}/beenden/").url == LIST
    with of_stranger(world):
        assert StaffSession.objects.get().ended_at is None
    assert "abgelaufen" in administrator.get(LIST).content.decode()


def test_staff_without_any_organisation_may_work(world: World) -> None:
    account = rows_account("Betrieb Nacht")
    with_codes(account)
    client = StrictClient()
    client.force_login(account)
    assert client.get(OPEN).status_code == 404
    assert client.post(SWITCH, {"organisation": str(world.stranger_id)}).status_code == 404
    assert staff.is_operator(account.pk) is False
    assert staff.is_operator(world.accounts["advisor"].pk) is False

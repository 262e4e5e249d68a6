"""Accounts and roles on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from staffelstab.core.models import Look, OutboxEvent
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.identity.services import accounts, invitations
from tests.factories.identity import member, seat
from tests.factories.workforce import UnitFactory
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import NOW, World

ClientAs = Callable[[str], StrictClient]


def names(client: StrictClient, query: str = "") -> list[str]:
    page = BeautifulSoup(client.get(f"/verwaltung/konten/{query}").content, "html.parser")
    return [cell.get_text(strip=True) for cell in page.select("tbody th")]


def test_account_list_costs_the_same_for_one_and_three_rows(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    with world.inside():
        member("a@x.example", "Zoe Eins")
    one = queries_of(client, "/verwaltung/konten/?q=zoe")
    with world.inside():
        member("b@x.example", "Zoe Zwei", Role.ADVISOR, Role.PRIVACY)
        member("c@x.example", "Zoe Drei", Role.PERSONNEL)
    assert names(client, "?q=zoe") == ["Zoe Drei", "Zoe Eins", "Zoe Zwei"]
    assert (one, queries_of(client, "/verwaltung/konten/?q=zoe")) == (7, 7)


def test_account_list_sorts_umlauts_and_pages_by_keyset(world: World, client_as: ClientAs) -> None:
    with world.inside():
        for number in range(52):
            member(f"m{number}@x.example", f"Qualle {number:02}")
        member("ae@x.example", "Qüalle 00")
    client = client_as("administrator")
    first = client.get("/verwaltung/konten/?q=q%C3%BCalle")
    page = BeautifulSoup(first.content, "html.parser")
    shown = [cell.get_text(strip=True) for cell in page.select("tbody th")]
    assert (len(shown), shown[:3]) == (50, ["Qualle 00", "Qüalle 00", "Qualle 01"])
    following = page.select_one("a[rel=next]")
    assert following is not None
    assert names(client, str(following["href"])) == ["Qualle 49", "Qualle 50", "Qualle 51"]
    assert "53 Einträge" in page.get_text()


def test_account_list_filters_by_role_and_state(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    with world.inside():
        gone = member("gone@x.example", "Gegangen", Role.ADVISOR)
        accounts.end_membership(membership=gone, actor=world.system, now=NOW)
        member("none@x.example", "Ohne Rolle")
    assert names(client, "?role=advisor") == [str(world.accounts["advisor"])]
    assert names(client, "?role=employee") == [str(world.accounts["employee"]), "Ohne Rolle"]
    assert names(client, "?state=ended") == ["Gegangen"]
    assert names(client, "?q=gibtesnicht") == []
    assert "Nichts gefunden" in client.get("/verwaltung/konten/?q=gibtesnicht").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_accounts_do_not_exist_for_others(world: World, client_as: ClientAs, role: str) -> None:
    client, key = client_as(role), world.accounts["employee"].pk
    paths = ["", "neu/", f"{key}/", f"{key}/rollen/", f"{key}/beenden/"]
    assert [client.get(f"/verwaltung/konten/{path}").status_code for path in paths] == [404] * 5


@pytest.mark.parametrize("other", ["neighbour.employee", "stranger.employee"])
def test_accounts_of_other_organisations_do_not_exist(world: World, client_as: ClientAs, other: str) -> None:
    client, key = client_as("administrator"), world.accounts[other].pk
    paths = ["", "rollen/", "beenden/"]
    assert [client.get(f"/verwaltung/konten/{key}/{path}").status_code for path in paths] == [404] * 3
    assert [client.post(f"/verwaltung/konten/{key}/{path}").status_code for path in paths[1:]] == [404] * 2


def test_account_create_invites_and_leads_to_the_roles(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert "Zugang einrichten" in client.get("/verwaltung/konten/neu/").content.decode()
    made = client.post("/verwaltung/konten/neu/", {"email": "neu@x.example", "display_name": "Nele Kaya"})
    with world.inside():
        found = Membership.objects.get(account__email="neu@x.example")
        event = OutboxEvent.objects.get(name="identity.member.invited")
    assert made.url == f"/verwaltung/konten/{found.account_id}/rollen/"
    assert event.payload == {"account": str(found.account_id), "site": "http://testserver/"}
    assert "Nele Kaya hat Zugang." in client.get(made.url).content.decode()


@pytest.mark.usefixtures("world")
def test_account_create_answers_the_same_for_addresses_known_elsewhere(
    client_as: ClientAs, world: World
) -> None:
    client = client_as("administrator")
    known = world.accounts["stranger.advisor"]
    made = client.post("/verwaltung/konten/neu/", {"email": known.email, "display_name": "Nele Kaya"})
    assert made.url == f"/verwaltung/konten/{known.pk}/rollen/"


@pytest.mark.usefixtures("world")
def test_account_create_keeps_what_was_typed(client_as: ClientAs) -> None:
    client = client_as("administrator")
    wrong = client.post("/verwaltung/konten/neu/", {"email": "keine Adresse", "display_name": "Nele Kaya"})
    assert wrong.status_code == 422
    assert "Das ist keine gültige E-Mail-Adresse." in wrong.content.decode()
    assert 'value="Nele Kaya"' in wrong.content.decode()
    twice = client.post(
        "/verwaltung/konten/neu/", {"email": "employee@musterstadt.example", "display_name": "N"}
    )
    assert "gehört bereits zu Ihrer Organisation." in twice.content.decode()


def test_account_detail_is_a_look(world: World, client_as: ClientAs) -> None:
    client, key = client_as("administrator"), world.accounts["employee"].pk
    assert "employee@musterstadt.example" in client.get(f"/verwaltung/konten/{key}/").content.decode()
    client.get(f"/verwaltung/konten/{world.accounts['administrator'].pk}/")
    with world.inside():
        looks = list(Look.objects.values_list("subject_id", "what"))
    assert looks == [(key, "identity.account")]


def roles_form(**values: object) -> dict[str, object]:
    management = {"unit-TOTAL_FORMS": "2", "unit-INITIAL_FORMS": "0"}
    blank = {f"unit-{row}-{name}": "" for row in range(2) for name in ("role", "unit")}
    return {**management, **blank, **values}


@pytest.mark.usefixtures("unit_source")
def test_account_roles_can_be_bound_to_units(world: World, client_as: ClientAs) -> None:
    client, key = client_as("administrator"), world.accounts["employee"].pk
    with world.inside():
        top = UnitFactory(name="Sozialamt")
        below = UnitFactory(name="Wohngeldstelle", parent=top)
    page = client.get(f"/verwaltung/konten/{key}/rollen/").content.decode()
    assert "\u2003Wohngeldstelle" in page
    data = roles_form(roles=["advisor"], **{"unit-0-role": "line_manager", "unit-0-unit": str(below.pk)})
    assert client.post(f"/verwaltung/konten/{key}/rollen/", data).url == f"/verwaltung/konten/{key}/"
    with world.inside():
        held = RoleGrant.objects.filter(account_id=key).order_by("role").values_list("role", "unit_id")
        assert list(held) == [("advisor", None), ("line_manager", below.pk)]
    assert "Führungskraft (Wohngeldstelle)" in client.get(f"/verwaltung/konten/{key}/").content.decode()


@pytest.mark.usefixtures("unit_source")
def test_account_roles_need_both_role_and_unit(world: World, client_as: ClientAs) -> None:
    client, key = client_as("administrator"), world.accounts["employee"].pk
    with world.inside():
        unit = UnitFactory()
    path = f"/verwaltung/konten/{key}/rollen/"
    half = client.post(path, roles_form(**{"unit-0-role": "line_manager"}))
    assert half.status_code == 422
    assert "Bitte wählen Sie die Organisationseinheit, für die die Rolle gilt." in half.content.decode()
    other = client.post(path, roles_form(**{"unit-0-unit": str(unit.pk)}))
    assert "Bitte wählen Sie die Rolle, die für diese Organisationseinheit gilt." in other.content.decode()
    foreign = roles_form(**{"unit-0-role": "line_manager", "unit-0-unit": str(world.stranger_id)})
    assert client.post(path, foreign).status_code == 422
    unbindable = roles_form(**{"unit-0-role": "administrator", "unit-0-unit": str(unit.pk)})
    assert client.post(path, unbindable).status_code == 422


def test_account_roles_keep_the_last_administrator(world: World, client_as: ClientAs) -> None:
    client, key = client_as("administrator"), world.accounts["administrator"].pk
    for path, data in (("rollen/", roles_form(roles=["advisor"])), ("beenden/", {})):
        refused = client.post(f"/verwaltung/konten/{key}/{path}", data)
        assert refused.status_code == 422
        assert "Mindestens eine Person muss die Administration behalten." in refused.content.decode()
    with world.inside():
        assert RoleGrant.objects.filter(account_id=key, role="administrator").exists() is True


def test_account_end_stops_running_sessions_with_the_next_request(world: World, client_as: ClientAs) -> None:
    theirs, client = client_as("knowledge_manager"), client_as("administrator")
    key = world.accounts["knowledge_manager"].pk
    assert theirs.get("/verwaltung/organisation/").status_code == 200
    assert (
        "mit dem nächsten klick" in client.get(f"/verwaltung/konten/{key}/beenden/").content.decode().lower()
    )
    assert client.post(f"/verwaltung/konten/{key}/beenden/").url == "/verwaltung/konten/"
    assert theirs.get("/verwaltung/organisation/").status_code == 404
    page = theirs.get("/verwaltung/organisation/waehlen/").content.decode()
    assert "Sie gehören noch keiner Organisation an" in page
    assert "knowledge_manager@musterstadt.example" in page


def test_account_end_leaves_seats_elsewhere(world: World, client_as: ClientAs) -> None:
    account = world.accounts["knowledge_manager"]
    seat(account, world.neighbour_id, Role.ADVISOR)
    theirs = client_as("knowledge_manager")
    theirs.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.organisation.pk)})
    client_as("administrator").post(f"/verwaltung/konten/{account.pk}/beenden/")
    assert "Gemeinde Nebenau" in theirs.get("/verwaltung/organisation/").content.decode()


def test_roles_count_from_the_next_request_on(world: World, client_as: ClientAs) -> None:
    theirs, client = client_as("employee"), client_as("administrator")
    key = world.accounts["employee"].pk
    assert theirs.get("/verwaltung/protokoll/").status_code == 404
    client.post(f"/verwaltung/konten/{key}/rollen/", roles_form(roles=["privacy"]))
    assert theirs.get("/verwaltung/protokoll/").status_code == 200


def test_login_of_somebody_without_a_seat_leads_to_the_explanation(world: World) -> None:
    with world.inside():
        found = Membership.objects.get(account=world.accounts["advisor"])
        accounts.end_membership(membership=found, actor=world.system, now=NOW)
    client = StrictClient()
    data = {"login": "advisor@musterstadt.example", "password": "ein langes Kennwort 7"}
    assert client.post("/konto/anmelden/", data).url == "/verwaltung/organisation/waehlen/"
    assert settings.LOGIN_REDIRECT_URL == "portal:start_show"


def test_account_end_after_a_last_day(world: World, client_as: ClientAs) -> None:
    administrator, employee = client_as("administrator"), client_as("employee")
    key = world.accounts["employee"].pk
    last = timezone.localdate() + timedelta(days=9)
    answer = administrator.post(f"/verwaltung/konten/{key}/beenden/", {"last_day": last.isoformat()})
    assert answer.status_code == 302
    assert employee.get("/aufgaben/").status_code == 200
    with world.inside():
        assert Membership.objects.get(account_id=key).until == last
        Membership.objects.filter(account_id=key).update(
            since=date(2020, 1, 1), until=timezone.localdate() - timedelta(days=1)
        )
    assert employee.get("/aufgaben/").status_code == 404


def test_account_end_in_the_past_is_refused(world: World, client_as: ClientAs) -> None:
    key = world.accounts["employee"].pk
    answer = client_as("administrator").post(f"/verwaltung/konten/{key}/beenden/", {"last_day": "2020-01-01"})
    assert answer.status_code == 422
    assert "Der letzte Tag darf nicht vor heute liegen." in answer.content.decode()


def test_account_remind_sends_the_mail_again_until_somebody_signed_in(
    world: World, client_as: ClientAs, mailoutbox: list[EmailMessage]
) -> None:
    administrator = client_as("administrator")
    administrator.post("/verwaltung/konten/neu/", {"display_name": "Nele Neu", "email": "nele@x.example"})
    with world.inside():
        key = Membership.objects.get(account__email="nele@x.example").account_id
    page = administrator.get(f"/verwaltung/konten/{key}/").content.decode()
    assert "eingeladen, noch nicht angemeldet" in page
    assert administrator.post(f"/verwaltung/konten/{key}/einladen/").status_code == 302
    with world.inside():
        assert OutboxEvent.objects.filter(name="identity.member.invited").count() == 2
        Account.objects.filter(pk=key).update(last_login=timezone.now())
    answer = administrator.post(f"/verwaltung/konten/{key}/einladen/", follow=True)
    assert "war bereits angemeldet und braucht keine Einladung" in answer.content.decode()
    with world.inside():
        assert OutboxEvent.objects.filter(name="identity.member.invited").count() == 2


def test_invitation_link_works_once_and_not_after_its_time(
    world: World, now: datetime, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    with world.inside():
        made = accounts.invite_member(
            email="nele@x.example",
            display_name="Nele Neu",
            actor=world.system,
            now=now,
            site="http://testserver/",
        )
        invitations.send_invitation(account_id=made.account_id, site="http://testserver/")
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body).group(1)  # type: ignore[union-attr]
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "Dieser Link gilt nicht mehr" in StrictClient().get(link, follow=True).content.decode()
    settings.PASSWORD_RESET_TIMEOUT = 259_200
    client = StrictClient()
    form = client.get(link, follow=True)
    words = {"password1": "ein anderes Kennwort 8", "password2": "ein anderes Kennwort 8"}
    assert client.post(form.redirect_chain[-1][0], words).status_code == 302
    assert "Dieser Link gilt nicht mehr" in StrictClient().get(link, follow=True).content.decode()


def test_account_invite_takes_a_list_or_nothing_of_it(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    known = world.accounts["employee"].email
    faulty = f"Nele Kaya; nele@x.example\nkeine Adresse\nnele@x.example\n{known}"
    answer = client.post("/verwaltung/konten/einladen/", {"people": faulty})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Zeile 2: „keine Adresse“ enthält keine gültige E-Mail-Adresse." in page
    assert "Zeile 3: Die Adresse nele@x.example steht zweimal in der Liste." in page
    assert "Nele Kaya; nele@x.example" in page
    with world.inside():
        assert Membership.objects.filter(account__email="nele@x.example").count() == 0
    good = f"Nele Kaya; nele@x.example\nali.can@x.example\n{known}"
    answer = client.post("/verwaltung/konten/einladen/", {"people": good}, follow=True)
    page = answer.content.decode()
    assert "2 Personen haben Zugang." in page
    assert f"Hatten bereits Zugang: {known}" in page
    with world.inside():
        rows = Membership.objects.filter(account__email__endswith="@x.example").select_related("account")
        found = {
            row.account.email: (row.account.display_name, row.account.has_usable_password()) for row in rows
        }
    assert found == {"nele@x.example": ("Nele Kaya", False), "ali.can@x.example": ("Ali Can", False)}


def test_account_roles_leave_those_of_a_provider(world: World, client_as: ClientAs) -> None:
    account = world.accounts["advisor"]
    with world.inside():
        RoleGrant.objects.create(
            organisation_id=world.organisation.pk, account=account, role="executive", source="haus"
        )
    client = client_as("administrator")
    page = client.get(f"/verwaltung/konten/{account.pk}/rollen/").content.decode()
    assert "Rollen aus der Anmeldung" in page
    client.post(
        f"/verwaltung/konten/{account.pk}/rollen/",
        {"roles": ["personnel"], "unit-TOTAL_FORMS": "0", "unit-INITIAL_FORMS": "0"},
    )
    with world.inside():
        rows = RoleGrant.objects.filter(account=account).order_by("role")
        assert list(rows.values_list("role", "source")) == [("executive", "haus"), ("personnel", "")]
    assert "aus haus" in client.get(f"/verwaltung/konten/{account.pk}/").content.decode()


def edit(client: StrictClient, account: Account, **changes: str) -> object:
    form = {
        "display_name": account.display_name,
        "email": account.email,
        "seen_name": account.display_name,
        "seen_email": account.email,
    }
    return client.post(f"/verwaltung/konten/{account.pk}/bearbeiten/", form | changes)


def test_account_edit_shows_and_saves_name_and_address(world: World, client_as: ClientAs) -> None:
    account, client = world.accounts["advisor"], client_as("administrator")
    shown = BeautifulSoup(client.get(f"/verwaltung/konten/{account.pk}/bearbeiten/").content, "html.parser")
    values = {field["name"]: field.get("value") for field in shown.select("main input[name]")}
    assert (values["display_name"], values["seen_email"]) == (account.display_name, account.email)
    answer = edit(client, account, display_name="Änne Öz", email="oez@musterstadt.example")
    assert answer.url == f"/verwaltung/konten/{account.pk}/"
    page = client.get(answer.url).content.decode()
    assert "Name und Adresse von Änne Öz wurden gespeichert." in page
    assert "oez@musterstadt.example" in page


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"display_name": ""}, 422, "Bitte füllen Sie „Name“ aus."),
        ({"email": "keine Adresse"}, 422, "Das ist keine gültige E-Mail-Adresse."),
        ({"email": "employee@musterstadt.example"}, 422, "Diese Adresse kann nicht verwendet werden"),
        ({"seen_name": "Anders"}, 409, "Jemand anderes hat diesen Eintrag inzwischen geändert."),
    ],
)
def test_account_edit_keeps_what_was_typed(
    world: World, client_as: ClientAs, changes: dict[str, str], status: int, sentence: str
) -> None:
    account, client = world.accounts["advisor"], client_as("administrator")
    answer = edit(client, account, **({"display_name": "Getippt"} | changes))
    assert answer.status_code == status
    page = BeautifulSoup(answer.content, "html.parser")
    assert sentence in page.get_text()
    typed = {"display_name": "Getippt", "email": account.email} | changes
    assert page.select_one("#id_display_name").get("value", "") == typed["display_name"]
    assert page.select_one("#id_seen_name")["value"] == account.display_name
    with world.inside():
        assert Account.objects.get(pk=account.pk).display_name == account.display_name


def test_account_edit_after_a_warning_saves(world: World, client_as: ClientAs) -> None:
    account, client = world.accounts["advisor"], client_as("administrator")
    warned = edit(client, account, seen_name="Anders", display_name="Getippt")
    page = BeautifulSoup(warned.content, "html.parser")
    again = {field["name"]: field.get("value", "") for field in page.select("main form input[name]")}
    assert client.post(f"/verwaltung/konten/{account.pk}/bearbeiten/", again).status_code == 302
    with world.inside():
        assert Account.objects.get(pk=account.pk).display_name == "Getippt"

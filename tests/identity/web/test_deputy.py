"""Deputies for roles: naming, seeing, ending, and what the protocol says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from staffelstab.core.models import AuditEntry
from staffelstab.identity.models import RoleDeputy, RoleGrant
from tests.identity.counting import queries_of
from tests.world import World

LIST = "/verwaltung/vertretungen/"


def today() -> date:
    """The day of the requests."""
    return timezone.localdate()


def grant_of(world: World, role: str) -> RoleGrant:
    """The grant of the account with the role."""
    with world.inside():
        return RoleGrant.objects.select_related("account").get(account=world.accounts[role])


def name(client: Any, world: World, role: str, **changes: object) -> Any:
    """Fill in the form for the role of an account; the advisor becomes the deputy."""
    account = world.accounts[role]
    values = {
        "grant": str(grant_of(world, role).pk),
        "colleague": world.accounts["advisor"].email,
        "since": today().isoformat(),
        "until": (today() + timedelta(days=14)).isoformat(),
        **changes,
    }
    return client.post(f"{LIST}neu/{account.pk}/", values)


def test_deputy_create_gives_the_role_from_the_next_request_on(world: World, client_as: Any) -> None:
    holder, advisor = client_as("knowledge_manager"), client_as("advisor")
    assert advisor.get("/aufgaben/neu/").status_code == 404
    label = f"{world.accounts['advisor'].display_name} ({world.accounts['advisor'].email})"
    answer = name(holder, world, "knowledge_manager", colleague=label)
    assert (answer.status_code, answer.url) == (302, LIST)
    assert advisor.get("/aufgaben/neu/").status_code == 200
    mine, theirs = holder.get(LIST).content.decode(), advisor.get(LIST).content.decode()
    assert world.accounts["advisor"].display_name in mine
    assert world.accounts["knowledge_manager"].display_name in theirs


def test_deputy_create_of_the_own_role_is_only_for_own_roles(world: World, client_as: Any) -> None:
    assert name(client_as("knowledge_manager"), world, "personnel").status_code == 404
    assert name(client_as("employee"), world, "employee").status_code == 404
    assert name(client_as("privacy"), world, "privacy").status_code == 404


def test_deputy_create_by_the_administration(world: World, client_as: Any) -> None:
    administrator = client_as("administrator")
    assert name(administrator, world, "personnel").status_code == 302
    assert name(administrator, world, "administrator").status_code == 302
    assert name(administrator, world, "privacy").status_code == 404
    page = administrator.get(LIST).content.decode()
    assert "Alle weiteren" in page


def test_deputy_cannot_name_a_deputy(world: World, client_as: Any) -> None:
    name(client_as("administrator"), world, "administrator")
    advisor = client_as("advisor")
    assert advisor.get("/verwaltung/konten/").status_code == 200
    assert name(advisor, world, "knowledge_manager").status_code == 404
    assert name(advisor, world, "administrator").status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"colleague": "niemand@musterstadt.example"}, "Bitte wählen Sie eine Kollegin"),
        ({"colleague": "fernwald.advisor@fernwald.example"}, "Bitte wählen Sie eine Kollegin"),
        ({"until": "2020-01-01"}, "höchstens ein Jahr"),
        ({"until": "2999-01-01"}, "höchstens ein Jahr"),
        ({"until": "morgen"}, "Datum"),
        ({"grant": "0"}, "Auswahl"),
    ],
)
def test_deputy_create_says_what_is_wrong(
    world: World, client_as: Any, changes: dict[str, str], sentence: str
) -> None:
    answer = name(client_as("knowledge_manager"), world, "knowledge_manager", **changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with world.inside():
        assert RoleDeputy.objects.count() == 0


def test_deputy_create_once_per_time(world: World, client_as: Any) -> None:
    holder = client_as("knowledge_manager")
    name(holder, world, "knowledge_manager")
    answer = name(holder, world, "knowledge_manager")
    assert answer.status_code == 422
    assert "vertritt diese Rolle in einem Teil dieser Zeit bereits" in answer.content.decode()


def test_deputy_create_shows_the_form(world: World, client_as: Any) -> None:
    own = client_as("knowledge_manager").get(f"{LIST}neu/{world.accounts['knowledge_manager'].pk}/")
    assert f'value="{today().isoformat()}"' in own.content.decode()
    other = client_as("administrator").get(f"{LIST}neu/{world.accounts['knowledge_manager'].pk}/")
    assert f"Vertretung für {world.accounts['knowledge_manager']} benennen" in other.content.decode()


@pytest.mark.parametrize("who", ["knowledge_manager", "advisor", "administrator"])
def test_deputy_withdraw_ends_the_role_at_once(world: World, client_as: Any, who: str) -> None:
    name(client_as("knowledge_manager"), world, "knowledge_manager")
    with world.inside():
        made = RoleDeputy.objects.get()
    advisor = client_as("advisor")
    assert advisor.get("/aufgaben/neu/").status_code == 200
    assert client_as("employee").post(f"{LIST}{made.pk}/beenden/").status_code == 404
    assert client_as(who).post(f"{LIST}{made.pk}/beenden/").url == LIST
    assert advisor.get("/aufgaben/neu/").status_code == 404


def test_deputies_of_other_organisations_do_not_exist(world: World, client_as: Any) -> None:
    name(client_as("knowledge_manager"), world, "knowledge_manager")
    with world.inside():
        made = RoleDeputy.objects.get()
    stranger = client_as("stranger.administrator")
    assert stranger.post(f"{LIST}{made.pk}/beenden/").status_code == 404
    assert name(stranger, world, "knowledge_manager").status_code == 404
    assert str(world.accounts["advisor"]) not in stranger.get(LIST).content.decode()


def test_protocol_names_both(world: World, client_as: Any) -> None:
    name(client_as("knowledge_manager"), world, "knowledge_manager")
    answer = client_as("advisor").post(
        "/aufgaben/einheiten/neu/", {"code": "77", "name": "Sozialamt", "parent": ""}
    )
    assert answer.status_code == 302
    with world.inside():
        entry = AuditEntry.objects.get(action="workforce.unit.created")
    holder = world.accounts["knowledge_manager"].display_name
    assert (entry.account_id, entry.deputy_for) == (world.accounts["advisor"].pk, holder)
    page = client_as("administrator").get("/verwaltung/protokoll/").content.decode()
    assert f"{world.accounts['advisor'].display_name}, in Vertretung für {holder}" in page
    masked = client_as("privacy").get("/verwaltung/protokoll/").content.decode()
    assert holder not in masked


def test_protocol_says_nothing_of_a_deputy_where_the_own_role_was_enough(
    world: World, client_as: Any
) -> None:
    deputy = world.accounts["knowledge_manager"].email
    name(client_as("administrator"), world, "executive", colleague=deputy)
    client_as("knowledge_manager").post(
        "/aufgaben/einheiten/neu/", {"code": "77", "name": "Sozialamt", "parent": ""}
    )
    with world.inside():
        assert AuditEntry.objects.get(action="workforce.unit.created").deputy_for == ""


def test_deputy_pick_finds_colleagues_by_name_and_address(world: World, client_as: Any) -> None:
    client = client_as("knowledge_manager")
    email = world.accounts["advisor"].email
    assert email in client.get(f"{LIST}auswahl/?q=advisor@").content.decode()
    assert email in client.get(f"{LIST}auswahl/?colleague=beratung").content.decode()
    own = world.accounts["knowledge_manager"].email
    assert own not in client.get(f"{LIST}auswahl/?q=musterstadt").content.decode()
    assert client_as("employee").get(f"{LIST}auswahl/?q=a").status_code == 404


def test_deputy_list_costs_the_same_for_one_and_three_rows(world: World, client_as: Any) -> None:
    client = client_as("administrator")
    name(client, world, "knowledge_manager")
    one = queries_of(client, LIST)
    name(client, world, "personnel")
    name(client, world, "executive")
    assert queries_of(client, LIST) == one

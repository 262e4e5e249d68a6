"""The screens of retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from staffelstab.core.models import Look, RetentionPeriod
from tests.guards import rows
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import NOW, World

ClientAs = Callable[[str], StrictClient]
LIST = "/verwaltung/aufbewahrung/"
RUN = "/verwaltung/aufbewahrung/loeschen/"
EDIT = "/verwaltung/aufbewahrung/core.look/"


def look(*, days: int) -> None:
    Look.objects.create(
        organisation_id=rows.current_organisation(),
        at=NOW - timedelta(days=days),
        account_id=rows.new_id(),
        actor_name="Kim",
        subject_id=rows.new_id(),
        what="workforce.person",
    )


def test_retention_list_says_what_goes_when(world: World, client_as: ClientAs) -> None:
    with world.inside():
        look(days=1900)
        look(days=1901)
    page = client_as("administrator").get(LIST).content.decode()
    assert "2 Einträge sind zur Löschung fällig; sie werden in der kommenden Nacht gelöscht." in page
    assert "Jetzt löschen, was fällig ist" in page
    reader = client_as("privacy").get(LIST).content.decode()
    assert "Blicke auf personenbezogene Daten" in reader
    assert "Jetzt löschen, was fällig ist" not in reader
    assert f'href="{EDIT}"' not in reader


def test_periods_of_whole_years_are_said_in_years(world: World, client_as: ClientAs) -> None:
    with world.inside():
        for rule, days in (("core.look", 3 * 365), ("core.audit", 400)):
            RetentionPeriod.objects.update_or_create(
                organisation_id=world.organisation.pk,
                rule=rule,
                defaults={"days": days, "reason": "x", "changed_at": NOW},
            )
        look(days=3 * 365 - 10)
    page = client_as("administrator").get(LIST).content.decode()
    assert ">3 Jahre<" in page
    assert ">400 Tage<" in page
    assert "1 weiterer Eintrag folgt innerhalb von 90 Tagen." in page


def test_retention_list_asks_the_same_number_of_statements_for_any_number_of_rows(
    world: World, client_as: ClientAs
) -> None:
    client = client_as("administrator")
    client.get(LIST)
    first = queries_of(client, LIST)
    with world.inside():
        for days in (1, 400, 800):
            look(days=days)
    assert queries_of(client, LIST) == first


def test_retention_edit_saves_or_keeps_what_was_typed(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert 'value="365"' in client.get(EDIT).content.decode()
    refused = client.post(EDIT, {"days": "10", "reason": "Dienstvereinbarung"})
    assert refused.status_code == 422
    assert 'value="10"' in refused.content.decode()
    assert client.post(EDIT, {"days": "200", "reason": "Dienstvereinbarung"}).url == LIST
    assert "eigene Frist: Dienstvereinbarung" in client.get(LIST).content.decode()
    with world.inside():
        assert RetentionPeriod.objects.get().days == 200
    assert client.get("/verwaltung/aufbewahrung/x.y/").status_code == 404


def test_retention_run_asks_first(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert "Heute ist nichts zur Löschung fällig." in client.get(RUN).content.decode()
    with world.inside():
        look(days=1900)
    assert "Blicke auf personenbezogene Daten: 1" in client.get(RUN).content.decode()
    with world.inside():
        assert Look.objects.count() == 1
    assert client.post(RUN).url == LIST
    page = client.get(LIST).content.decode()
    assert "1 Eintrag wurde gelöscht." in page
    assert "Blicke auf personenbezogene Daten: 1" in page

"""Kept pages cannot be stale: every table moves its counter, and every page depends on all it reads."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.tenancy import policies
from staffelstab.core.tenancy.policies import Table
from staffelstab.core.ui import kept as keeping
from staffelstab.foresight.models import RiskSettings
from staffelstab.workforce.models import Task
from tests.factories.foresight import MeasureFactory, small_house
from tests.factories.vocabulary import ServiceFactory
from tests.guards import kept, rls
from tests.strict_client import StrictClient
from tests.world import World

PAGES = {
    "staffelstab.foresight.web.views.forecast.forecast_board": "/ausblick/altersstruktur/?fluktuation=on",
    "staffelstab.foresight.web.views.risk.risk_board": "/ausblick/wissensrisiko/?aufgabe={task}",
    "staffelstab.portal.web.views.start.start_show": "/",
    "staffelstab.workforce.web.views.person.person_list": "/aufgaben/personen/?q=e",
    "staffelstab.workforce.web.views.position.position_list": "/aufgaben/stellen/?stand=filled",
    "staffelstab.workforce.web.views.task.register.task_list": "/aufgaben/?q=wohngeld&leistung=99107023017000",
    "staffelstab.workforce.web.views.task.single.task_detail": "/aufgaben/{task}/",
    "staffelstab.workforce.web.views.unit.unit_detail": "/aufgaben/einheiten/{unit}/",
    "staffelstab.workforce.web.views.unit.unit_list": "/aufgaben/einheiten/",
}
"""Every kept page with an address that shows all its parts."""

MAIN = {
    "staffelstab.foresight.web.views.forecast.forecast_board": "workforce_holding",
    "staffelstab.workforce.web.views.person.person_list": "workforce_person",
    "staffelstab.workforce.web.views.position.position_list": "workforce_position",
    "staffelstab.workforce.web.views.unit.unit_list": "workforce_unit",
}
"""The table a page is about, where it is not that of the tasks."""


@pytest.fixture
def owner(
    postgres: ConnectionFacts, django_db_setup: None, worker_id: str
) -> Iterator[psycopg.Connection[object]]:
    with psycopg.connect(postgres.conninfo(database=f"test_{worker_id}", user=rls.OWNER)) as connected:
        yield connected
        connected.rollback()


def test_every_table_moves_its_counter(owner: kept.Connection) -> None:
    assert list(kept.trigger_findings(owner, policies.tables())) == []


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        ("DROP TRIGGER core_touch ON workforce_task", "workforce_task: {} moves no counter"),
        ("ALTER TABLE workforce_task DISABLE TRIGGER core_touch", "workforce_task: {} moves no counter"),
    ],
)
def test_guard_sees_a_table_whose_changes_nobody_counts(
    owner: kept.Connection, plant: str, finding: str
) -> None:
    owner.execute(plant)
    assert list(kept.trigger_findings(owner, policies.tables())) == [
        finding.format(event) for event in ("DELETE", "INSERT", "UPDATE")
    ]


def test_guard_sees_a_trigger_of_another_topic(owner: kept.Connection) -> None:
    planted = Table("workforce_task", policies.OrganisationOwned(), (), "portal")
    assert list(kept.trigger_findings(owner, [planted])) == [
        "workforce_task: moves workforce, belongs to portal"
    ]


def test_every_kept_page_is_known_here() -> None:
    assert sorted(keeping.kept_pages) == sorted(PAGES)


@pytest.mark.parametrize("view", PAGES)
def test_page_depends_on_every_table_it_reads(world: World, view: str) -> None:
    with world.inside():
        house = small_house()
        MeasureFactory(task=house.benefit)
        RiskSettings.objects.create(
            organisation_id=world.organisation.pk, turnover=0.02, lead_quarters=6, reason="x"
        )
        ServiceFactory(key="99107023017000")
        task = Task.objects.get(key="A-1")
    client = StrictClient()
    client.force_login(world.accounts["knowledge_manager"], backend=settings.AUTHENTICATION_BACKENDS[0])
    client.get("/")  # the session finds its organisation
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGES[view].format(task=task.pk, unit=task.unit_id)).status_code == 200
    read = kept.tables_of(each["sql"] for each in captured if "identity_seat(" not in each["sql"])
    topics = {table.name: table.topic for table in policies.tables()}
    assert MAIN.get(view, "workforce_task") in read
    assert list(kept.page_findings(read, keeping.kept_pages[view], topics)) == []


def test_guard_sees_a_table_the_page_does_not_depend_on() -> None:
    topics = {"workforce_task": "workforce", "foresight_measure": "foresight", "identity_account": "identity"}
    read = kept.tables_of(
        [
            'SELECT * FROM "workforce_task" JOIN foresight_measure ON true',
            "SELECT 1 FROM public.identity_account, LATERAL x",
        ]
    )
    assert list(kept.page_findings(read, frozenset({"workforce"}), topics)) == [
        "reads foresight_measure, does not depend on foresight",
        "reads identity_account, does not depend on identity",
    ]

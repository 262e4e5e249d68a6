"""Loading the demonstration: what is there afterwards, through the commands everybody uses."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys

import pytest

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.models import Measure
from staffelstab.identity.models import Membership, Organisation
from staffelstab.identity.selectors.actors import all_organisation_ids, organisation_id_by_slug
from staffelstab.portal.domain.demo import Demo, build_demo
from staffelstab.portal.services import demo as services
from staffelstab.vocabulary.models import Service
from staffelstab.workforce.models import Holding, Person, Task
from tests.world import NOW, World

TODAY = NOW.date()


@pytest.mark.slow  # a whole register goes through the import
def test_demo_fills_every_house(world: World) -> None:
    said: list[str] = []
    with world.inside():
        # An installation has one operator; here it is the demonstration's.
        Organisation.objects.update(is_operator=False)
    assert services.is_loaded() is False
    demo = services.load_demo(today=TODAY, now=NOW, say=said.append)
    assert services.is_loaded() is True
    assert len(said) == len(demo.organisations)
    for house in demo.organisations:
        organisation_id = organisation_id_by_slug(house.slug)
        assert organisation_id is not None
        seats = [
            persona.email
            for persona in demo.personas
            for seat in persona.memberships
            if seat.organisation == house.slug
        ]
        linked = [
            seat.personnel_number
            for persona in demo.personas
            for seat in persona.memberships
            if seat.organisation == house.slug and seat.personnel_number
        ]
        with activate(TenancyContext(organisation_id)):
            found = (
                Task.objects.count(),
                Task.objects.filter(topic="").count(),
                Holding.objects.exists(),
                sorted(Membership.objects.values_list("account__email", flat=True)),
                Person.objects.exclude(account_id=None).count(),
                Measure.objects.count(),
                Service.objects.filter(organisation_id=organisation_id).exists(),
            )
        assert found == (
            len(house.tasks),
            0,
            True,
            sorted(seats),
            len(linked),
            len([row for row in demo.measures if row.organisation == house.slug]),
            house.kind == "municipality",
        )


KILLED = """import os, signal
import django
django.setup()
from staffelstab.portal.services import demo
from tests.world import NOW
demo.load_demo(today=NOW.date(), now=NOW, say=lambda _step: os.kill(os.getpid(), signal.SIGKILL))"""


@pytest.mark.slow  # starts the program, on a database of its own
def test_killed_first_start_leaves_no_half_demo(committed_database: str) -> None:
    with World.load().inside():
        Organisation.objects.update(is_operator=False)
    before = organisation_count()
    environment = os.environ | {"DATABASE_URL": committed_database}
    done = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (services.is_loaded(), organisation_count()) == (False, before)


def organisation_count() -> int:
    return len(all_organisation_ids())


def test_register_the_import_refuses_is_an_error_of_the_demo(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = build_demo(today=TODAY)
    smallest = min(real.organisations, key=lambda house: len(house.tasks))
    odd = dataclasses.replace(smallest, tasks=[{**smallest.tasks[0], "Titel": ""}, *smallest.tasks[1:]])
    network = dataclasses.replace(real.network, operator=odd.slug, members=((odd.slug, 1),))
    planted = Demo(network=network, organisations=(odd,), personas=(), measures=())
    # The demonstration is built in one place; only a spoilt one shows what becomes of a defect.
    monkeypatch.setattr(services, "build_demo", lambda **_day: planted)
    with pytest.raises(services.DemoImportFailed):
        services.load_demo(today=TODAY, now=NOW, say=str)


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("Übergabe an die Nachfolge", "handover"),
        ("Zu zweit arbeiten", "deputy"),
        ("Ablauf als Steckbrief festhalten", "page"),
        ("Stelle ausschreiben", "hire"),
        ("Abwarten", "other"),
    ],
)
def test_kind_of_a_measure_follows_its_words(what: str, kind: str) -> None:
    assert services._kind(what) == kind  # noqa: SLF001 - one rule of many words

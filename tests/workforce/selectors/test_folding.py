"""Search in the register: by an index, within the house, as people type."""

from __future__ import annotations

import pytest
from django.db import connection

from staffelstab.core import searching
from staffelstab.workforce.models import Person, Task
from staffelstab.workforce.selectors import folding
from tests.factories.identity import member
from tests.factories.workforce import PersonFactory, PositionFactory, TaskFactory
from tests.world import World


def keys(text: str) -> list[str]:
    found = Task.objects.filter(folding.matching(Task, text))
    return sorted(found.values_list("key", flat=True))


@pytest.fixture
def register(world: World) -> World:
    with world.inside():
        TaskFactory(key="A-1", search="gebuhr fur 100% der falle a-1")
        TaskFactory(key="A-2", search="gebuhr fur 1000 der falle a-2")
        TaskFactory(key="A-3", search=r"pfad a\b und a_b a-3")
    with world.inside(organisation_id=world.stranger_id):
        TaskFactory(key="F-1", search="gebuhr der fremden f-1")
    return world


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gebühr", ["A-1", "A-2"]),
        ("gebuehr der", ["A-1", "A-2"]),
        ("100%", ["A-1", "A-2"]),
        ("fälle 1000", ["A-2"]),
        ("pfad", ["A-3"]),
        ("ge", ["A-1", "A-2"]),
        ("gebühr fremden", []),
        ("", ["A-1", "A-2", "A-3"]),
    ],
)
def test_matching_finds_what_contains_every_word(register: World, text: str, expected: list[str]) -> None:
    with register.inside():
        assert keys(text) == expected


@pytest.mark.parametrize("few", [0, 1, 2])
def test_matching_finds_the_same_when_there_are_many(
    register: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(searching, "STEP", 1)
    with register.inside():
        assert keys("gebühr") == ["A-1", "A-2"]


def test_matching_of_numbers(world: World) -> None:
    with world.inside():
        PersonFactory(personnel_number="P-4711", sort_key="kaya nur")
        PersonFactory(personnel_number="P-9", sort_key="p-47 strasse")

        def names(text: str, number: str) -> list[str]:
            rows = Person.objects.filter(folding.matching(Person, text, number=number))
            return sorted(rows.values_list("personnel_number", flat=True))

        assert names("p-47", "p-47") == ["P-4711", "P-9"]
        assert names("p-47", "") == ["P-9"]
        assert names("p", "p%") == ["P-9"]


@pytest.mark.parametrize("step", [1, 2000])
@pytest.mark.parametrize(
    "table", ["workforce_task", "workforce_position", "workforce_person", "identity_membership"]
)
def test_function_answers_for_the_active_organisation_alone(register: World, table: str, step: int) -> None:
    with register.inside():
        PersonFactory(sort_key="gebuhr anna")
        PositionFactory(sort_key="gebuhr eins")
        member("anna@x.example", "Anna Gebühr")
    with register.inside(organisation_id=register.stranger_id):
        PersonFactory(sort_key="gebuhr berta")
        PositionFactory(sort_key="gebuhr zwei")
        PositionFactory(sort_key="gebuhr drei")

    def found() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cardinality(keys), total FROM {table}_found(ARRAY['gebuhr'], ARRAY['gebuhr'], 'Gebühr', "
                f"NULL, NULL, false, 9, 9, {step})"
            )
            return list(cursor.fetchone())

    counts = []
    for house in (register.organisation.pk, register.stranger_id, register.neighbour_id):
        with register.inside(organisation_id=house):
            counts.append(found())
    own, strange = {
        "workforce_task": (2, 1),
        "workforce_position": (1, 2),
        "workforce_person": (1, 1),
        "identity_membership": (1, 0),
    }[table]
    assert counts == [[own, own], [strange, strange], [0, 0]]
    assert found() == [0, 0]


def test_function_takes_patterns_as_values(register: World) -> None:
    with register.inside():
        assert keys("' OR true --") == []
        assert keys("%') OR ('1' LIKE '1") == []

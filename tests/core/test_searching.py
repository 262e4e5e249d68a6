"""Search in lists: what a function of the database finds is what the plain question finds, in the list's order."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q, QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffelstab.core import searching
from staffelstab.core.searching import Search
from staffelstab.core.sorting import sort_key
from staffelstab.core.ui import paging
from staffelstab.core.ui.paging import Count, keyset_page
from staffelstab.identity.models import Membership
from staffelstab.identity.selectors.matching import member_search
from staffelstab.workforce.models import Person, Position, Task
from staffelstab.workforce.selectors import folding
from tests.factories.identity import member
from tests.factories.workforce import PersonFactory, PositionFactory, TaskFactory, UnitFactory
from tests.world import World

ORDER = ("sort_key", "pk")
SIZE = 3
TITLES = (
    *(
        "Wohngeld bescheiden",
        "Wohngeld prüfen",
        "Gebühr für 100% der Fälle",
        "Straße sperren",
        "Straße kehren",
    ),
    *(
        "Müll_abfuhr planen",
        r"Pfad a\b ordnen",
        "Übergänge melden",
        "Aue mähen",
        "Gebuehr erheben",
        "Wahl leiten",
    ),
)
PIECES = (
    "woh",
    "geld",
    "gebühr",
    "gebuehr",
    "str",
    "ße",
    "aue",
    "a",
    "ü",
    "en",
    "%",
    "_",
    "\\",
    "'",
    "der fälle",
    " ",
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
    st.text(alphabet="abehlnrstuü%_\\ -@.1", max_size=5),
)


@pytest.fixture(params=[(2, 4), (2, 1), (4, 3)])
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are many, and a step is short: else no test would leave the first step, which reads 2,000 rows."""
    monkeypatch.setattr(searching, "FEW", request.param[0])
    monkeypatch.setattr(searching, "STEP", request.param[1])


def fill(number: int) -> None:
    """Tasks, persons and accounts whose names repeat; every fifth task and person is not there any more."""
    unit = UnitFactory()
    for place in range(number):
        title = TITLES[place % len(TITLES)]
        gone = dt.date(2026, 1, 1) if place % 5 == 0 else None
        purpose = "Damit die Wahl gelingt" if place % 2 else ""
        TaskFactory(unit=unit, key=f"K-{place}", title=title, purpose=purpose, ended_on=gone)
        PersonFactory(personnel_number=f"{place}%_x", last_name=title, first_name="", ended_on=gone)
        PositionFactory(number=f"{place}%_x", title=title, unit=unit, ended_on=gone)


@pytest.fixture
def register(world: World) -> World:
    for organisation_id in (world.organisation.pk, world.stranger_id):
        with world.inside(organisation_id=organisation_id):
            fill(3 * len(TITLES))
    with world.inside():
        for place, title in enumerate(TITLES):
            member(f"woh_{place}.{'aue' * (place % 2)}@en-bau.example", title)
    return world


def walk(rows: QuerySet[Any], search: Search | None) -> tuple[list[UUID], list[UUID], list[Count]]:
    """Keys on all pages forwards, and backwards from the last, and the count each page shows."""
    pages = [keyset_page(rows, order=ORDER, query={}, size=SIZE, counted=True, search=search)]
    while pages[-1].next:
        query = {"after": pages[-1].next}
        pages.append(keyset_page(rows, order=ORDER, query=query, size=SIZE, counted=True, search=search))
    back = [pages[-1]]
    while back[-1].previous:
        query = {"before": back[-1].previous}
        back.append(keyset_page(rows, order=ORDER, query=query, size=SIZE, counted=True, search=search))
    forwards = [row.pk for page in pages for row in page.rows]
    backwards = [row.pk for page in reversed(back) for row in page.rows]
    return forwards, backwards, [page.count for page in pages]


def agree(rows: QuerySet[Any], search: Search | None, naive: Q) -> None:
    expected = list(rows.filter(naive).order_by(*ORDER).values_list("pk", flat=True))
    forwards, backwards, counts = walk(rows, search)
    assert forwards == expected
    assert backwards == expected
    for count in counts:
        assert count == Count(len(expected)) or (count.more and count.number < len(expected))
    assert sorted(rows.filter(search.condition() if search else Q()).values_list("pk", flat=True)) == sorted(
        expected
    )


EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@EXAMPLES
@given(text=TEXTS)
def test_tasks_are_those_of_the_plain_question_in_their_order(
    register: World, steps: None, text: str
) -> None:
    with register.inside():
        naive = searching.contains_words("search", text)
        for rows in (Task.objects.all(), Task.objects.filter(ended_on=None)):
            agree(rows, folding.search(Task, text), naive)


@EXAMPLES
@given(text=TEXTS)
def test_persons_are_found_by_name_or_number(register: World, steps: None, text: str) -> None:
    text = text.strip()
    words = searching.contains_words("sort_key", text)
    naive = words | Q(personnel_number__istartswith=text) if text else Q()
    with register.inside():
        agree(Person.objects.filter(ended_on=None), folding.search(Person, text, number=text), naive)


@EXAMPLES
@given(text=TEXTS)
def test_positions_are_found_by_title_or_number(register: World, steps: None, text: str) -> None:
    text = text.strip()
    words = searching.contains_words("sort_key", text)
    naive = words | Q(number__istartswith=text) if text else Q()
    with register.inside():
        agree(Position.objects.filter(ended_on=None), folding.search(Position, text, number=text), naive)


@EXAMPLES
@given(text=TEXTS.map(str.strip).filter(bool))
def test_accounts_are_found_by_name_or_address(register: World, steps: None, text: str) -> None:
    name = sort_key(text)
    naive = Q(account__email__icontains=text) | (Q(account__sort_key__contains=name) if name else Q())
    with register.inside():
        agree(Membership.objects.all(), member_search(text), naive)


def test_count_of_a_common_word_is_bounded_and_says_so(
    register: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", 4)
    monkeypatch.setattr(searching, "STEP", 5)

    def count(text: str, most: int) -> Count:
        monkeypatch.setattr(paging, "MOST_COUNTED", most)
        search = folding.search(Task, text)
        return keyset_page(
            Task.objects.all(), order=ORDER, query={}, size=1, counted=True, search=search
        ).count

    with register.inside():
        # 9 of 33 begin with w and stand at the end: known from the index to be more than four
        assert count("woh", 40) == Count(4, more=True)
        assert count("k", 40) == Count(33)
        assert count("k", 10) == Count(10, more=True)
        assert count("nirgends", 10) == Count(0)
        assert count("x", 10) == Count(0)


def test_count_within_is_a_round_number(register: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with register.inside():
        unit = UnitFactory()
        for number in range(200):
            TaskFactory(unit=unit, title=f"Rest {number}")

        def count(most: int) -> Count:
            monkeypatch.setattr(paging, "MOST_COUNTED", most)
            return Count.within(Task.objects.filter(title__startswith="Rest"), Q(), order=ORDER)

        assert [count(20), count(100), count(101), count(199), count(200)] == [
            Count(20, more=True),
            Count(100, more=True),
            Count(100, more=True),
            Count(100, more=True),
            Count(200),
        ]


def test_page_of_a_search_asks_four_statements_at_most(
    register: World, steps: None, django_assert_max_num_queries: Any
) -> None:
    search = folding.search(Task, "wohngeld")
    with register.inside():
        rows = Task.objects.all()
        with django_assert_max_num_queries(3):
            page = keyset_page(rows, order=ORDER, query={}, size=SIZE, counted=True, search=search)
        with django_assert_max_num_queries(4):
            keyset_page(rows, order=ORDER, query={"after": page.next}, size=SIZE, counted=True, search=search)


def test_cursor_of_another_order_shows_the_first_page(register: World, steps: None) -> None:
    search = folding.search(Task, "wohngeld")
    with register.inside():
        rows = Task.objects.all()
        first = keyset_page(rows, order=ORDER, query={}, size=SIZE, search=search)
        for cursor in (["K-1", "no key"], [3, "x"], [1.5, True]):
            made = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
            page = keyset_page(rows, order=ORDER, query={"after": made}, size=SIZE, search=search)
            assert [row.pk for row in page.rows] == [row.pk for row in first.rows]

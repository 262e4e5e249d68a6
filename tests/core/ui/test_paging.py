"""Keyset paging forwards and backwards over rows with equal sort values."""

from collections.abc import Iterator

import pytest
from django.db.models import QuerySet

from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.workforce.models import Unit
from tests.factories.workforce import UnitFactory
from tests.world import World

ORDER = ("-name", "code", "pk")


@pytest.fixture
def rows(world: World) -> Iterator[QuerySet[Unit]]:
    """Seven units in two groups of equal first sort value."""
    with world.inside():
        for name, codes in (("a", "xyz"), ("b", "vwxy")):
            for code in codes:
                UnitFactory(name=name, code=f"page-{code}{name}")
        yield Unit.objects.filter(code__startswith="page-")


def _names(page: Page[Unit]) -> str:
    return " ".join(f"{row.name}{row.code[5]}" for row in page.rows)


def test_keyset_page_walks_forwards_and_back(rows: QuerySet[Unit]) -> None:
    first = keyset_page(rows, order=ORDER, query={}, size=3)
    second = keyset_page(rows, order=ORDER, query={"after": first.next}, size=3)
    third = keyset_page(rows, order=ORDER, query={"after": second.next}, size=3)
    back = keyset_page(rows, order=ORDER, query={"before": third.previous}, size=3)
    start = keyset_page(rows, order=ORDER, query={"before": back.previous}, size=3)
    assert [_names(page) for page in (first, second, third, back, start)] == [
        "bv bw bx",
        "by ax ay",
        "az",
        "by ax ay",
        "bv bw bx",
    ]
    assert (first.previous, third.next, start.previous) == ("", "", "")
    assert start.next == first.next


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "e30",
        "WzFd",
        "WyJhIixudWxsLDFd",
        "WyJhIiwiYiIsIngiXQ",
        "WyJcdTAwMDAiLCJhIiwiYiJd",
        "\u00e4",
    ],
)
def test_keyset_page_starts_at_the_front_for_a_foreign_cursor(rows: QuerySet[Unit], cursor: str) -> None:
    assert _names(keyset_page(rows, order=ORDER, query={"after": cursor}, size=2)) == "bv bw"


def test_keyset_page_of_nothing_is_empty(rows: QuerySet[Unit]) -> None:
    page = keyset_page(rows.none(), order=ORDER, query={"before": "x"})
    assert page == Page(rows=(), next="", previous="")


def test_keyset_page_costs_one_query(rows: QuerySet[Unit], django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        keyset_page(rows, order=ORDER, query={}, size=2)

"""The counter moves once per change, also when many change at once, and no reader sees it before the change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from staffelstab.core import revisions
from tests.world import World


def test_counter_begins_at_nothing_and_moves_by_one(world: World) -> None:
    own = world.organisation.pk
    with world.inside():
        assert revisions.value(own, "topic") == 0
        assert [revisions.bump(own, "topic") for _time in range(3)] == [1, 2, 3]
        assert (revisions.value(own, "topic"), revisions.value(own, "other")) == (3, 0)


def test_counters_of_organisations_are_apart(world: World) -> None:
    with world.inside():
        revisions.bump(world.organisation.pk, "topic")
    with world.inside(organisation_id=world.stranger_id):
        assert revisions.value(world.stranger_id, "topic") == 0
        assert revisions.bump(world.stranger_id, "topic") == 1


def test_bumps_at_once_are_all_counted(committed_database: str) -> None:
    world = World.load()

    def bump(_number: int) -> int:
        try:
            with world.inside():
                return revisions.bump(world.organisation.pk, "topic")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(bump, range(20)))
    assert sorted(found) == list(range(1, 21))
    with world.inside():
        assert revisions.value(world.organisation.pk, "topic") == 20


def test_reader_sees_the_counter_only_after_the_commit(committed_database: str) -> None:
    world = World.load()

    def read(_number: int) -> int:
        try:
            with world.inside():
                return revisions.value(world.organisation.pk, "topic")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with world.inside():
            revisions.bump(world.organisation.pk, "topic")
            before = next(pool.map(read, [0]))
        after = next(pool.map(read, [0]))
    assert (before, after) == (0, 1)

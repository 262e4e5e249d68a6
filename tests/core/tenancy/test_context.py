"""The context decides what a transaction sees; nesting restores it; without one nothing is visible."""

from __future__ import annotations

import pytest
from django.db import connection

from staffelstab.core.errors import TenantMissing
from staffelstab.core.tenancy.context import TenancyContext, activate, current
from staffelstab.identity.models import Membership
from tests.world import World


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('staffelstab.organisation', true)")
        return str(cursor.fetchone()[0] or "")


def test_query_without_context_raises(db: None) -> None:
    with pytest.raises(TenantMissing):
        Membership.objects.count()


def test_raw_sql_without_context_sees_no_rows(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_membership")
        assert cursor.fetchone()[0] == 0


def test_activate_shows_only_the_own_house(world: World) -> None:
    with world.inside():
        assert set(Membership.visible.values_list("organisation_id", flat=True)) == {world.organisation.pk}


def test_nested_context_is_restored(world: World) -> None:
    with world.inside():
        with world.inside(organisation_id=world.stranger_id):
            assert setting() == str(world.stranger_id)
        assert setting() == str(world.organisation.pk)
    assert setting() == ""


def test_context_is_restored_after_an_error(world: World) -> None:
    with world.inside():
        with pytest.raises(ZeroDivisionError), world.inside(organisation_id=world.stranger_id):
            1 / 0  # noqa: B018
        assert setting() == str(world.organisation.pk)


def test_current_is_none_outside(db: None) -> None:
    assert current() is None
    with activate(TenancyContext()) as active:
        assert current() is active
    assert current() is None

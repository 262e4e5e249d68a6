"""For every tenant model: a row of another organisation cannot be seen, changed, removed or added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from staffelstab.core.errors import TenantMissing
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.core.tenancy.models import TenantModel
from staffelstab.identity.models import Account, Network, NetworkMembership, Organisation
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.models import Service
from tests.guards import rls, rows
from tests.world import World

REFUSALS: dict[type[BaseException | None], str] = {
    psycopg.errors.InsufficientPrivilege: "refused",
    psycopg.errors.ForeignKeyViolation: "no such key",
}
MODELS = [model._meta.label for model in rls.tenant_models()]
REFERENCES = [f"{model._meta.label}.{column}" for model, column, _target in rls.references()]


def refused(act: Callable[[], object]) -> str:
    """What became of a forbidden act: the kind of refusal, or how many rows it met."""
    try:
        with transaction.atomic():
            met = act()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return f"{met} rows"
    except (ProgrammingError, IntegrityError) as error:
        return REFUSALS[type(error.__cause__)]


def sql(statement: str, *parameters: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


def count(table: str, key: object = None) -> int:
    condition = "" if key is None else " WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"{condition}', [] if key is None else [key])
        return int(cursor.fetchone()[0])


def model_of(label: str) -> type[TenantModel]:
    return apps.get_model(label)


def made(label: str, world: World, organisation_id: UUID | None = None) -> Any:
    with world.inside(organisation_id=organisation_id):
        return rows.ROWS[label]()


def test_every_tenant_model_has_a_row() -> None:
    assert rows.findings(MODELS) == []


@pytest.mark.parametrize("label", MODELS)
def test_row_of_a_stranger_is_invisible(world: World, label: str) -> None:
    row, model = made(label, world, world.stranger_id), model_of(label)
    with world.inside():
        assert model.objects.filter(pk=row.pk).count() == 0
        assert model.visible.filter(pk=row.pk).count() == 0
        assert model._base_manager.filter(pk=row.pk).count() == 0
        assert count(model._meta.db_table, row.pk) == 0
    with world.inside(organisation_id=world.stranger_id):
        assert model.objects.filter(pk=row.pk).count() == 1
        assert count(model._meta.db_table, row.pk) == 1


@pytest.mark.parametrize("label", MODELS)
def test_row_of_a_stranger_cannot_be_changed(world: World, label: str) -> None:
    row, model = made(label, world, world.stranger_id), model_of(label)
    # Append-only tables refuse any change, also of own rows.
    expected = "0 rows" if "UPDATE" in model.protection.grants else "refused"
    own, table = world.organisation.pk, model._meta.db_table
    with world.inside():
        for manager in (model.objects, model.visible, model._base_manager):
            assert refused(lambda m=manager: m.filter(pk=row.pk).update(organisation_id=own)) == expected
        assert (
            refused(lambda: sql(f'UPDATE "{table}" SET organisation_id = %s WHERE id = %s', own, row.pk))
            == expected
        )
        assert refused(
            lambda: sql(f'UPDATE "{table}" SET organisation_id = organisation_id WHERE id = %s', row.pk)
        ) == (expected)


@pytest.mark.parametrize("label", MODELS)
def test_row_of_a_stranger_cannot_be_removed(world: World, label: str) -> None:
    row, model = made(label, world, world.stranger_id), model_of(label)
    expected = "0 rows" if "DELETE" in model.protection.grants else "refused"
    with world.inside():
        for manager in (model.objects, model.visible, model._base_manager):
            chosen = manager.filter(pk=row.pk)
            assert refused(lambda c=chosen: c._raw_delete(c.db)) == expected
        assert refused(lambda: sql(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', row.pk)) == expected
    with world.inside(organisation_id=world.stranger_id):
        assert count(model._meta.db_table, row.pk) == 1


@pytest.mark.parametrize("label", MODELS)
def test_row_cannot_be_added_for_a_stranger(world: World, label: str) -> None:
    row, model = made(label, world, world.stranger_id), model_of(label)
    row.pk = new_id()
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    signs = ", ".join("%s" for _field in model._meta.concrete_fields)
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in model._meta.concrete_fields
    ]
    with world.inside():
        assert refused(lambda: row.save(force_insert=True)) == "refused"
        assert refused(lambda: model.objects.bulk_create([row])) == "refused"
        statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({signs})'
        assert refused(lambda: sql(statement, *values)) == "refused"


@pytest.mark.parametrize("label", MODELS)
def test_own_row_cannot_be_given_to_a_stranger(world: World, label: str) -> None:
    row, model = made(label, world), model_of(label)
    with world.inside():
        chosen = model._base_manager.filter(pk=row.pk)
        assert refused(lambda: chosen.update(organisation_id=world.stranger_id)) == "refused"


@pytest.mark.parametrize("label", MODELS)
def test_nothing_is_visible_without_a_context(world: World, label: str) -> None:
    made(label, world, world.stranger_id)
    model = model_of(label)
    with pytest.raises(TenantMissing):
        model.objects.count()
    with pytest.raises(TenantMissing):
        model.visible.count()
    assert count(model._meta.db_table) == 0
    with activate(TenancyContext()):
        with pytest.raises(TenantMissing):
            model.objects.count()
        assert model.visible.count() == 0
        assert count(model._meta.db_table) == 0


@pytest.mark.parametrize("name", REFERENCES)
def test_reference_to_a_strangers_row_is_refused(world: World, name: str) -> None:
    label, column = name.rsplit(".", 1)
    model = model_of(label)
    [target] = [f.related_model for f in model._meta.concrete_fields if f.column == column]
    foreign, row = made(target._meta.label, world, world.stranger_id), made(label, world)
    with world.inside():
        chosen = model.objects.filter(pk=row.pk)
        assert refused(lambda: chosen.update(**{column: foreign.pk})) == "no such key"


def test_role_bound_to_a_strangers_unit_is_refused(world: World) -> None:
    foreign, row = made("workforce.Unit", world, world.stranger_id), made("identity.RoleGrant", world)
    with world.inside():
        chosen = type(row).objects.filter(pk=row.pk)
        assert refused(lambda: chosen.update(unit_id=foreign.pk)) == "no such key"


def network_id(world: World) -> UUID:
    with world.inside():
        return NetworkMembership.objects.values_list("network_id", flat=True).get()


@pytest.mark.parametrize(
    ("visibility", "peer", "stranger"),
    [
        (Visibility.UNIT, 0, 0),
        (Visibility.HOUSE, 0, 0),
        (Visibility.NETWORK, 1, 0),
        (Visibility.PUBLIC, 1, 1),
    ],
)
def test_shared_row_is_read_by_peers_and_written_by_its_owner(
    world: World, visibility: str, peer: int, stranger: int
) -> None:
    with world.inside():
        row = rows.service(visibility)
    chosen = Service.visible.filter
    peers = TenancyContext(world.neighbour_id, None, (network_id(world),))
    for context, seen in ((peers, peer), (TenancyContext(world.stranger_id), stranger)):
        with activate(context):
            assert chosen(pk=row.pk).count() == seen
            assert Service.objects.filter(pk=row.pk).count() == 0
            assert refused(lambda: chosen(pk=row.pk).update(name="taken")) == "0 rows"
            assert refused(lambda: chosen(pk=row.pk)._raw_delete("default")) == "0 rows"


def test_networks_of_others_cannot_be_joined_by_naming_them(world: World) -> None:
    network = network_id(world)
    with world.inside(organisation_id=world.stranger_id):
        assert Network.objects.filter(pk=network).count() == 0
        row = NetworkMembership(network_id=network, organisation_id=world.stranger_id, since=rows.TODAY)
        assert refused(lambda: row.save(force_insert=True)) == "refused"


@pytest.mark.parametrize(
    ("model", "key"),
    [(Account, "account"), (Organisation, "organisation")],
    ids=["account", "organisation"],
)
def test_accounts_and_houses_of_strangers_are_invisible(
    world: World, model: type[models.Model], key: str
) -> None:
    stranger = world.accounts["stranger.administrator"]
    wanted = {"account": stranger.pk, "organisation": world.stranger_id}[key]
    own = world.accounts["administrator"].pk
    with activate(TenancyContext(world.organisation.pk, own)):
        chosen = model._base_manager.filter(pk=wanted)
        assert chosen.count() == 0
        assert refused(lambda: chosen.update(id=wanted)) == "0 rows"
    assert refused(lambda: sql(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', wanted)) == "refused"


def test_addresses_and_sessions_of_strangers_are_invisible(world: World) -> None:
    stranger, own = world.accounts["stranger.administrator"], world.accounts["administrator"]
    sessions = apps.get_model("usersessions.UserSession")
    addresses = apps.get_model("account.EmailAddress")
    with activate(TenancyContext(world.stranger_id, stranger.pk)):
        sessions.objects.create(user=stranger, session_key="geheim", ip="127.0.0.1", user_agent="guard")
        assert (sessions.objects.count(), addresses.objects.filter(user=stranger).count()) == (1, 1)
    with activate(TenancyContext(world.organisation.pk, own.pk)):
        assert (sessions.objects.count(), addresses.objects.filter(user=stranger).count()) == (0, 0)
        assert (
            refused(lambda: sessions.objects.filter(session_key="geheim").update(ip="127.0.0.2")) == "0 rows"
        )
        assert refused(lambda: addresses.objects.filter(user=stranger)._raw_delete("default")) == "0 rows"
        row = sessions(user=stranger, session_key="neu", ip="127.0.0.1", user_agent="guard")
        assert refused(lambda: row.save(force_insert=True)) == "refused"

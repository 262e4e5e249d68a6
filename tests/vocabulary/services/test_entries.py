"""What the house adds to a service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import NotFound, PermissionRefused, Stale
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.services import entries
from staffelstab.vocabulary.services.catalogue import VisibilityNotPossible
from tests.factories.vocabulary import ServiceFactory
from tests.world import World


def edit(world: World, service: Service, now: datetime, **options: Any) -> Service:
    arguments = {
        "seen": entries.edition(service),
        "topic": "law",
        "visibility": Visibility.NETWORK,
        "own_terms": ["Perso", " perso ", "Plastikkarte"],
        "actor": world.actor(),
    }
    return entries.edit_service(service=service, now=now, **(arguments | options))


def test_edit_changes_what_the_house_adds(world: World, now: datetime) -> None:
    with world.inside():
        service = ServiceFactory(name="Personalausweis", key="99008001000000")
        edit(world, service, now)
        row = Service.objects.get(pk=service.pk)
        assert (row.topic, row.visibility, row.own_terms) == ("law", "network", ["Perso", "Plastikkarte"])
        assert row.search == " personalausweis | perso | plastikkarte | 99008001000000"
        (entry,) = audit.history(row)
        assert entry.changes == {
            "topic": ["", "law"],
            "visibility": ["house", "network"],
            "own_terms": [[], ["Perso", "Plastikkarte"]],
        }


def test_same_edit_again_changes_nothing(world: World, now: datetime) -> None:
    with world.inside():
        service = ServiceFactory()
        seen = entries.edition(service)
        edit(world, service, now)
        edit(world, service, now, seen=seen)
        assert audit.history(service).count() == 1


def test_edit_of_an_old_page_is_refused(world: World, now: datetime) -> None:
    with world.inside():
        service = ServiceFactory()
        seen = entries.edition(service)
        edit(world, service, now)
        with pytest.raises(Stale):
            edit(world, service, now, seen=seen, topic="")


def test_edit_refuses_what_is_not_possible(world: World, now: datetime) -> None:
    with world.inside():
        service = ServiceFactory()
        with pytest.raises(VisibilityNotPossible):
            edit(world, service, now, visibility=Visibility.UNIT)
        with pytest.raises(entries.TermsNotPossible):
            edit(world, service, now, own_terms=["x" * 201])
        with pytest.raises(entries.TermsNotPossible):
            edit(world, service, now, own_terms=[f"Wort {number}" for number in range(101)])


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR}]
)
def test_edit_needs_the_permission(world: World, now: datetime, role: Role) -> None:
    with world.inside():
        service = ServiceFactory()
        with pytest.raises(PermissionRefused):
            edit(world, service, now, actor=world.actor(role))


def test_only_the_owner_edits(world: World, now: datetime) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        service = ServiceFactory(visibility=Visibility.PUBLIC)
    with world.inside(), pytest.raises(PermissionRefused):
        edit(world, service, now)
    with world.inside():
        service.organisation_id = world.organisation.pk
        with pytest.raises(NotFound):
            edit(world, service, now)
        assert Service.visible.filter(pk=service.pk).update(name="Fremd") == 0

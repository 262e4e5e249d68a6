"""Refusals carry a sentence; violated constraints become the refusal that names them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from staffelstab.core.errors import DomainError, NotFound, Stale, on_violation
from staffelstab.workforce.models import Unit
from tests.guards import rows
from tests.world import World


class Taken(DomainError):
    """A refusal of the tests."""

    code = "core.taken"
    template = "%(code)s is taken."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(DomainError(), 422, "core.refused"), (NotFound(), 404, "core.not_found"), (Stale(), 409, "core.stale")],
)
def test_refusals_have_status_and_code(error: DomainError, status: int, code: str) -> None:
    assert (error.status, error.code, str(error)) == (status, code, code)


def test_sentence_is_in_the_language_of_the_moment() -> None:
    error = NotFound()
    with translation.override("en"):
        english = error.message
    with translation.override("de"):
        german = error.message
    assert (english, german) == (
        "This page or entry does not exist, or it is not meant for you.",
        "Diese Seite oder dieser Eintrag besteht nicht oder ist nicht für Sie bestimmt.",
    )


def clash(constraint: str) -> None:
    first, second = rows.unit(), rows.unit()
    with on_violation({constraint: Taken(code=first.code)}), transaction.atomic():
        Unit.objects.filter(pk=second.pk).update(code=first.code)


def test_named_constraint_becomes_its_refusal(world: World) -> None:
    with world.inside(), pytest.raises(Taken, match=r"core\.taken") as refusal:
        clash("unit_code_once")
    assert refusal.value.message.endswith(" is taken.")


def test_other_constraint_stays_an_error(world: World) -> None:
    with world.inside(), pytest.raises(IntegrityError):
        clash("another_constraint")

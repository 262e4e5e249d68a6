"""The risk beside a task: on the task page, for those who may see it, and the same as on the board."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Task
from tests.factories.workforce import HoldingFactory, ResponsibilityFactory, TaskFactory
from tests.world import World

EXIT = 4 * 2028 + 2  # III/2028, seven quarters after the tests' day


@pytest.fixture
def task(world: World) -> Task:
    """Held by one person who leaves in III/2028; one deputy still in training."""
    with world.inside():
        task: Task = TaskFactory(position_risk=5)
        held = ResponsibilityFactory(task=task, kind=ResponsibilityKind.RESPONSIBLE)
        HoldingFactory(position=held.position, exit_quarter=EXIT)
        ResponsibilityFactory(task=task, kind=ResponsibilityKind.DEPUTY, ready=False)
        return task


def page(client: Any, task: Task) -> str:
    response = client.get(reverse("workforce:task_detail", args=[task.pk]))
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("role", ["knowledge_manager", "executive"])
def test_sentence_beside_the_names_tells_no_exit_of_a_single_person(
    client_as: Any, task: Task, world: World, role: str
) -> None:
    text = page(client_as(role), task)
    assert "In III/2028" in text
    assert "weil die einzige zuständige Stelle frei wird und die Vertretung noch eingearbeitet" in text
    assert "III/2028 frei" not in text
    with world.inside():
        assert Look.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "reason"), [("knowledge_manager", "im III/2028 frei wird"), ("executive", "Stelle frei wird")]
)
def test_board_tells_the_exit_to_those_who_may_read_it(
    client_as: Any, task: Task, role: str, reason: str
) -> None:
    board = client_as(role).get(reverse("foresight:risk_board"), {"aufgabe": str(task.pk)}).content.decode()
    assert f"{reason} und die Vertretung noch eingearbeitet" in board


@pytest.mark.parametrize("role", ["employee", "advisor", "privacy", "administrator"])
def test_other_roles_see_no_risk(client_as: Any, task: Task, role: str) -> None:
    assert "Restrisiko" not in page(client_as(role), task)


def test_ended_task_has_no_risk(world: World, client_as: Any, task: Task) -> None:
    with world.inside():
        Task.objects.filter(pk=task.pk).update(ended_on="2026-01-01")
    assert "Restrisiko" not in page(client_as("knowledge_manager"), task)

"""The risk beside a task: on the task page, for those who may see it, and the same as on the board."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Holding, Task
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


def test_knowledge_manager_sees_the_sentence_of_the_board(client_as: Any, task: Task) -> None:
    client = client_as("knowledge_manager")
    sentence = (
        "weil die einzige zuständige Stelle im III/2028 frei wird und die Vertretung noch eingearbeitet"
    )
    assert sentence in page(client, task)
    board = client.get(reverse("foresight:risk_board"), {"aufgabe": str(task.pk)})
    assert sentence in board.content.decode()


def test_sentence_that_tells_an_exit_is_a_look_at_the_person(
    client_as: Any, task: Task, world: World
) -> None:
    page(client_as("knowledge_manager"), task)
    with world.inside():
        assert list(Look.objects.values_list("what", "subject_id", "account_id")) == [
            ("foresight.risk", Holding.objects.get().person_id, world.accounts["knowledge_manager"].pk)
        ]


def test_executive_reads_beside_the_names_no_exit_of_a_single_person(
    client_as: Any, task: Task, world: World
) -> None:
    text = page(client_as("executive"), task)
    assert "weil die einzige zuständige Stelle frei wird und die Vertretung noch eingearbeitet" in text
    assert "III/2028 frei" not in text
    with world.inside():
        assert Look.objects.count() == 0


@pytest.mark.parametrize("role", ["employee", "advisor", "privacy", "administrator"])
def test_other_roles_see_no_risk(client_as: Any, task: Task, role: str) -> None:
    assert "Restrisiko" not in page(client_as(role), task)


def test_ended_task_has_no_risk(world: World, client_as: Any, task: Task) -> None:
    with world.inside():
        Task.objects.filter(pk=task.pk).update(ended_on="2026-01-01")
    assert "Restrisiko" not in page(client_as("knowledge_manager"), task)

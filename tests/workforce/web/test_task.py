"""Screens about one task and the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from staffelstab.workforce.enums import ResponsibilityKind as Kind
from staffelstab.workforce.models import Responsibility, Task
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
from tests.world import World


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_task_list_says_what_to_do_when_empty(client_as: Any) -> None:
    page = client_as("knowledge_manager").get(reverse("workforce:task_list"))
    assert page.status_code == 200
    assert "Noch keine Aufgabe" in text_of(page)


def test_task_detail_shows(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory(title="Wohngeldantrag bescheiden", criticality=4)
        position = PositionFactory(number="50-03", title="Wohngeld")
        HoldingFactory(position=position, person=PersonFactory(last_name="Kaya", first_name="Nur"))
        ResponsibilityFactory(task=task, position=position)
    page = client_as("employee").get(reverse("workforce:task_detail", args=[task.pk]))
    assert page.status_code == 200
    assert "Nur Kaya" in text_of(page)

"""Reporting a barrier needs no account; the answer is due in a month and can be given once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.urls import reverse

from staffelstab.portal.models import BarrierReport
from tests.strict_client import StrictClient
from tests.world import World


def test_anonymous_report_reaches_the_operator(world: World, client: StrictClient) -> None:
    response = client.post(
        reverse("portal:barrier_report"), {"text": "Die Tabelle ist nicht vorlesbar.", "page": "/x/"}
    )
    assert response.status_code == 200
    with world.inside():
        assert list(BarrierReport.objects.values_list("text", "page")) == [
            ("Die Tabelle ist nicht vorlesbar.", "/x/")
        ]


def test_report_of_a_member_stays_in_the_own_house(world: World, client: StrictClient) -> None:
    client.force_login(world.accounts["neighbour.employee"])
    client.post(reverse("portal:barrier_report"), {"text": "Kontrast"})
    with world.inside(organisation_id=world.neighbour_id):
        assert BarrierReport.objects.count() == 1
    with world.inside():
        assert BarrierReport.objects.count() == 0


def test_empty_report_keeps_what_was_typed(world: World, client: StrictClient) -> None:
    response = client.post(reverse("portal:barrier_report"), {"text": "", "contact": "ich@muster.example"})
    assert response.status_code == 422
    assert "ich@muster.example" in response.content.decode()


def test_administrator_answers_once(world: World, client_as: Any) -> None:
    StrictClient().post(reverse("portal:barrier_report"), {"text": "Das Menü klemmt."})
    with world.inside():
        report = BarrierReport.objects.get()
    administrator = client_as("administrator")
    assert "Das Menü klemmt." in administrator.get(reverse("portal:barrier_list")).content.decode()
    address = reverse("portal:barrier_answer", args=[report.pk])
    assert administrator.post(address, {"answer": "Behoben."}).status_code == 302
    with world.inside():
        assert BarrierReport.objects.get().answer == "Behoben."
    assert administrator.post(address, {"answer": "Noch einmal."}).status_code == 422


def test_another_house_and_another_role_find_nothing(world: World, client_as: Any) -> None:
    StrictClient().post(reverse("portal:barrier_report"), {"text": "Das Menü klemmt."})
    with world.inside():
        address = reverse("portal:barrier_answer", args=[BarrierReport.objects.get().pk])
    assert client_as("stranger.administrator").get(address).status_code == 404
    assert client_as("employee").get(address).status_code == 404
    assert client_as("administrator").get(reverse("portal:barrier_answer", args=[uuid4()])).status_code == 404

"""The evaluation catalogue names every evaluation with its screen."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from staffelstab.portal.selectors.evaluations import catalogue
from tests.world import World


def test_catalogue_lists_each_evaluation(world: World, client_as: Any) -> None:
    page = client_as("privacy").get(reverse("portal:evaluation_list")).content.decode()
    for code in ("foresight.risk", "foresight.measures", "identity.audit"):
        assert f"<code>{code}</code>" in page


def test_each_evaluation_names_an_existing_screen() -> None:
    assert [evaluation.code for evaluation in catalogue() if not reverse(evaluation.url_name)] == []


def test_catalogue_as_pdf(world: World, client_as: Any) -> None:
    response = client_as("privacy").get(reverse("portal:evaluation_export"))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-1.7")

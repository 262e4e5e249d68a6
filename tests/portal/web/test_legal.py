"""Imprint, privacy, accessibility and plain language are open to everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.strict_client import StrictClient


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("portal:legal_imprint", "Impressum"),
        ("portal:legal_privacy", "Datenschutz"),
        ("portal:legal_accessibility", "Erklärung zur Barrierefreiheit"),
        ("portal:legal_plain", "Leichte Sprache"),
        ("portal:help_show", "Hilfe"),
    ],
)
def test_page_is_public_and_german(db: None, client: StrictClient, name: str, heading: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.content.decode()


def test_imprint_says_when_details_are_missing(db: None, client: StrictClient) -> None:
    assert "Angaben fehlen" in client.get(reverse("portal:legal_imprint")).content.decode()


def test_imprint_shows_the_operator(db: None, client: StrictClient, settings: pytest.FixtureRequest) -> None:
    settings.OPERATOR = {  # type: ignore[attr-defined]
        "name": "Rechenzentrum Muster",
        "address": "Weg 1 | 12345 Musterstadt",
        "email": "post@muster.example",
        "phone": "",
        "representative": "Die Geschäftsführung",
        "privacy_contact": "datenschutz@muster.example",
    }
    page = client.get(reverse("portal:legal_imprint")).content.decode()
    assert "Weg 1<br>12345 Musterstadt" in page
    assert "Angaben fehlen" not in page


def test_an_address_that_does_not_exist_has_a_short_title(client_as: Any) -> None:
    page = client_as("employee").get("/verwaltung/konten/").content.decode()
    assert "<title>Seite nicht gefunden – " in page


@pytest.mark.parametrize(("name", "missing"), [("portal:legal_imprint", 4), ("portal:legal_privacy", 1)])
def test_missing_details_say_whose_duty_they_are(
    db: None, client: StrictClient, name: str, missing: int
) -> None:
    page = client.get(reverse(name)).content.decode()
    assert page.count("vom Betreiber bei der Installation einzutragen") == missing

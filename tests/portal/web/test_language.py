"""German unless chosen otherwise; the choice leads back to where one was, never to another host."""

from __future__ import annotations

from django.urls import reverse

from tests.strict_client import StrictClient


def test_german_whatever_the_browser_prefers(db: None, client: StrictClient) -> None:
    response = client.get(reverse("portal:help_show"), headers={"Accept-Language": "en"})
    assert '<html lang="de"' in response.content.decode()


def test_choice_is_kept(db: None, client: StrictClient) -> None:
    response = client.post(reverse("portal:language_set"), {"language": "en", "next": "/hilfe/"})
    assert response.headers["Location"] == "/hilfe/"
    assert '<html lang="en"' in client.get("/hilfe/").content.decode()


def test_foreign_target_is_not_followed(db: None, client: StrictClient) -> None:
    response = client.post(
        reverse("portal:language_set"), {"language": "en", "next": "https://evil.example/"}
    )
    assert response.headers["Location"] == "/"


def test_unknown_language_changes_nothing(db: None, client: StrictClient) -> None:
    client.post(reverse("portal:language_set"), {"language": "xx"})
    assert '<html lang="de"' in client.get("/hilfe/").content.decode()

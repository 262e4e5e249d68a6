"""The test client checks every HTML page it receives, so that each view test is also a markup test."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from staffelstab.core.ui import houses


class StrictClient(Client):
    """Like Django's client; raises AssertionError for pages no browser or screen reader should meet."""

    def request(self, **request: Any) -> Any:
        """Send the request and check the answer."""
        response = super().request(**request)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            fragment = request.get("HTTP_HX_REQUEST") == "true"
            check_page(response, fragment=fragment)
        return response


def check_page(response: HttpResponse, *, fragment: bool) -> None:
    """Raise AssertionError unless the page is well-formed in the ways that matter to people."""
    text = response.content.decode()
    page = BeautifulSoup(text, "html.parser")
    assert "{%" not in text, "a template tag was not rendered"
    assert "{{" not in text, "a template variable was not rendered"
    if not fragment and page.html is not None:
        assert page.html.get("lang"), "the page has no language"
        assert len(page.find_all("h1")) == 1, "a page has exactly one h1"
        assert page.title is not None, "the page has no title"
        assert page.title.get_text(strip=True), "the title is empty"
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    assert [key for key, count in ids.items() if count > 1] == [], "ids are unique"
    for tag in page.find_all(True):
        handlers = [name for name in tag.attrs if name.startswith("on")]
        assert handlers == [], f"inline handler on {tag.name}"
        assert "style" not in tag.attrs, f"inline style on {tag.name}: the policy forbids it"
    bubbling = [str(tag)[:120] for tag in page.select('form[method="post"]:not([novalidate])')]
    assert bubbling == [], (
        "a form says itself what is missing, not the browser in its own language: novalidate"
    )
    unlabelled = [
        str(tag)[:120] for tag in page.find_all(["input", "select", "textarea"]) if not _labelled(page, tag)
    ]
    assert unlabelled == [], "every input has a label"
    assert [str(tag)[:120] for tag in page.find_all("img") if not tag.has_attr("alt")] == []
    assert [str(tag)[:120] for tag in page.find_all(["a", "button"]) if not _named(tag)] == []
    house = houses.active(getattr(response, "wsgi_request", None))
    posted = [form for form in page.find_all("form") if str(form.get("method", "")).lower() == "post"]
    elsewhere = [str(form)[:120] for form in posted if _houses_of(form) != ([house] if house else [])]
    assert elsewhere == [], "every form names its house"


def _houses_of(form: Any) -> list[str]:
    return [field.get("value") for field in form.find_all("input", attrs={"name": houses.FIELD})]


def _labelled(page: BeautifulSoup, tag: Any) -> bool:
    if tag.get("type") in {"hidden", "submit", "button", "reset"}:
        return True
    if tag.get("aria-label") or tag.get("aria-labelledby") or tag.find_parent("label"):
        return True
    return bool(tag.get("id")) and page.find("label", attrs={"for": tag["id"]}) is not None


def _named(tag: Any) -> bool:
    if tag.name == "a" and not tag.has_attr("href"):
        return True
    return bool(
        tag.get_text(strip=True)
        or tag.get("aria-label")
        or tag.get("aria-labelledby")
        or tag.find("img", alt=True)
    )

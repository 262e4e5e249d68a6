"""What the tests of these screens read from a page."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.strict_client import StrictClient


def words(response: Any) -> str:
    """The text of a page."""
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def titles(response: Any) -> list[str]:
    """The names of the rows of a list."""
    page = BeautifulSoup(response.content, "html.parser")
    return [link.get_text(strip=True) for link in page.select("tbody th.primary a")]


def form_of(response: Any) -> dict[str, str]:
    """The values of the page's form as a browser would send them back."""
    page = BeautifulSoup(response.content, "html.parser").select_one("form.form")
    assert page is not None
    values = {
        tag["name"]: tag.get("value", "")
        for tag in page.select("input[name]")
        if tag.get("type") != "checkbox" or tag.has_attr("checked")
    }
    values |= {tag["name"]: tag.get_text().lstrip("\n") for tag in page.select("textarea[name]")}
    for select in page.select("select[name]"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        values[select["name"]] = chosen["value"] if chosen else ""
    return values


def own_queries(client: StrictClient, address: str) -> int:
    """Statements of the screen itself: those on the spine, its trail and the vocabulary; not those of the frame."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    own = ('"workforce_', " workforce_", '"vocabulary_', '"core_auditentry')
    return sum(any(table in query["sql"] for table in own) for query in queries)

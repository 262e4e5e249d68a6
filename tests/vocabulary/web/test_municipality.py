"""The municipalities on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

LIST = reverse("vocabulary:municipality_list")


def listed(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [cell.get_text(strip=True) for cell in page.select("tbody th")]


def test_municipality_list_says_what_to_do_when_empty(client_as: Any) -> None:
    assert "Noch keine Gemeinden" in client_as("employee").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "munchen"}, ["München, Landeshauptstadt"]),
        ({"q": "Muenchen Landeshaupt"}, ["München, Landeshauptstadt"]),
        ({"q": "Münst"}, ["Münstedt", "Münster, Stadt"]),
        ({"q": "05515"}, ["Münster, Stadt"]),
        ({"q": "033550025025"}, ["Münstedt"]),
        ({"q": "Radolfzel Bodensee"}, ["Radolfzell am Bodensee, Stadt"]),
        ({"q": "Ausgburg"}, ["Augsburg"]),
        ({"land": "BY"}, ["Augsburg", "München, Landeshauptstadt"]),
        ({"land": "BY", "q": "Münster"}, []),
    ],
)
def test_municipality_list_searches_and_filters(
    municipalities: Path, client_as: Any, query: dict[str, str], found: list[str]
) -> None:
    assert listed(client_as("employee").get(LIST, query)) == found


def test_municipality_list_asks_as_often_for_one_as_for_five(municipalities: Path, client_as: Any) -> None:
    client = client_as("employee")
    client.get(LIST)  # the first request of a session asks for more
    counts = []
    for query in ({"land": "NI"}, {}):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, query)
        counts.append(len(queries))
    assert counts == [7, 7]


def test_municipality_pick_suggests(municipalities: Path, client_as: Any) -> None:
    response = client_as("employee").get(reverse("vocabulary:municipality_pick"), {"ags": "münst"})
    assert response.content.decode().strip() == (
        '<option value="05515000" label="Münster, Stadt (NW)">Münster, Stadt (NW)</option>'
        '<option value="03355025" label="Münstedt (NI)">Münstedt (NI)</option>'
    )
    assert client_as("employee").get(reverse("vocabulary:municipality_pick")).content.decode().strip() == ""

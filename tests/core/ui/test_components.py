"""The component page and the error pages: strict policy, sound structure, small enough."""

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from staffelstab.core.templatetags.ui import css_string
from staffelstab.core.ui.samples import component_samples
from tests.strict_client import check_page

ERRORS = ("400", "403", "404", "410", "422", "429", "500", "503", "507")
BUDGET = 120 * 1024  # bytes transferred on the first visit, without fonts


def _component_page() -> str:
    request = RequestFactory().get("/bausteine/", {"unit": "Sozialamt"})
    request.resolver_match = None
    request._messages = []  # type: ignore[attr-defined]  # noqa: SLF001 - where the middleware puts them
    return render_to_string("core/ui/components.html", component_samples(request), request=request)


@pytest.fixture(scope="module")
def html() -> str:
    """The component page, drawn once."""
    return _component_page()


def test_component_page_obeys_the_content_security_policy(html: str) -> None:
    page = BeautifulSoup(html, "html.parser")
    inline = [
        (tag.name, name)
        for tag in page.find_all(True)
        for name in tag.attrs
        if name == "style" or (name.startswith("on") and name != "one") or name.startswith("hx-on")
    ]
    assert inline == []
    scripts = [
        tag for tag in page.find_all("script") if not tag.get("src") and tag.get("type") != "application/json"
    ]
    assert scripts == []


def test_component_page_passes_the_checks_of_every_page(html: str) -> None:
    check_page(HttpResponse(html), fragment=False)


def test_component_page_has_one_heading_and_unique_ids(html: str) -> None:
    page = BeautifulSoup(html, "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(page.find_all("h1")) == 1
    assert [each for each in ids if ids.count(each) > 1] == []


def test_every_reference_between_elements_leads_somewhere(html: str) -> None:
    page = BeautifulSoup(html, "html.parser")
    ids = {tag["id"] for tag in page.find_all(id=True)}
    names = ("aria-labelledby", "aria-describedby", "for", "list", "form")
    lost = [
        (name, part)
        for name in names
        for tag in page.find_all(attrs={name: True})
        for part in tag[name].split()
        if part not in ids
    ]
    assert lost == []


def test_first_visit_stays_within_the_budget(html: str) -> None:
    page = BeautifulSoup(html, "html.parser")
    addresses = [
        tag.get("src") or tag["href"] for tag in page.select("head link[rel=stylesheet], head script[src]")
    ]
    files = [Path(str(finders.find(address.removeprefix("/static/")))) for address in addresses]
    sizes = [len(gzip.compress(file.read_bytes())) for file in files]
    assert len(gzip.compress(html.encode())) + sum(sizes) <= BUDGET


@pytest.mark.parametrize("status", ERRORS)
def test_error_page_says_what_to_do(status: str) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None
    page = BeautifulSoup(render_to_string(f"{status}.html", {"messages": []}, request=request), "html.parser")
    assert len(page.find_all("h1")) == 1
    assert len(page.select(".error-page p")) >= 1


@pytest.mark.parametrize("status", ["500", "503", "507"])
def test_standalone_page_needs_no_context(status: str) -> None:
    assert "<h1>" in render_to_string(f"{status}.html")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stadt Brückenfeld", '"Stadt\\20 Brückenfeld"'),
        ('"} </style>\\', '"\\22 \\7d \\20 \\3c \\2f style\\3e \\5c "'),
        ("zwei\nZeilen", '"zwei\\a Zeilen"'),
    ],
)
def test_text_at_the_edge_of_a_sheet_ends_no_string(text: str, expected: str) -> None:
    assert css_string(text) == expected


def test_each_sheet_bears_house_title_and_day(html: str) -> None:
    style = BeautifulSoup(html, "html.parser").find("style").string
    assert '@top-center{content:"Bausteine"}' in style
    assert re.search(r'@top-right\{content:"\d\d\\2e \d\d\\2e \d{4}"\}', style)


def test_title_of_a_page_is_plain_text_on_paper() -> None:
    frame = Template(
        "{% load ui %}{% block title %}{% endblock %}|{% page_title as shown %}{{ shown|css_string }}"
    )
    page = Template('{% extends frame %}{% block title %}Müll &amp; "Abfuhr"{% endblock %}')
    assert page.render(Context({"frame": frame})) == 'Müll &amp; "Abfuhr"|' + css_string('Müll & "Abfuhr"')

"""Every screen of the demo with real objects: found by following links as each persona, not written down.

Runs inside Django, with the test client, because statements are counted here. What no link leads to (a report, a
reported barrier) is asked for with the rows of the access guard. Nothing is sent but GET and the sign-in of the demo.
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

HOST: Final = "localhost"
NOBODY: Final = ""
"""The visitor who is not signed in."""

PLAIN, FILTERED = 3, 1
"""Addresses of the same screen that a persona opens: without parameters, and with the same ones."""

PARAMETERS: Final = 2
"""Filters at a time; more of them multiply the pages and show less."""

SOUGHT: Final = "er"
"""Searched for wherever there is a search: names of every kind have it."""

FONTS: Final = (".woff2", ".woff", ".ttf", ".otf")

_CONTROL: Final = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b", re.IGNORECASE)
_CSS_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)|@import\s+['"]([^'"]+)['"]""")


@dataclass(frozen=True, kw_only=True)
class Showing:
    """What an address showed to one persona, with the milliseconds of this one request without the web server."""

    name: str
    persona: str
    address: str
    status: int
    kind: str
    statements: int
    ms: float

    @property
    def is_screen(self) -> bool:
        """Whether somebody sees a page, or a part of one."""
        return self.status == 200 and self.kind == "text/html"


@dataclass
class Page(HTMLParser):
    """What a page leads to and what the browser fetches for it."""

    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, html: str) -> Page:
        """Read HTML."""
        page = cls()
        page.feed(html)
        page.close()
        return page

    def __post_init__(self) -> None:
        super().__init__()
        self._in_style = False
        self._asks = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of an element."""
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "link":
            kinds = values.get("rel", "").split()
            if not {"canonical", "alternate", "help", "license"} & set(kinds):
                self.fetched.append(values.get("href", ""))
        elif tag == "form" and values.get("method", "get").lower() == "get":
            self._asks = values.get("action", "")
            self.links.append(self._asks)
        elif tag == "input" and values.get("name") == "q":
            self.links.append(f"{self._asks}?q={SOUGHT}")
        elif tag in {"script", "img", "iframe", "source", "audio", "video", "embed", "track", "input"}:
            self.fetched.append(values.get("src", ""))
        elif tag in {"use", "image"}:
            self.fetched.append(values.get("href", values.get("xlink:href", "")))
        elif tag == "object":
            self.fetched.append(values.get("data", ""))
        for candidate in values.get("srcset", "").split(","):
            self.fetched.append(candidate.strip().partition(" ")[0])
        self.fetched += style_addresses(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Note the addresses inside a style element."""
        if self._in_style:
            self.fetched += style_addresses(data)

    def handle_endtag(self, _tag: str) -> None:
        """A style element ends."""
        self._in_style = False

    def resources(self, address: str) -> list[str]:
        """The addresses the browser fetches, absolute where they lead to another host, without fonts and repeats."""
        return local(self.fetched, address)


def style_addresses(css: str) -> list[str]:
    """The addresses a style sheet names."""
    return [first or second for first, second in _CSS_URL.findall(css)]


def local(addresses: list[str], base: str) -> list[str]:
    """Each address once, seen from `base`: a path on the own host, all of it on another. Without own fonts and data."""
    found: dict[str, None] = {}
    for each in addresses:
        if not each or each.startswith(("#", "data:", "blob:")):
            continue
        parts = urlsplit(urljoin(f"http://{HOST}{base}", each))
        if parts.path.endswith(FONTS) and parts.hostname == HOST:
            continue
        own = parts.hostname == HOST
        found[(parts.path + (f"?{parts.query}" if parts.query else "")) if own else parts.geturl()] = None
    return list(found)


def is_foreign(address: str) -> bool:
    """Whether a request to it would leave the house."""
    return not address.startswith("/")


class Statements:
    """Counts what is sent to the database, without the words that open and close transactions."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Send a statement."""
        if not _CONTROL.match(str(sql)):
            self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def counted() -> Iterator[Statements]:
    """Count the statements of the block."""
    from django.db import connection  # noqa: PLC0415 - after setup

    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def ask(client: Any, persona: str, name: str, address: str) -> tuple[Showing, str]:
    """One request, with the text of a screen (empty for other kinds)."""
    with counted() as statements:
        began = time.perf_counter()
        response = client.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        taken = 1000 * (time.perf_counter() - began)
    showing = Showing(
        name=name,
        persona=persona,
        address=address,
        status=response.status_code,
        kind=response.headers.get("Content-Type", "").partition(";")[0],
        statements=statements.count,
        ms=taken,
    )
    return showing, content.decode() if showing.is_screen else ""


def client_of(persona: str) -> Any:
    """A client signed in as the demo does it; of nobody without a persona."""
    from django.test import Client  # noqa: PLC0415 - after setup

    client = Client(SERVER_NAME=HOST)
    if persona:
        response = client.post(f"/demo/anmelden/{persona}/")
        if response.status_code != 302:
            raise SystemExit(f"sign-in of {persona} failed with status {response.status_code}")
    return client


def name_of(address: str) -> str:
    """The name of the screen at an address; empty where there is none."""
    from django.urls import Resolver404, resolve  # noqa: PLC0415 - after setup

    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def crawl(persona: str, beginnings: list[str], files: set[str]) -> Iterator[Showing]:
    """Follow the links from `beginnings`. `files` are the screens known to answer something else than HTML."""
    client = client_of(persona)
    waiting, seen = deque(beginnings), set(beginnings)
    taken = Counter[tuple[str, frozenset[str]]]()
    while waiting:
        address = waiting.popleft()
        name, parameters = name_of(address), parameters_of(address)
        group = (name, parameters)
        if not name or name in files or len(parameters) > PARAMETERS:
            continue
        if taken[group] >= (FILTERED if parameters else PLAIN):
            continue
        taken[group] += 1
        showing, html = ask(client, persona, name, address)
        if showing.status == 200 and not showing.is_screen:
            files.add(name)
        yield showing
        for link in local(Page.read(html).links, address):
            if not is_foreign(link) and link not in seen:
                seen.add(link)
                waiting.append(link)


def parameters_of(address: str) -> frozenset[str]:
    """The parameters of an address that say something."""
    return frozenset(key for key, value in parse_qsl(urlsplit(address).query) if value)


def all_showings(personas: list[str]) -> dict[str, list[Showing]]:
    """Every address of the program by name, with what the personas were shown there."""
    # The guard of the access matrix walks the addresses and has a row for each argument; tests are not typed.
    access = importlib.import_module("tests.guards.access")
    addresses = list(access.addresses())
    plain = [address.at() for address in addresses if not address.arguments and not address.names_row]
    found: dict[str, list[Showing]] = {address.name: [] for address in addresses}
    files: set[str] = set()
    for persona in (NOBODY, *personas):
        began, before = time.perf_counter(), sum(map(len, found.values()))
        for showing in crawl(persona, ["/", *plain], files):
            found.setdefault(showing.name, []).append(showing)
        sys.stderr.write(
            f"{persona or 'nobody':14} {sum(map(len, found.values())) - before:4} pages in "
            f"{time.perf_counter() - began:.0f} s\n"
        )
    missing = [each for each in addresses if not any(showing.is_screen for showing in found[each.name])]
    for showing in with_made_rows(missing, personas, files):
        found[showing.name].append(showing)
    return found


def with_made_rows(addresses: list[Any], personas: list[str], files: set[str]) -> Iterator[Showing]:
    """Addresses no link leads to, each persona with rows made for its organisation, until somebody sees a screen."""
    from django.db import IntegrityError, transaction  # noqa: PLC0415 - after setup

    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415 - after setup

    made: dict[Any, dict[str, Any]] = defaultdict(dict)
    clients = {persona: client_of(persona) for persona in personas}
    houses = {persona: organisation_of(client) for persona, client in clients.items()}
    for address in addresses:
        if address.name in files or not (address.arguments or address.names_row):
            continue
        for persona, client in clients.items():
            try:
                with activate(TenancyContext(houses[persona])), transaction.atomic():
                    url = address.at(made[houses[persona]])
            except IntegrityError:
                continue  # there may be one of it, and an earlier run has made it
            showing, _html = ask(client, persona, address.name, url)
            yield showing
            if showing.status in {200, 405}:
                break


def organisation_of(client: Any) -> Any:
    """The organisation a client works in."""
    return client.get("/").wsgi_request.actor.organisation_id


def why_left_out(showings: list[Showing]) -> str:
    """Why an address is no screen, by what it answered."""
    answers = Counter(showing.kind if showing.status == 200 else str(showing.status) for showing in showings)
    if not answers:
        return "never asked"
    files = sorted(answer for answer in answers if not answer.isdigit())
    if files:
        return f"a file: {', '.join(files)}"
    reasons = {"302": "leads on", "404": "not for any persona of the demo", "405": "takes no GET"}
    return ", ".join(reasons.get(answer, f"status {answer}") for answer, _count in answers.most_common())


def worst(showings: list[Showing], *, number: int = 2) -> list[Showing]:
    """The slowest showings of a screen, those with most statements, and its first address without a filter."""
    screens = [showing for showing in showings if showing.is_screen]
    plain = [showing for showing in screens if not parameters_of(showing.address)]
    chosen = [
        *sorted(screens, key=lambda showing: -showing.ms)[:number],
        max(screens, key=lambda showing: (showing.statements, showing.ms)),
        *plain[:1],
    ]
    return list(dict.fromkeys(chosen))


def summary(found: Mapping[str, list[Showing]]) -> tuple[list[str], dict[str, str]]:
    """Names of the screens, and name → reason for what is left out."""
    screens = [name for name, showings in found.items() if any(showing.is_screen for showing in showings)]
    return screens, {name: why_left_out(shown) for name, shown in found.items() if name not in set(screens)}

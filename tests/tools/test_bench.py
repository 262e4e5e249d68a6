"""What the benchmarks of screens, people and the demo do besides measuring."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from tools import bench
from tools.benchmarks import _screens_crawl as walk
from tools.benchmarks import demo, people, screens

PAGE = """
<link rel="icon" href="/static/icon.svg"><link rel="canonical" href="https://elsewhere.example/">
<link rel="stylesheet" href="/static/a.css"><link rel="preload" href="/static/f.woff2" as="font">
<style>h1 { background: url("https://tracker.example/pixel.png") }</style>
<script src="module.js"></script><img src="data:image/png;base64,AA" srcset="/b.png 1x, /c.png 2x" alt="">
<svg><use href="/static/icons.svg#plus"></use></svg><p style="background: url(/d.png)">background: url(/text.png)</p>
<a href="?q=1#top">x</a><a href="https://gemeinde.example/">x</a><a href="#main">x</a>
<form method="post" action="/abmelden/"></form><form action="/suche/"><input type="image" src="/e.png"></form>
"""


def showing(
    *, address: str = "/x/", status: int = 200, kind: str = "text/html", **values: float
) -> walk.Showing:
    return walk.Showing(
        name="portal:x",
        persona="kaya",
        address=address,
        status=status,
        kind=kind,
        statements=int(values.get("statements", 2)),
        ms=values.get("ms", 10.0),
    )


def figure(**values: object) -> screens.Figure:
    usual: dict[str, object] = {
        "name": "portal:x", "persona": "kaya", "address": "/x/", "statements": 2, "drawn_statements": 5, "ms": 10.0,
        "fastest_ms": 8.0, "cpu_ms": 7.0, "minimal_ms": 2.0, "html": 20_000, "first_visit": 100_000, "foreign": (),
    }  # fmt: skip
    return screens.Figure(**usual | values)  # type: ignore[arg-type]


def test_every_benchmark_says_what_it_measures() -> None:
    known = bench.benchmarks(bench.FOLDER)
    assert {"demo", "import", "kill", "lists", "people", "requests", "risk", "screens"} <= set(known)
    assert [name for name, text in known.items() if not text.endswith(".")] == []


def test_page_knows_what_the_browser_fetches() -> None:
    assert walk.Page.read(PAGE).resources("/aufgaben/") == [
        "/static/icon.svg",
        "/static/a.css",
        "https://tracker.example/pixel.png",
        "/aufgaben/module.js",
        "/b.png",
        "/c.png",
        "/static/icons.svg",
        "/d.png",
        "/e.png",
    ]


def test_page_knows_where_it_leads() -> None:
    assert walk.local(walk.Page.read(PAGE).links, "/aufgaben/") == [
        "/aufgaben/?q=1",
        "https://gemeinde.example/",
        "/suche/",
    ]


def test_requests_to_other_hosts_are_foreign() -> None:
    found = walk.local(["//tracker.example/x.js", "http://localhost/y.js", "z.js"], "/")
    assert [(each, walk.is_foreign(each)) for each in found] == [
        ("http://tracker.example/x.js", True),
        ("/y.js", False),
        ("/z.js", False),
    ]


def test_fonts_of_other_hosts_are_not_left_out() -> None:
    css = "@import 'b.css'; @font-face { src: url(f.woff2), url('https://fonts.example/f.woff2') }"
    assert walk.local(walk.style_addresses(css), "/static/a.css") == [
        "/static/b.css",
        "https://fonts.example/f.woff2",
    ]


@pytest.mark.django_db
def test_statements_are_counted_without_those_of_transactions() -> None:
    with walk.counted() as statements, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 'SAVEPOINT'")
    assert statements.count == 2


@pytest.mark.parametrize(
    ("showings", "reason"),
    [
        (
            [showing(status=404), showing(status=302), showing(status=404)],
            "not for any persona of the demo, leads on",
        ),
        ([showing(kind="text/csv"), showing(status=404)], "a file: text/csv"),
        ([showing(status=405)], "takes no GET"),
        ([showing(status=500)], "status 500"),
        ([], "never asked"),
    ],
)
def test_every_address_left_out_has_a_reason(showings: list[walk.Showing], reason: str) -> None:
    names, left_out = walk.summary({"portal:x": showings, "portal:y": [showing()]})
    assert (names, left_out) == (["portal:y"], {"portal:x": reason})


def test_slowest_and_plain_addresses_and_those_with_most_statements_are_measured() -> None:
    plain, slow, slower = showing(), showing(address="/x/?a=1", ms=20), showing(address="/x/?a=2", ms=30)
    many, refused = showing(address="/x/?a=3", statements=9), showing(address="/x/?a=4", status=404, ms=90)
    assert walk.worst([plain, slow, slower, many, refused]) == [slower, slow, many, plain]
    assert walk.worst([plain]) == [plain]


def test_screen_is_as_bad_as_its_worst_address() -> None:
    found = screens.combined(
        [figure(ms=20.0), figure(ms=10.0, statements=13, first_visit=5, foreign=("https://x.example/",))]
    )
    assert (found.ms, found.statements, found.first_visit) == (20.0, 13, 100_000)
    assert found.missed == ("statements", "foreign")
    assert found.ratio == 10.0


def test_figures_at_the_bar_do_not_miss_it() -> None:
    assert figure(statements=12, ms=50.0, first_visit=120_000).missed == ()
    assert figure(statements=13, ms=50.1, first_visit=120_001).missed == ("statements", "ms", "first_visit")


def test_people_come_without_tasks(tmp_path: Path) -> None:
    people.generate(tmp_path, 20)
    rows = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in tmp_path.iterdir()}
    assert rows == {"Einheiten": 2, "Stellen": 20, "Personen": 20, "Besetzungen": 22}


class Always(http.server.BaseHTTPRequestHandler):
    """Answers one page."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == demo.PAGE else 404)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Always)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_demo_answers_once_its_page_is_there(port: int) -> None:
    assert demo.answers(port) is True
    assert demo.answers(port, "/gibt-es-nicht/") is False


def test_demo_is_not_measured_beside_another_program(port: int, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="another program answers"):
        demo.start(tmp_path, port)

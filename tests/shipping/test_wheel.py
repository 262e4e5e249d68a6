"""The wheel runs by itself: the demo from an empty folder, without the repository."""

from __future__ import annotations

import re
import time
from importlib import metadata

import pytest

from tests.shipping.conftest import Installed, processes_of, running

pytestmark = pytest.mark.long  # builds and installs the wheel, fills a demo


def test_demo_runs_from_an_empty_folder(installed: Installed, port: int) -> None:
    with running(installed, "demo", "--port", str(port), "--no-browser", port=port) as browser:
        page = browser.get("/demo/")
        persona = re.search(r'action="(/demo/anmelden/[^"]*kaya[^"]*)"', page)
        assert persona, page[:3000]
        browser.post(persona[1], {})
        board = browser.get("/ausblick/wissensrisiko/")
        assert '<html lang="de"' in board
        assert "Nilgün Kaya" in board
        assert "Wissensrisiko" in board
        sheets = re.findall(r'<link rel="stylesheet" href="(/static/[^"]+)"', board)
        assert len(sheets) >= 3
        for sheet in sheets:
            assert len(browser.get(sheet)) > 100
        log = (installed.home / "server.log").read_text()
        assert f"Staffelstab answers at http://localhost:{port}/demo/" in log
    assert {path.name for path in installed.home.iterdir()} == {"data", "server.log"}
    deadline = time.monotonic() + 20
    while processes_of(installed.home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_of(installed.home) == []


def test_help_and_version_need_no_database(installed: Installed) -> None:
    assert "backup" in installed.run("help")
    for word in ("version", "--version"):
        assert installed.run(word) == f"Staffelstab {metadata.version('staffelstab')}\n"
    installed.run("restore", "--help")
    assert not (installed.home / "data" / "postgres").exists()

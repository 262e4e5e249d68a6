"""The health check of containers: asks the web server of the machine, says by its status whether it answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from django.urls import resolve

from staffelstab.config import answering
from tests.ports import free_port


class Answer(BaseHTTPRequestHandler):
    """Answers with the status asked for and notes what was asked."""

    status: ClassVar[int] = 200
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        """Answer."""
        self.asked.append((self.path, self.headers["Host"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    monkeypatch.setattr(Answer, "asked", [])
    with HTTPServer(("localhost", 0), Answer) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_server_that_answers_is_well(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFELSTAB_HOSTS", "wissen.example.de,localhost")
    assert answering.main([str(server.server_port)]) == 0
    assert Answer.asked == [("/gesundheit/", "wissen.example.de")]
    assert resolve(Answer.asked[0][0]).url_name == "health_show"


def test_server_without_its_database_is_not(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Answer, "status", 503)
    assert answering.main([str(server.server_port)]) == 1
    assert "503" in capsys.readouterr().err


def test_server_that_is_not_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    assert answering.main([str(port)]) == 1
    assert f"port {port}" in capsys.readouterr().err

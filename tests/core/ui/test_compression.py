"""Texts travel compressed, files as they are, and equal pages differ in length."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from staffelstab.core.ui.compression import CompressionMiddleware

PAGE = "<p>Wohngeld</p>" * 500


def answered(kind: str, *, accepts: str = "gzip, br") -> HttpResponse:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepts})
    answer = CompressionMiddleware(lambda _request: HttpResponse(PAGE, content_type=kind))(request)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "text/csv", "application/json", "image/svg+xml"]
)
def test_texts_are_compressed(kind: str) -> None:
    answer = answered(kind)
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert len(answer.content) < len(PAGE) / 10
    assert gzip.decompress(answer.content).decode() == PAGE


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/zip"])
def test_files_stay_as_they_are(kind: str) -> None:
    answer = answered(kind)
    assert "Content-Encoding" not in answer.headers
    assert answer.content.decode() == PAGE


def test_browser_that_takes_no_compression_gets_none() -> None:
    answer = answered("text/html", accepts="identity")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_equal_pages_differ_in_length() -> None:
    assert len({len(answered("text/html").content) for _each in range(20)}) > 5


@pytest.mark.django_db
def test_pages_of_the_program_are_compressed() -> None:
    answer = Client().get("/konto/anmelden/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Anmelden" in gzip.decompress(answer.content).decode()

"""Passwords of words everybody tries first."""

from __future__ import annotations

import pytest

from staffelstab.identity.domain.passwords import CONTEXT, is_mere_context


@pytest.mark.parametrize("word", CONTEXT)
def test_word_with_a_year_is_refused(word: str) -> None:
    assert is_mere_context(f"{word.title()}2026!?")


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("Stadtverwaltung-Rathaus-1", True),
        ("R4thaus Rathaus 1234", True),
        ("Bürgermeister!2026", True),
        ("$taffel$tab-2026-11", True),
        ("G3meinde-Gemeinde", True),
        ("Rathaus abcde", True),
        ("Rathaus abcdef", False),
        ("hundeverwaltung blau stein", False),
        ("korrekt pferd batterie", False),
        ("123456789012", False),
        ("", False),
    ],
)
def test_other_words_make_a_password(password: str, *, refused: bool) -> None:
    assert is_mere_context(password) is refused

"""Browsers and systems in words."""

from __future__ import annotations

import pytest

from staffelstab.identity.selectors.devices import describe


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox auf Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge auf Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
            "Chrome auf Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1",
            "Safari auf iPhone",
        ),
        ("curl/8.14 (Linux)", "Linux"),
        ("Firefox/140.0", "Firefox"),
        ("", "Unbekanntes Gerät"),
    ],
)
def test_describe_names_browser_and_system(user_agent: str, words: str) -> None:
    assert describe(user_agent) == words

"""What is kept, for how long, and what never is."""

from __future__ import annotations

import pytest

from staffelstab.core.ui import kept
from staffelstab.core.ui.gaps import GAP, gap, is_keeping


def test_store_finds_what_it_keeps() -> None:
    store = kept.Store(100)
    store.keep("a", "first", 40)
    assert (store.find("a"), store.find("b"), store.size) == ("first", None, 40)


def test_store_forgets_what_was_unused_for_longest() -> None:
    store = kept.Store(100)
    store.keep("a", 1, 40)
    store.keep("b", 2, 40)
    store.find("a")
    store.keep("c", 3, 40)
    assert (store.find("a"), store.find("b"), store.find("c"), store.size) == (1, None, 3, 80)


def test_store_counts_a_value_once_that_is_kept_again() -> None:
    store = kept.Store(100)
    store.keep("a", 1, 40)
    store.keep("a", 2, 50)
    assert (store.find("a"), store.size) == (2, 50)


def test_store_does_not_keep_what_is_larger_than_it() -> None:
    store = kept.Store(100)
    store.keep("a", 1, 40)
    store.keep("b", 2, 101)
    assert (store.find("a"), store.find("b"), store.size) == (1, None, 40)


def test_store_can_be_cleared() -> None:
    store = kept.Store(100)
    store.keep("a", 1, 40)
    store.clear()
    assert (store.find("a"), store.size) == (None, 0)


def test_pieces_are_cut_at_the_gaps() -> None:
    found = kept.Pieces.cut(f"<p>ä</p>{gap('csrf_token')}<b>{gap('csp_nonce')}")
    assert found.parts == ("<p>ä</p>".encode(), "csrf_token", b"<b>", "csp_nonce", b"")
    assert found.size == 1000 + 9 + 10 + 3 + 9


def test_gap_cannot_be_written_by_anybody_else() -> None:
    assert GAP.findall("csrf_token-csrf_token-") == []
    assert GAP.findall(f"x{gap('csrf_token')}y") == ["csrf_token"]


def test_requests_are_not_kept_unless_a_view_says_so() -> None:
    assert is_keeping(object()) is False


def test_page_depends_on_known_topics_only() -> None:
    with pytest.raises(KeyError, match="identity"):
        kept.page("identity", "workforce")

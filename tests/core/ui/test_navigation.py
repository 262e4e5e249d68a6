"""The rail: fixed order, only what the actor may use, the right item current."""

from dataclasses import dataclass

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from staffelstab.core.ui import navigation
from staffelstab.core.ui.navigation import FrameLink, NavigationItem, Section


def _page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(f"{name}/", _page, name=name) for name in ("board", "forecast", "tasks", "imprint")]


@dataclass(frozen=True)
class Someone:
    """An actor with a fixed set of permissions."""

    permissions: frozenset[str]

    def may(self, permission: str, obj: object | None = None) -> bool:
        return obj is None and permission in self.permissions


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    """Empty registries and our own URLs."""
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    for name in ("_items", "_footer", "_account"):
        monkeypatch.setattr(navigation, name, [])
    monkeypatch.setattr(navigation, "_slots", {})
    navigation.register(
        NavigationItem(
            section=Section.FORESIGHT, label="Forecast", url_name="forecast", permission="see", order=20
        ),
        NavigationItem(
            section=Section.FORESIGHT, label="Board", url_name="board", permission="see", order=10
        ),
        NavigationItem(section=Section.KNOWLEDGE, label="Tasks", url_name="tasks", covers=("workforce:*",)),
    )


def test_sections_come_in_fixed_order_with_their_first_item() -> None:
    shown = navigation.sections(Someone(frozenset({"see"})), view_name="board")
    assert [(section.key, section.url, section.current) for section in shown] == [
        (Section.KNOWLEDGE, "/tasks/", False),
        (Section.FORESIGHT, "/board/", True),
    ]
    assert [(item.label, item.current) for item in shown[1].items] == [("Board", True), ("Forecast", False)]


def test_section_without_visible_item_does_not_exist() -> None:
    shown = navigation.sections(Someone(frozenset()), view_name="")
    assert [section.key for section in shown] == [Section.KNOWLEDGE]


def test_item_is_current_on_the_views_it_covers() -> None:
    item = NavigationItem(
        section=Section.KNOWLEDGE, label="", url_name="tasks", covers=("workforce:*", "portal:task_print")
    )
    names = ("tasks", "workforce:task_detail", "portal:task_print", "portal:start")
    assert [item.is_current(name) for name in names] == [True, True, True, False]


def test_section_counts_what_its_items_count() -> None:
    navigation.register(
        NavigationItem(section=Section.ADVICE, label="Desk", url_name="board", count=lambda _actor: 3),
        NavigationItem(section=Section.MINE, label="Mine", url_name="board", count=lambda _actor: 0),
    )
    shown = {
        section.key: section.count for section in navigation.sections(Someone(frozenset()), view_name="")
    }
    assert shown == {Section.MINE: None, Section.KNOWLEDGE: None, Section.ADVICE: 3}


def test_register_twice_changes_nothing() -> None:
    link = FrameLink(label="Imprint", url_name="imprint")
    navigation.register_footer(link, link)
    navigation.register_footer(link)
    assert navigation.footer_links() == (("Imprint", "/imprint/"),)


def test_account_links_need_their_permission() -> None:
    navigation.register_account(
        FrameLink(label="Roles", url_name="tasks", permission="manage"),
        FrameLink(label="Mine", url_name="board"),
    )
    assert navigation.account_links(Someone(frozenset())) == (("Mine", "/board/", ""),)


def test_slot_is_empty_until_filled_and_unknown_ones_are_refused() -> None:
    assert navigation.slot_url("search") == ""
    navigation.register_slots(search="board")
    assert navigation.slot_url("search") == "/board/"
    with pytest.raises(KeyError):
        navigation.register_slots(seach="board")

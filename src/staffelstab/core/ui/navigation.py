"""The registry of sections, navigation items and fixed places of the page frame.

Each AppConfig registers its own items in ``ready()``; nothing is discovered by import. Only what the actor
may use is shown, and a section without a visible item does not exist for them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MayAct(Protocol):
    """The part of ``core.actors.Actor`` the frame needs."""

    def may(self, permission: str, obj: object | None = None) -> bool: ...


class Section(StrEnum):
    """The nine sections in the order in which they are always shown."""

    MINE = "mine"
    KNOWLEDGE = "knowledge"
    COMPETENCE = "competence"
    LEARNING = "learning"
    ADVICE = "advice"
    INNOVATION = "innovation"
    NETWORK = "network"
    FORESIGHT = "foresight"
    ADMINISTRATION = "administration"


SECTION_LABELS: dict[Section, tuple[str | Promise, str]] = {
    Section.MINE: (_("My area"), "home"),
    Section.KNOWLEDGE: (_("Tasks & knowledge"), "document"),
    Section.COMPETENCE: (_("Competences"), "star"),
    Section.LEARNING: (_("Learning"), "book"),
    Section.ADVICE: (_("Advice"), "chat"),
    Section.INNOVATION: (_("Initiatives"), "flag"),
    Section.NETWORK: (_("Network"), "network"),
    Section.FORESIGHT: (_("Outlook"), "eye"),
    Section.ADMINISTRATION: (_("Administration"), "gear"),
}


@dataclass(frozen=True, kw_only=True)
class NavigationItem:
    """One entry of the rail.

    `permission` None means: everybody who is signed in. `covers` names further URL names (or whole namespaces,
    written ``namespace:*``) on which this item is the current one. `count` returns the number beside the label,
    or None; it must not run more than one query.
    """

    section: Section
    label: str | Promise
    url_name: str
    permission: str | None = None
    order: int = 100
    covers: tuple[str, ...] = ()
    count: Callable[[MayAct], int | None] | None = None

    def is_current(self, view_name: str) -> bool:
        return view_name == self.url_name or any(
            view_name == name or (name.endswith("*") and view_name.startswith(name[:-1]))
            for name in self.covers
        )


@dataclass(frozen=True, kw_only=True)
class FrameLink:
    """A link in the footer, in the help or in the account menu."""

    label: str | Promise
    url_name: str
    icon: str = ""
    order: int = 100
    permission: str | None = None


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    label: str | Promise
    url: str
    current: bool
    count: int | None


@dataclass(frozen=True, kw_only=True)
class ShownSection:
    """A section as the template draws it; `url` is that of its first visible item."""

    key: Section
    label: str | Promise
    icon: str
    url: str
    current: bool
    count: int | None
    items: tuple[ShownItem, ...]


# Fixed places of the frame that a higher module may fill with a URL name.
SLOTS = (
    "home",
    "search",
    "help",
    "language",
    "login",
    "logout",
    "session",
    "switch_organisation",
    "stored_data",
)

_items: list[NavigationItem] = []
_footer: list[FrameLink] = []
_account: list[FrameLink] = []
_slots: dict[str, str] = {}


def register(*items: NavigationItem) -> None:
    """Add items to the rail; registering the same item twice changes nothing."""
    _items.extend(item for item in items if item not in _items)


def register_footer(*links: FrameLink) -> None:
    """Add links to the footer."""
    _footer.extend(link for link in links if link not in _footer)


def register_account(*links: FrameLink) -> None:
    """Add links to the account menu."""
    _account.extend(link for link in links if link not in _account)


def register_slots(**url_names: str) -> None:
    """Fill fixed places of the frame, e.g. ``register_slots(search="portal:search_list")``.

    Raises KeyError for a place that does not exist (see SLOTS).
    """
    for slot, url_name in url_names.items():
        if slot not in SLOTS:
            raise KeyError(slot)
        _slots[slot] = url_name


def slot_url(slot: str) -> str:
    """URL of a fixed place; empty when nobody filled it, and then the frame leaves the place out."""
    return reverse(_slots[slot]) if slot in _slots else ""


def _visible[Entry: (NavigationItem, FrameLink)](entries: Iterable[Entry], actor: MayAct) -> list[Entry]:
    allowed = (entry for entry in entries if entry.permission is None or actor.may(entry.permission))
    return sorted(allowed, key=lambda entry: entry.order)


def sections(actor: MayAct, *, view_name: str) -> tuple[ShownSection, ...]:
    """The sections with at least one visible item, in fixed order."""
    shown = []
    visible = _visible(_items, actor)
    for section, (label, icon) in SECTION_LABELS.items():
        items = tuple(
            ShownItem(
                label=item.label,
                url=reverse(item.url_name),
                current=item.is_current(view_name),
                count=item.count(actor) if item.count else None,
            )
            for item in visible
            if item.section == section
        )
        if items:
            shown.append(
                ShownSection(
                    key=section,
                    label=label,
                    icon=icon,
                    url=items[0].url,
                    current=any(item.current for item in items),
                    count=sum(item.count or 0 for item in items) or None,
                    items=items,
                )
            )
    return tuple(shown)


def counts(actor: MayAct) -> tuple[int | None, ...]:
    """The numbers beside the items the actor sees: what a kept rail depends on besides the roles."""
    return tuple(
        item.count(actor)
        for item in _items
        if item.count and (item.permission is None or actor.may(item.permission))
    )


def footer_links() -> tuple[tuple[str | Promise, str], ...]:
    """(label, URL) of the footer; the same for everybody, signed in or not."""
    return tuple(
        (link.label, reverse(link.url_name)) for link in sorted(_footer, key=lambda each: each.order)
    )


def account_links(actor: MayAct) -> tuple[tuple[str | Promise, str, str], ...]:
    """(label, URL, icon) of the account menu."""
    return tuple((link.label, reverse(link.url_name), link.icon) for link in _visible(_account, actor))

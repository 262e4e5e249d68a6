"""Pages kept as HTML in the memory of a process, so that showing one again costs next to nothing.

A kept page is found under everything it may depend on: address with query, organisation, what the actor may see,
language, calendar day, appearance, and the counters of the data it shows (``core.revisions``; the database moves them
with every change). So a change, in this process or another, leads to another key: nothing is ever invalidated, and
nothing stale can be found. What belongs to one showing only is never kept: the page holds a *gap* for the security
token, the nonce of the content policy, messages and the account's menu, which is filled anew each time. Looks at
persons are kept with the page and logged at each showing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csp import get_nonce
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from staffelstab.core import revisions
from staffelstab.core.actors import Actor
from staffelstab.core.ui import context, houses, navigation
from staffelstab.core.ui.gaps import GAP, gap
from staffelstab.core.ui.requests import Request

View = Callable[..., HttpResponseBase]

LIMIT: Final = 32 * 1024 * 1024
"""Bytes a process keeps at most; the page unused for longest goes first."""

TOPICS: Final = frozenset({"foresight", "imports", "portal", "vocabulary", "workforce"})
"""What a page may depend on. Not ``identity``: a name changed in one house shows in every house of the account, and
their counters do not move. Pages that show accounts are not kept."""

SHARED: Final = frozenset({"vocabulary"})
"""Topics of which a house also sees what other houses share."""

_RELEASE: Final = version("staffelstab")


class Store:
    """The values used last, up to a number of bytes. Safe for threads; two may make the same value once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def find(self, key: Hashable) -> Any:
        """The value kept under the key, or None."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value of `size` bytes; one larger than the limit is not kept."""
        if size > self._limit:
            return
        with self._lock:
            self._bytes += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            while self._bytes > self._limit:
                _key, (_value, freed) = self._values.popitem(last=False)
                self._bytes -= freed

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._bytes


store = Store(LIMIT)

kept_pages: Final[dict[str, frozenset[str]]] = {}
"""View → topics, for the guard that compares them with the tables a page reads."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """HTML cut at its gaps: text, name, text, name, …, text."""

    parts: tuple[bytes | str, ...]

    @classmethod
    def cut(cls, html: str) -> Pieces:
        """Cut HTML that was drawn with gaps in it."""
        found = GAP.split(html)
        return cls(tuple(part if place % 2 else part.encode() for place, part in enumerate(found)))

    @property
    def size(self) -> int:
        """Bytes of the text, with an allowance for objects and key."""
        return 1000 + sum(map(len, self.parts))

    def filled(self, request: HttpRequest) -> bytes:
        """The HTML of one showing. Each gap is filled once."""
        done: dict[str, bytes] = {}
        shown = []
        for part in self.parts:
            if isinstance(part, bytes):
                shown.append(part)
                continue
            if part not in done:
                done[part] = _FILLINGS[part](request).encode()
            shown.append(done[part])
        return b"".join(shown)


@dataclass(frozen=True, slots=True)
class _Page:
    pieces: Pieces
    headers: tuple[tuple[str, str], ...]
    looks: tuple[tuple[str, UUID], ...]
    stood_in_for: frozenset[str]
    """Whose deputy the actor was in drawing it: the log of looks names them."""


def page(
    *topics: str, personal: bool = False, also: Callable[[Request], Hashable] | None = None
) -> Callable[[View], View]:
    """Keep what the view answers to GET. `topics`: all whose data it shows.

    Accounts with the same grants share a page unless it is `personal`. `also` names what else decides, where the view
    depends on more than the module's docstring lists (the hour of a greeting). Raises KeyError for an unknown topic.
    """
    wanted = frozenset(topics)
    if not wanted <= TOPICS:
        raise KeyError(*sorted(wanted - TOPICS))

    def decorate(view: View) -> View:
        kept_pages[f"{view.__module__}.{view.__qualname__}"] = wanted
        name = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def wrapper(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            organisation = request.actor.organisation_id
            if request.method != "GET" or organisation is None or _is_unusual(request):
                return view(request, *args, **kwargs)
            seen = getattr(request, "revisions", None) or revisions.snapshot(organisation)
            if seen.dirty:
                return view(request, *args, **kwargs)
            key = (
                name,
                seen.of(wanted),
                seen.shared if wanted & SHARED else 0,
                also(request) if also else None,
                *_circumstances(request, personal=personal),
            )
            kept: _Page | None = store.find(key)
            if kept is not None:
                request.looks.extend(kept.looks)
                request.actor.stood_in_for.update(kept.stood_in_for)
                return _answer(kept, request)
            return _drawn(view, key, request, args, kwargs)

        return wrapper

    return decorate


def _is_unusual(request: Request) -> bool:
    """Whether the frame says something about this visit that the key does not: staff sessions, demands of the house."""
    house = request.house
    return bool(getattr(house, "staff", None) or getattr(house, "second_factor_missing", False))


def _circumstances(request: Request, *, personal: bool) -> tuple[Hashable, ...]:
    """All of a request that decides what a page shows, besides the data."""
    actor = request.actor
    return (
        _RELEASE,
        request.get_full_path(),
        request.htmx,
        request.headers.get("HX-Target", ""),
        get_language(),
        timezone.localdate(request.now),  # noqa: TID251 - the request's clock
        context.theme_mode(request),
        request.house,
        (actor.account_id, actor.display_name) if personal else None,
        *_sight(actor),
    )


def _sight(actor: Actor) -> tuple[Hashable, ...]:
    """What an actor may see, and the numbers in the rail."""
    return (
        actor.organisation_id,
        frozenset(actor.grants),
        actor.network_ids,
        actor.operator,
        navigation.counts(actor),
    )


def _drawn(view: View, key: Hashable, request: Request, args: Any, kwargs: Any) -> HttpResponseBase:
    """What the view answers now; kept when it is an ordinary page."""
    before = len(request.looks)
    request.keeping = True
    try:
        response = view(request, *args, **kwargs)
    finally:
        request.keeping = False
    if not isinstance(response, HttpResponse):
        return response
    pieces = Pieces.cut(response.content.decode())
    if response.status_code == 200 and not response.cookies:
        held_for = frozenset(request.actor.stood_in_for)
        made = _Page(pieces, tuple(response.items()), tuple(request.looks[before:]), held_for)
        store.keep(key, made, pieces.size)
    response.content = pieces.filled(request)
    return response


def _answer(kept: _Page, request: Request) -> HttpResponse:
    return HttpResponse(kept.pieces.filled(request), headers=dict(kept.headers))


def toasts(request: HttpRequest) -> str:
    """The messages that wait for this visitor; reading them uses them up."""
    waiting = get_messages(request)
    return render_to_string("core/ui/toasts.html", {"messages": waiting}) if len(waiting) else ""


def account_menu(request: HttpRequest) -> str:
    """The menu of the account, kept per account and roles; only the token of its forms is filled in anew."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    choices = context.organisations(request)
    key = ("account", _RELEASE, get_language(), actor.account_id, actor.display_name, *_sight(actor), choices)
    pieces: Pieces | None = store.find(key)
    if pieces is None:
        shown = {
            "frame": context.build_frame(request, choices=choices),
            "csrf_token": gap("csrf_token"),
            "house_key": houses.active(request),
        }
        pieces = Pieces.cut(render_to_string("core/ui/account.html", shown))
        store.keep(key, pieces, pieces.size)
    return pieces.filled(request).decode()


def rail(request: HttpRequest) -> str:
    """The sections, kept per roles and place."""
    actor, match = request.actor, request.resolver_match  # type: ignore[attr-defined]
    key = ("rail", _RELEASE, get_language(), match and match.view_name, *_sight(actor))
    html: str | None = store.find(key)
    if html is None:
        html = render_to_string("core/ui/rail.html", {"frame": context.build_frame(request)})
        store.keep(key, html, 1000 + len(html))
    return html


_FILLINGS: Final[dict[str, Callable[[HttpRequest], str]]] = {
    "csrf_token": get_token,
    "csp_nonce": lambda request: str(get_nonce(request)),
    "messages": toasts,
    "account": account_menu,
}

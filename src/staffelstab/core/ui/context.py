"""Context processor of the page frame: ``staffelstab.core.ui.context.frame``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise

from staffelstab.core.ui import houses, navigation
from staffelstab.core.ui.gaps import gap, is_keeping
from staffelstab.core.ui.theme import Theme, house_theme


@dataclass(frozen=True, kw_only=True)
class House:
    """What the header shows of the organisation. `logo_url` empty draws its first letter as arms."""

    name: str
    short_name: str
    colour: str = ""
    logo_url: str = ""

    @property
    def theme(self) -> Theme:
        return house_theme(self.colour)


@dataclass(frozen=True, kw_only=True)
class OrganisationChoice:
    """One organisation the account may switch to; `value` is what the switch form posts."""

    value: str
    name: str
    note: str = ""
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Everything the frame draws around a page."""

    house: House
    theme_mode: str
    sections: tuple[navigation.ShownSection, ...]
    organisations: tuple[OrganisationChoice, ...]
    account_key: str
    account_name: str
    account_note: str
    account_links: tuple[tuple[str | Promise, str, str], ...]
    footer_links: tuple[tuple[str | Promise, str], ...]
    urls: dict[str, str]

    @property
    def theme_cookie(self) -> str:
        """Name of the cookie that remembers the appearance."""
        return str(settings.THEME_COOKIE_NAME)

    @property
    def idle_seconds(self) -> int:
        """After how long without use the session ends."""
        return int(settings.SESSION_IDLE_SECONDS)

    @property
    def initials(self) -> str:
        """Up to two capital letters for the round mark beside the name."""
        parts = [part for part in self.account_name.split() if part[0].isalpha()]
        return "".join(part[0] for part in (*parts[:1], *parts[1:][-1:])).upper()


DEFAULT_HOUSE = House(name="Staffelstab", short_name="Staffelstab")

_house_source: Callable[[HttpRequest], House | None] | None = None
_organisation_source: Callable[[HttpRequest], Sequence[OrganisationChoice]] | None = None
_note_source: Callable[[HttpRequest], str] | None = None


def register_sources(
    *,
    house: Callable[[HttpRequest], House | None] | None = None,
    organisations: Callable[[HttpRequest], Sequence[OrganisationChoice]] | None = None,
    account_note: Callable[[HttpRequest], str] | None = None,
) -> None:
    """Tell the frame where the house, the organisations to switch to and the role beside the name come from.

    Called once by the identity module's AppConfig; each source is asked once per rendered page. Without a source
    for the house, ``request.house`` counts (anything with ``name``, ``short_name``, ``colour``, or None).
    """
    global _house_source, _organisation_source, _note_source  # noqa: PLW0603 - one registry per process
    _house_source = house or _house_source
    _organisation_source = organisations or _organisation_source
    _note_source = account_note or _note_source


def theme_mode(request: HttpRequest) -> str:
    """The appearance the visitor chose, ``light`` or ``dark``; empty for that of the device."""
    mode = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return mode if mode in ("light", "dark") else ""


def build_frame(request: HttpRequest, *, choices: tuple[OrganisationChoice, ...] = ()) -> Frame:
    """The frame for this request; without an actor (signed out, error before login) only house and footer.

    `choices`: the organisations to switch between; only the account's menu shows them.
    """
    actor = getattr(request, "actor", None)
    if actor is not None and actor.account_id is None:
        actor = None
    shown = _house_source(request) if _house_source else getattr(request, "house", None)
    house = DEFAULT_HOUSE
    if shown is not None:
        house = House(
            name=shown.name,
            short_name=shown.short_name or shown.name,
            colour=shown.colour,
            logo_url=getattr(shown, "logo_url", ""),
        )
    match = request.resolver_match
    signed_in = actor is not None
    return Frame(
        house=house,
        theme_mode=theme_mode(request),
        sections=navigation.sections(actor, view_name=match.view_name if match else "") if actor else (),
        organisations=choices,
        account_key=str(actor.account_id) if actor else "",
        account_name=actor.display_name if actor else "",
        account_note=_note_source(request) if signed_in and _note_source else "",
        account_links=navigation.account_links(actor) if actor else (),
        footer_links=navigation.footer_links(),
        urls={slot: navigation.slot_url(slot) for slot in navigation.SLOTS},
    )


def organisations(request: HttpRequest) -> tuple[OrganisationChoice, ...]:
    """The organisations of the account. Costs a query only for accounts with several."""
    return tuple(_organisation_source(request)) if _organisation_source else ()


class LazyFrame:
    """Builds the frame at first use, so that a rendered fragment pays nothing for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._frame: Frame | None = None

    def __getattr__(self, name: str) -> object:
        if self._frame is None:
            self._frame = build_frame(self._request)
        return getattr(self._frame, name)


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: ``frame`` (see Frame), built at first use, and ``house_key`` for ``{% csrf_token %}``.

    The last of the context processors: in a page that is kept, token and nonce are gaps.
    """
    shown: dict[str, object] = {"frame": LazyFrame(request), "house_key": houses.active(request)}
    if is_keeping(request):
        shown |= {"csrf_token": gap("csrf_token"), "csp_nonce": gap("csp_nonce")}
    return shown

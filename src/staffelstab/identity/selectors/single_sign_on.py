"""Sign-in providers of this installation, and which of them an organisation demands."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from staffelstab.core.errors import NotFound
from staffelstab.identity.domain import single_sign_on
from staffelstab.identity.domain.single_sign_on import Provider

PROVIDER_KEY = "staffelstab_provider"
"""Session: what is known of the sign-in through a provider; absent after a password."""


def providers() -> tuple[Provider, ...]:
    """All providers in the order of the operator's file."""
    found: tuple[Provider, ...] = settings.SIGN_IN_PROVIDERS
    return found


def provider(provider_id: str) -> Provider:
    """The provider with this id. Raises NotFound."""
    found = next((each for each in providers() if each.id == provider_id), None)
    if found is None:
        raise NotFound
    return found


def came_through(request: HttpRequest) -> dict[str, str]:
    """Provider (``id``), subject, its session (``sid``) and token of the sign-in of this account; empty: a password."""
    found = request.session.get(PROVIDER_KEY)
    if not isinstance(found, dict) or found.get("account") != str(request.user.pk):
        # A sign-in that was begun through a provider says nothing about another account's password afterwards.
        return {}
    return found


def closed_to(request: HttpRequest) -> frozenset[str]:
    """Slugs of the organisations that demand another way in than the one this session took."""
    if not settings.SIGN_IN_PROVIDERS:
        return frozenset()
    return single_sign_on.refused(providers(), came_through(request).get("id", ""))


def second_factor_asked(request: HttpRequest) -> bool:
    """Whether the provider this session came through has asked for a second factor itself."""
    name = came_through(request).get("id")
    return any(each.second_factor for each in providers() if each.id == name)


def ways_into(slug: str) -> list[Provider]:
    """The providers that let people into an organisation, by its slug."""
    return [each for each in providers() if slug in each.organisations]


def demanded_by(slug: str) -> list[Provider]:
    """The providers one of which an organisation demands; none where a password opens it."""
    return ways_into(slug) if slug in single_sign_on.refused(providers(), "") else []

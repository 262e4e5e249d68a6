"""Personas of the demo, for the login page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.utils import timezone

from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.portal.domain.demo import DemoPersona, build_demo


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to sign in as."""

    slug: str
    name: str
    roles: str
    does: str
    look_first: str


@dataclass(frozen=True, slots=True)
class DemoHouse:
    """A house with its personas."""

    name: str
    personas: tuple[Persona, ...]


@lru_cache(maxsize=1)
def _personas() -> tuple[tuple[str, tuple[DemoPersona, ...]], ...]:
    # The personas are the same on any day.
    demo = build_demo(today=timezone.localdate())  # noqa: TID251
    return tuple(
        (house.name, tuple(persona for persona in demo.personas if persona.organisation == house.slug))
        for house in demo.organisations
    )


def houses() -> list[DemoHouse]:
    """The houses of the demo with the people one can sign in as."""
    return [
        DemoHouse(name, tuple(_shown(persona) for persona in personas))
        for name, personas in _personas()
        if personas
    ]


def _shown(persona: DemoPersona) -> Persona:
    special = [role for role, _unit in persona.roles if role != Role.EMPLOYEE] or [Role.EMPLOYEE]
    return Persona(
        slug=persona.slug,
        name=persona.display_name,
        roles=", ".join(str(Role(role).label) for role in special),
        does=persona.does,
        look_first=persona.look_first,
    )


def account_of(slug: str) -> Account | None:
    """The account of a persona; nothing when the slug is unknown or the demo is not loaded."""
    emails = {persona.slug: persona.email for _name, personas in _personas() for persona in personas}
    if slug not in emails:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_account_id(%s)", [emails[slug]])
        found = cursor.fetchone()[0]
    return Account.objects.filter(pk=UUID(str(found))).first() if found else None


def home_of(slug: str) -> UUID | None:
    """The organisation a persona lands in."""
    homes = {persona.slug: persona.organisation for _name, personas in _personas() for persona in personas}
    return organisation_id_by_slug(homes[slug]) if slug in homes else None

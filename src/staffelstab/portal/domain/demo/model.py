"""Shapes of the demo."""

from __future__ import annotations

from dataclasses import dataclass

type SheetRow = dict[str, str]
"""One row of an import sheet: German header → text as a person would type it; empty cells are ``""``."""


@dataclass(frozen=True, kw_only=True)
class DemoOrganisation:
    """One authority with its six import sheets.

    ``kind`` is one of ``municipality``, ``provider``, ``association``; ``colour`` is ``#rrggbb``; ``ags`` is an
    official municipality key outside the real range (no Land has the number 99) or None.
    """

    slug: str
    name: str
    short_name: str
    kind: str
    colour: str
    ags: str | None
    mail_domain: str
    units: list[SheetRow]
    positions: list[SheetRow]
    persons: list[SheetRow]
    holdings: list[SheetRow]
    tasks: list[SheetRow]
    responsibilities: list[SheetRow]

    def sheets(self) -> dict[str, list[SheetRow]]:
        """Return the rows by the name of their import sheet."""
        return {
            "Einheiten": self.units,
            "Stellen": self.positions,
            "Personen": self.persons,
            "Besetzungen": self.holdings,
            "Aufgaben": self.tasks,
            "Zuständigkeiten": self.responsibilities,
        }


@dataclass(frozen=True, kw_only=True)
class DemoNetwork:
    """The network; ``members`` are slugs with their shares, ``operator`` is the slug of its office."""

    slug: str
    name: str
    operator: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class DemoMembership:
    """What a persona is in one organisation; ``roles`` are (role, unit code or None for the whole house)."""

    organisation: str
    personnel_number: str | None
    roles: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class DemoPersona:
    """Somebody to sign in as with one click; the first membership is where they land.

    ``does`` and ``look_first`` are German sentences for the sign-in page.
    """

    slug: str
    display_name: str
    email: str
    memberships: tuple[DemoMembership, ...]
    does: str
    look_first: str

    @property
    def organisation(self) -> str:
        """Return the slug of the organisation the persona lands in."""
        return self.memberships[0].organisation

    @property
    def personnel_number(self) -> str | None:
        """Return the personnel number in the organisation the persona lands in."""
        return self.memberships[0].personnel_number

    @property
    def roles(self) -> tuple[tuple[str, str | None], ...]:
        """Return the roles in the organisation the persona lands in."""
        return self.memberships[0].roles


@dataclass(frozen=True, kw_only=True)
class DemoMeasure:
    """A recorded measure on a task; ``state`` is ``planned``, ``running`` or ``done``; ``until`` is ISO."""

    organisation: str
    task_key: str
    what: str
    position_number: str
    until: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Everything the demo loads."""

    network: DemoNetwork
    organisations: tuple[DemoOrganisation, ...]
    personas: tuple[DemoPersona, ...]
    measures: tuple[DemoMeasure, ...]

    def organisation(self, slug: str) -> DemoOrganisation:
        """Return the organisation with this slug.

        Raises KeyError when there is none.
        """
        return {organisation.slug: organisation for organisation in self.organisations}[slug]

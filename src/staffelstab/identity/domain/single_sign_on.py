"""What the claims of a sign-in provider mean here: which organisations, which roles, whose e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

UNIT = "{unit}"
"""Stands in the value of a rule for the code of a unit, one part of a path."""


@dataclass(frozen=True, slots=True)
class RoleRule:
    """One value of the roles claim and the role it gives.

    ``value`` may contain ``{unit}``: the role then counts for the unit whose code stands there. ``unit`` names one
    unit by its code instead. ``organisation`` limits the rule to one of the provider's organisations.
    """

    value: str
    role: str
    unit: str = ""
    organisation: str = ""

    def unit_of(self, value: str) -> str | None:
        """The code of the unit a claim's value gives the role for, empty for the whole organisation; None: no match."""
        if UNIT not in self.value:
            return self.unit if value == self.value else None
        pattern = "([^/]+)".join(re.escape(part) for part in self.value.split(UNIT))
        found = re.fullmatch(pattern, value)
        return found.group(1) if found else None


@dataclass(frozen=True, slots=True)
class Provider:
    """A sign-in provider as the operator describes it. The secret never leaves the process."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    organisations: tuple[str, ...]
    """Slugs of the organisations it may let people into; no claim reaches any other."""
    email_domains: tuple[str, ...]
    """The domains whose addresses it speaks for, in lower case."""
    email_verified: bool = False
    """Whether its addresses count as verified although it does not say so in each token."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    userinfo: bool = True
    """Whether to ask the provider for the claims it does not put into the token."""
    organisation_claim: str = ""
    """The claim that chooses among the organisations; without one the person belongs to all of them."""
    organisation_values: Mapping[str, str] = field(default_factory=dict)
    """Value of that claim → slug; a value that is not listed counts as the slug itself."""
    roles_claim: str = "groups"
    rules: tuple[RoleRule, ...] = ()
    only_with_role: bool = False
    """Whether somebody without any mapped role stays outside."""
    required: bool = False
    """Whether its organisations can be entered through it (or another of theirs) only, not with a password."""
    second_factor: bool = False
    """Whether it asks for a second factor itself, so that none is demanded here."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """An organisation the claims admit to, with the roles they give: (role, code of the unit or empty)."""

    organisation: str
    grants: frozenset[tuple[str, str]] = frozenset()


def values_of(claims: Mapping[str, object], path: str) -> tuple[str, ...]:
    """The texts of a claim: one text or a list of texts, in a nested object where the path has dots.

    A claim that is missing or of another kind gives none.
    """
    found: object = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def entitlements(provider: Provider, claims: Mapping[str, object]) -> tuple[Entitlement, ...]:
    """What the claims give, per organisation in the order of the configuration; none: no admission."""
    roles = values_of(claims, provider.roles_claim)
    found = [Entitlement(slug, _grants(provider, slug, roles)) for slug in _organisations(provider, claims)]
    return tuple(each for each in found if each.grants or not provider.only_with_role)


def _organisations(provider: Provider, claims: Mapping[str, object]) -> list[str]:
    if not provider.organisation_claim:
        return list(provider.organisations)
    named = {
        provider.organisation_values.get(value, value)
        for value in values_of(claims, provider.organisation_claim)
    }
    return [slug for slug in provider.organisations if slug in named]


def _grants(provider: Provider, slug: str, roles: Iterable[str]) -> frozenset[tuple[str, str]]:
    rules = [rule for rule in provider.rules if rule.organisation in {"", slug}]
    return frozenset(
        (rule.role, unit) for value in roles for rule in rules if (unit := rule.unit_of(value)) is not None
    )


def email_of(provider: Provider, claims: Mapping[str, object]) -> str:
    """The e-mail address the provider answers for, in lower case; empty when there is none it may speak for.

    The address must lie in one of its domains, and be verified: by the token or by the configuration.
    """
    address = claims.get("email")
    if not isinstance(address, str):
        return ""
    text = address.strip().lower()
    local, at, domain = text.rpartition("@")
    verified = provider.email_verified or claims.get("email_verified") is True
    return text if local and at and domain in provider.email_domains and verified else ""


def name_of(claims: Mapping[str, object]) -> str:
    """The name to show: ``name``, else given and family name; empty when the provider says none."""
    for names in (("name",), ("given_name", "family_name")):
        words = " ".join(" ".join(values_of(claims, name)) for name in names).split()
        if words:
            return " ".join(words)[:150]
    return ""


def required_by(providers: Iterable[Provider]) -> dict[str, frozenset[str]]:
    """The organisations that demand a provider: slug → ids of those through which one may come in."""
    known = tuple(providers)
    demanding = {slug for provider in known if provider.required for slug in provider.organisations}
    return {
        slug: frozenset(provider.id for provider in known if slug in provider.organisations)
        for slug in demanding
    }


def refused(providers: Iterable[Provider], came_through: str) -> frozenset[str]:
    """The organisations closed to somebody who came in through a provider (its id), or with a password (empty)."""
    return frozenset(slug for slug, ids in required_by(providers).items() if came_through not in ids)

"""What claims mean."""

from __future__ import annotations

from typing import Any

import pytest

from staffelstab.identity.domain import roles
from staffelstab.identity.domain.single_sign_on import (
    Entitlement,
    Provider,
    RoleRule,
    email_of,
    entitlements,
    name_of,
    refused,
    required_by,
    values_of,
)
from staffelstab.identity.enums import UNIT_ROLES, Role


def provider(**changes: Any) -> Provider:
    """A provider of two houses."""
    values = {
        "id": "haus",
        "name": "Haus",
        "issuer": "https://sso.example.de",
        "client_id": "c",
        "client_secret": "ein Geheimnis",
        "organisations": ("musterstadt", "nebenau"),
        "email_domains": ("musterstadt.de",),
        **changes,
    }
    return Provider(**values)


def test_roles_by_code_are_those_of_the_enum() -> None:
    assert set(Role.values) == roles.ROLES
    assert {str(role) for role in UNIT_ROLES} == roles.UNIT_ROLES


def test_secret_is_not_shown() -> None:
    assert "ein Geheimnis" not in repr(provider())


@pytest.mark.parametrize(
    ("claims", "path", "expected"),
    [
        ({"groups": ["a", "b"]}, "groups", ("a", "b")),
        ({"groups": "a"}, "groups", ("a",)),
        ({"groups": ["a", 1, None]}, "groups", ("a",)),
        ({"groups": 7}, "groups", ()),
        ({}, "groups", ()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"realm_access": ["a"]}, "realm_access.roles", ()),
        ({"https://x.example/roles": ["a"]}, "https://x.example/roles", ("a",)),
    ],
)
def test_values_of_a_claim(claims: dict[str, object], path: str, expected: tuple[str, ...]) -> None:
    assert values_of(claims, path) == expected


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (RoleRule("a", "advisor"), "a", ""),
        (RoleRule("a", "advisor"), "A", None),
        (RoleRule("a", "personnel", unit="50"), "a", "50"),
        (RoleRule("/leitung/{unit}", "line_manager"), "/leitung/50.1", "50.1"),
        (RoleRule("/leitung/{unit}", "line_manager"), "/leitung/", None),
        (RoleRule("/leitung/{unit}", "line_manager"), "/leitung/50/1", None),
        (RoleRule("{unit}-leitung", "line_manager"), "50-leitung", "50"),
        (RoleRule("a.{unit}", "line_manager"), "ab50", None),
    ],
)
def test_unit_of_a_value(rule: RoleRule, value: str, expected: str | None) -> None:
    assert rule.unit_of(value) == expected


def test_entitlements_without_rules_are_all_organisations() -> None:
    assert entitlements(provider(), {}) == (Entitlement("musterstadt"), Entitlement("nebenau"))


def test_entitlements_follow_the_organisation_claim() -> None:
    described = provider(organisation_claim="org", organisation_values={"01": "nebenau"})
    assert entitlements(described, {"org": ["01", "fernwald"]}) == (Entitlement("nebenau"),)
    assert entitlements(described, {"org": "musterstadt"}) == (Entitlement("musterstadt"),)
    assert entitlements(described, {}) == ()


def test_entitlements_map_roles_per_organisation() -> None:
    described = provider(
        rules=(
            RoleRule("wm", "knowledge_manager"),
            RoleRule("leitung/{unit}", "line_manager", organisation="nebenau"),
        )
    )
    assert entitlements(described, {"groups": ["wm", "leitung/50", "anderes"]}) == (
        Entitlement("musterstadt", frozenset({("knowledge_manager", "")})),
        Entitlement("nebenau", frozenset({("knowledge_manager", ""), ("line_manager", "50")})),
    )


def test_entitlements_only_with_a_role() -> None:
    described = provider(only_with_role=True, rules=(RoleRule("wm", "advisor", organisation="nebenau"),))
    assert entitlements(described, {"groups": ["wm"]}) == (
        Entitlement("nebenau", frozenset({("advisor", "")})),
    )
    assert entitlements(described, {"groups": ["x"]}) == ()


@pytest.mark.parametrize(
    ("claims", "changes", "expected"),
    [
        ({"email": "A@Musterstadt.de", "email_verified": True}, {}, "a@musterstadt.de"),
        ({"email": "a@musterstadt.de"}, {}, ""),
        ({"email": "a@musterstadt.de", "email_verified": "true"}, {}, ""),
        ({"email": "a@musterstadt.de"}, {"email_verified": True}, "a@musterstadt.de"),
        ({"email": "a@fernwald.de", "email_verified": True}, {}, ""),
        ({"email": "a@sub.musterstadt.de", "email_verified": True}, {}, ""),
        ({"email": "@musterstadt.de", "email_verified": True}, {}, ""),
        ({"email": "musterstadt.de", "email_verified": True}, {}, ""),
        ({"email": '"a@b"@musterstadt.de', "email_verified": True}, {}, '"a@b"@musterstadt.de'),
        ({"email": "a@musterstadt.de@fernwald.de", "email_verified": True}, {}, ""),
        ({"email": None, "email_verified": True}, {}, ""),
        ({"email": ["a@musterstadt.de"], "email_verified": True}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_email_of_a_domain_the_provider_speaks_for(
    claims: dict[str, object], changes: dict[str, Any], expected: str
) -> None:
    assert email_of(provider(**changes), claims) == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"name": " Nele   Kaya "}, "Nele Kaya"),
        ({"given_name": "Nele", "family_name": "Kaya"}, "Nele Kaya"),
        ({"family_name": "Kaya"}, "Kaya"),
        ({"given_name": ["Nele", "Ida"], "family_name": "Kaya"}, "Nele Ida Kaya"),
        ({}, ""),
        ({"name": "x" * 200}, "x" * 150),
    ],
)
def test_name_of_a_person(claims: dict[str, object], expected: str) -> None:
    assert name_of(claims) == expected


def test_organisations_that_demand_a_provider() -> None:
    strict = provider(id="a", organisations=("musterstadt",), required=True)
    other = provider(id="b")
    assert required_by((strict, other)) == {"musterstadt": frozenset({"a", "b"})}
    assert refused((strict, other), "") == {"musterstadt"}
    assert refused((strict, other), "b") == frozenset()
    assert refused((other,), "") == frozenset()

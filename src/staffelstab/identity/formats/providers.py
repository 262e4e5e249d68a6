"""The operator's file of sign-in providers: TOML, one ``[[provider]]`` each. See docs/operator/single-sign-on.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from staffelstab.identity.domain.roles import ROLES, UNIT_ROLES
from staffelstab.identity.domain.single_sign_on import UNIT, Provider, RoleRule

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LOCAL = {"localhost", "127.0.0.1", "::1"}
_TEXTS = ("id", "name", "issuer", "client_id", "organisation_claim", "roles_claim")
_LISTS = ("organisations", "email_domains", "scopes")
_FLAGS = ("email_verified", "userinfo", "only_with_role", "required", "second_factor")
_SECRETS = ("client_secret_file", "client_secret_env")
_OTHERS = ("organisation_values", "role")
_NEEDED = ("id", "name", "issuer", "client_id", "organisations", "email_domains")
_RULE = ("value", "role", "unit", "organisation")


class ProviderFileError(ValueError):
    """The file cannot be used; the text says which provider and what is wrong."""


def parse(text: str, *, secret: Callable[[str, str], str]) -> tuple[Provider, ...]:
    """The providers of the file, in its order. ``secret(kind, name)`` fetches a secret, kind ``file`` or ``env``.

    Raises ProviderFileError.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProviderFileError(f"not a TOML file: {error}") from error
    tables = content.pop("provider", [])
    if content or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ProviderFileError("the file holds [[provider]] tables and nothing else")
    providers = tuple(_provider(table, secret) for table in tables)
    ids = [provider.id for provider in providers]
    if len(set(ids)) < len(ids):
        raise ProviderFileError("two providers have the same id")
    return providers


def _provider(table: Mapping[str, Any], secret: Callable[[str, str], str]) -> Provider:
    name = f"provider {table.get('id', '?')!r}"
    _check_kinds(name, table)
    missing = [key for key in _NEEDED if not table.get(key)]
    if missing:
        raise ProviderFileError(f"{name}: {missing[0]} is missing")
    if not ID.fullmatch(table["id"]):
        raise ProviderFileError(f"{name}: an id has lower case letters, digits and hyphens, 40 at most")
    _check_issuer(name, table["issuer"])
    domains = tuple(domain.lower() for domain in table["email_domains"])
    if any("@" in domain or "*" in domain or "." not in domain for domain in domains):
        raise ProviderFileError(f"{name}: email_domains are whole domains such as example.de")
    values = {key: table[key] for key in (*_TEXTS, *_FLAGS, "organisation_values") if key in table}
    lists: dict[str, Any] = {key: tuple(table[key]) for key in ("organisations", "scopes") if key in table}
    if "openid" not in lists.get("scopes", ("openid",)):
        raise ProviderFileError(f"{name}: scopes must contain openid")
    return Provider(
        **values,
        **lists,
        email_domains=domains,
        client_secret=_secret(name, table, secret),
        rules=tuple(_rule(name, rule, table["organisations"]) for rule in table.get("role", [])),
    )


def _check_kinds(name: str, table: Mapping[str, Any]) -> None:
    unknown = sorted(set(table) - {*_TEXTS, *_LISTS, *_FLAGS, *_SECRETS, *_OTHERS})
    if unknown:
        raise ProviderFileError(f"{name}: {unknown[0]} is not a known key")
    for key in (*_TEXTS, *_SECRETS):
        if not isinstance(table.get(key, ""), str):
            raise ProviderFileError(f"{name}: {key} must be a text")
    for key in _LISTS:
        if not _is_texts(table.get(key, [])):
            raise ProviderFileError(f"{name}: {key} must be a list of texts")
    for key in _FLAGS:
        if not isinstance(table.get(key, False), bool):
            raise ProviderFileError(f"{name}: {key} must be true or false")
    chosen = table.get("organisation_values", {})
    if not isinstance(chosen, dict) or not _is_texts(list(chosen.values())):
        raise ProviderFileError(f"{name}: organisation_values must be a table of texts")
    if not isinstance(table.get("role", []), list):
        raise ProviderFileError(f"{name}: roles are written as [[provider.role]]")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check_issuer(name: str, issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise ProviderFileError(f"{name}: the issuer must begin with https://")


def _secret(name: str, table: Mapping[str, Any], secret: Callable[[str, str], str]) -> str:
    given = [key for key in _SECRETS if table.get(key)]
    if len(given) != 1:
        raise ProviderFileError(f"{name}: give client_secret_file or client_secret_env, one of them")
    try:
        value = secret(given[0].rpartition("_")[2], table[given[0]])
    except OSError as error:
        raise ProviderFileError(f"{name}: {table[given[0]]} cannot be read") from error
    if not value:
        raise ProviderFileError(f"{name}: {table[given[0]]} is empty")
    return value


def _rule(name: str, rule: object, organisations: list[str]) -> RoleRule:
    if not isinstance(rule, dict) or not _is_texts(list(rule.values())) or set(rule) - set(_RULE):
        raise ProviderFileError(
            f"{name}: a role has value, role and perhaps unit and organisation, all texts"
        )
    if not rule.get("value") or rule.get("role") not in ROLES:
        raise ProviderFileError(f"{name}: {rule.get('role', '')!r} is not a role, or its value is missing")
    if rule.get("organisation") and rule["organisation"] not in organisations:
        raise ProviderFileError(f"{name}: {rule['organisation']!r} is not among its organisations")
    if rule["value"].count(UNIT) > 1 or (UNIT in rule["value"] and rule.get("unit")):
        raise ProviderFileError(f"{name}: a role names its unit once")
    if (UNIT in rule["value"] or rule.get("unit")) and rule["role"] not in UNIT_ROLES:
        raise ProviderFileError(f"{name}: the role {rule['role']} always holds for the whole organisation")
    return RoleRule(**rule)

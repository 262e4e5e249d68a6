"""Every address, who gets what there, and the file that says so."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account, RoleGrant
from tests.guards import objects, rows
from tests.strict_client import StrictClient
from tests.world import World

MATRIX = Path(__file__).with_name("access_matrix.csv")
ROLES = tuple(str(role) for role in Role)
COLUMNS = ("url", "permission", "anonymous", "homeless", *ROLES, "stranger")
"""What a GET answers to each.

``homeless`` is signed in and belongs to no organisation. ``stranger`` has all roles and asks for a row of another
organisation, by POST where GET is not possible; ``-`` where no row is named.
"""

NO_ROW = "-"


@dataclass(frozen=True)
class Address:
    """A URL name with its arguments and the permission its view asks for."""

    name: str
    arguments: frozenset[str]
    permission: str
    """Empty for public screens, ``-`` for views of packages, which carry none."""

    @property
    def names_row(self) -> bool:
        """Whether an organisation's row stands in the address."""
        return not self.arguments <= objects.PLAIN or self.name in objects.QUERIES

    def at(self, made: dict[str, Any] | None = None) -> str:
        """The address of new objects of the active organisation, or of those that `made` remembers."""
        made = {} if made is None else made
        kwargs = objects.arguments(self.name, self.arguments, made)
        return reverse(self.name, kwargs=kwargs, query=objects.query(self.name))


def addresses(resolver: URLResolver | None = None, space: tuple[str, ...] = ()) -> Iterator[Address]:
    """Walk all patterns of the resolver, the whole program's unless given."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, (*space, pattern.namespace) if pattern.namespace else space)
        else:
            yield _address(pattern, space)


def _address(pattern: URLPattern, space: tuple[str, ...]) -> Address:
    part: Any = pattern.pattern
    names = frozenset(getattr(part, "converters", None) or part.regex.groupindex)
    permission = getattr(pattern.callback, "permission", NO_ROW)
    return Address(":".join((*space, str(pattern.name))), names, "" if permission is None else permission)


def read_matrix(path: Path = MATRIX) -> dict[str, dict[str, str]]:
    """URL name → column → expectation. Raises ValueError for other columns or a name that comes twice."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"the columns are {', '.join(COLUMNS)}")
        found: dict[str, dict[str, str]] = {}
        for row in reader:
            if row["url"] in found:
                raise ValueError(f"{row['url']} comes twice")
            found[row["url"]] = row
    return found


def completeness_findings(known: list[Address], matrix: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return addresses missing from the matrix, rows without address, and permissions that have changed."""
    present = {address.name: address for address in known}
    findings = [
        f"{name}: is the name of {n} addresses" for name, n in Counter(a.name for a in known).items() if n > 1
    ]
    findings += [f"{name}: not in the matrix" for name in present if name not in matrix]
    findings += [f"{name}: in the matrix, but no address" for name in matrix if name not in present]
    findings += [
        f"{name}: asks for {address.permission or 'nothing'}, the matrix says {matrix[name]['permission'] or 'nothing'}"
        for name, address in present.items()
        if name in matrix and matrix[name]["permission"] != address.permission
    ]
    findings += [
        f"{name}: {column} is to get {cell or 'nothing'}"
        for name, row in matrix.items()
        for column, cell in row.items()
        if column not in {"url", "permission"}
        and not (cell.isdigit() or (column, cell) == ("stranger", NO_ROW))
    ]
    return sorted(findings)


def observe(client: Client, url: str, *, method: str = "get") -> str:
    """What the address answers: a status, or what is wrong with the page. Leaves nothing behind."""
    try:
        with transaction.atomic():
            client.raise_request_exception = False
            response = getattr(client, method)(url)
            if response.streaming:
                list(response.streaming_content)
            transaction.set_rollback(True)
    except AssertionError as error:
        return f"bad page: {str(error).splitlines()[0]}"
    return str(response.status_code)


def signed_in(account: Account | None, *, strict: bool = False) -> Client:
    """A client of the account; of nobody without one. A strict one checks the pages, which takes its time."""
    client = StrictClient() if strict else Client()
    if account is not None:
        client.force_login(account)
    return client


def client_of(world: World, column: str) -> Client:
    """A client signed in as a column of the matrix says."""
    return signed_in(rows.account("Kim Neu") if column == "homeless" else world.accounts.get(column))


def with_all_roles(world: World) -> Account:
    """The administrator with every other role as well."""
    account = world.accounts["administrator"]
    with world.inside():
        RoleGrant.objects.bulk_create(
            RoleGrant(organisation_id=world.organisation.pk, account_id=account.pk, role=role)
            for role in ROLES
            if role != "administrator"
        )
    return account


def observed(world: World, column: str) -> dict[str, str]:
    """What every address answers to one column of the matrix."""
    if column == "stranger":
        return _observed_as_stranger(world)
    client = client_of(world, column)
    answers: dict[str, str] = {}
    made: dict[str, Any] = {}
    for address in addresses():
        with world.inside():
            url = address.at(made)
        answers[address.name] = observe(client, url)
    return answers


def _observed_as_stranger(world: World) -> dict[str, str]:
    client = signed_in(with_all_roles(world))
    answers: dict[str, str] = {}
    made: dict[str, Any] = {}
    for address in addresses():
        if not address.names_row:
            answers[address.name] = NO_ROW
            continue
        with world.inside(organisation_id=world.stranger_id):
            url = address.at(made)
        status = observe(client, url)
        answers[address.name] = observe(client, url, method="post") if status == "405" else status
    return answers

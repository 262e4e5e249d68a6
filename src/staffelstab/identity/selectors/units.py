"""Units as far as roles need them. Their tree lives in ``workforce``, above this module, which registers a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit a role can be bound to; ``depth`` is its level in the tree, 0 for the top, ``code`` its short sign."""

    id: UUID
    label: str
    depth: int = 0
    code: str = ""


UnitSource = Callable[[], Sequence[UnitChoice]]

_sources: list[UnitSource] = []


def register_source(source: UnitSource) -> None:
    """Name the function that returns the active organisation's units in the order of their tree, in one query.

    The last one registered counts. Without any, roles hold for the whole organisation only.
    """
    _sources[:] = [source]


def choices() -> list[UnitChoice]:
    """The units of the active organisation; empty where no source is registered."""
    return list(_sources[0]()) if _sources else []


def labels(unit_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of the units given, by key. No query when there is no key among them."""
    wanted = {key for key in unit_ids if key is not None}
    return {choice.id: choice.label for choice in choices() if choice.id in wanted} if wanted else {}


def ids_by_code(codes: Iterable[str]) -> dict[str, UUID]:
    """The units with these codes, by code; what is not there is left out. No query when there is no code."""
    wanted = {code for code in codes if code}
    return {choice.code: choice.id for choice in choices() if choice.code in wanted} if wanted else {}


def unknown(unit_ids: Iterable[UUID | None]) -> set[UUID]:
    """The keys that are not units of the active organisation. Without a source the database alone checks them."""
    wanted = {key for key in unit_ids if key is not None}
    return wanted - {choice.id for choice in choices()} if wanted and _sources else set()

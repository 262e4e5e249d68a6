"""Permissions: small named predicates, combined with ``&``, ``|`` and ``~``, in one table per module.

A module's ``permissions.py`` holds ``RULES``; its AppConfig registers them. Permission code returns a bool and
never swallows an exception; there is no default and no superuser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from staffelstab.core.errors import PermissionRefused

if TYPE_CHECKING:
    from staffelstab.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named yes-or-no question about an actor and, where there is one, an object."""

    name: str
    test: Callable[[Actor, object | None], bool]

    def __call__(self, actor: Actor, obj: object | None = None) -> bool:
        return self.test(actor, obj)

    def __and__(self, other: Predicate) -> Predicate:
        return Predicate(f"({self.name} & {other.name})", lambda a, o: self.test(a, o) and other.test(a, o))

    def __or__(self, other: Predicate) -> Predicate:
        return Predicate(f"({self.name} | {other.name})", lambda a, o: self.test(a, o) or other.test(a, o))

    def __invert__(self) -> Predicate:
        return Predicate(f"~{self.name}", lambda a, o: not self.test(a, o))


def predicate(test: Callable[[Actor, object | None], bool]) -> Predicate:
    """Make a predicate of a function; its name is the predicate's name."""
    return Predicate(test.__name__, test)


def has_role(*roles: str) -> Predicate:
    """The actor holds one of the roles, for the whole organisation or for any unit of it.

    Of roles that can be bound to a unit it is enough to look at something, not to change what belongs to the house.
    """
    wanted = frozenset(roles)
    return Predicate(
        f"has_role({', '.join(sorted(wanted))})", lambda actor, _obj: not wanted.isdisjoint(actor.roles)
    )


def role_everywhere(*roles: str) -> Predicate:
    """The actor holds one of the roles for the whole organisation, not for a unit of it only."""
    return Predicate(
        f"role_everywhere({', '.join(roles)})",
        lambda actor, _obj: not actor.roles.isdisjoint(roles) and actor.unit_ids(*roles) is None,
    )


@predicate
def is_system(actor: Actor, _obj: object | None) -> bool:
    """The system itself: a command or a job of the organisation."""
    return actor.system


@predicate
def is_member(actor: Actor, _obj: object | None) -> bool:
    """Anybody with a role in the active organisation."""
    return actor.member


@predicate
def is_authenticated(actor: Actor, _obj: object | None) -> bool:
    """Anybody signed in, with or without an active organisation."""
    return actor.authenticated


READING = frozenset({"evaluations", "leave", "list", "names", "own", "own_data", "search", "start", "view"})
"""Last words of the permissions that change nothing. The only ones an actor holds who reads only."""

_rules: dict[str, Predicate] = {}


def register(rules: Mapping[str, Predicate]) -> None:
    """Add a module's table. Raises ValueError when another table already has one of the names."""
    for name, rule in rules.items():
        if name in _rules and _rules[name] is not rule:
            raise ValueError(f"permission {name} is registered twice")
        _rules[name] = rule


def register_table(path: str) -> None:
    """Register the table at a dotted path. AppConfigs use it: models are not loaded yet when they are imported."""
    register(import_string(path))


def registered() -> Mapping[str, Predicate]:
    """All permissions known."""
    return dict(_rules)


def allowed(actor: Actor, permission: str, obj: object | None = None) -> bool:
    """Whether the rule holds. Raises KeyError for an unknown permission: a typo must not pass as *no*."""
    rule = _rules[permission]
    if actor.reads_only and permission.rpartition(".")[2] not in READING:
        return False
    return rule(actor, obj)


def require(actor: Actor, permission: str, obj: object | None = None) -> None:
    """Raise PermissionRefused unless the rule holds. Notes on the actor whose deputy's role it took."""
    if not allowed(actor, permission, obj):
        raise PermissionRefused(permission=permission)
    if actor.held_for:
        actor.stood_in_for.update(_stood_in_for(actor, permission, obj))


def _stood_in_for(actor: Actor, permission: str, obj: object | None) -> set[str]:
    alone = actor.alone
    if allowed(alone, permission, obj):
        return set()
    enough = {
        grant.holder
        for grant in actor.held_for
        if allowed(replace(alone, grants=(*alone.grants, grant)), permission, obj)
    }
    # Where only several together are enough, all of them are named.
    return enough or {grant.holder for grant in actor.held_for}

"""Predicates combine as logic does; what nobody declared is an error, not a no."""

from __future__ import annotations

from itertools import product
from uuid import uuid4

import pytest

from staffelstab.core import permissions
from staffelstab.core.actors import ANONYMOUS, STAFF, Actor, Grant, system_actor
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.permissions import (
    Predicate,
    has_role,
    is_authenticated,
    is_member,
    is_system,
    predicate,
)


def constant(value: bool) -> Predicate:  # noqa: FBT001 - the value itself is what is tested
    return Predicate(str(value), lambda _actor, _obj: value)


@pytest.mark.parametrize(("left", "right"), list(product([True, False], repeat=2)))
def test_predicates_combine_as_logic_does(left: bool, right: bool) -> None:  # noqa: FBT001 - rows of a truth table
    a, b = constant(left), constant(right)
    found = ((a & b)(ANONYMOUS), (a | b)(ANONYMOUS), (~a)(ANONYMOUS), (~(a & b) | (a & ~b))(ANONYMOUS))
    assert found == (left and right, left or right, not left, not (left and right) or (left and not right))


def test_combination_asks_the_second_only_where_it_matters() -> None:
    @predicate
    def never(_actor: Actor, _obj: object | None) -> bool:
        raise ZeroDivisionError

    assert (constant(False) & never)(ANONYMOUS) is False
    assert (constant(True) | never)(ANONYMOUS) is True
    with pytest.raises(ZeroDivisionError):
        (constant(True) & never)(ANONYMOUS)


def test_names_show_what_was_combined() -> None:
    rule = (is_member & ~has_role("b", "a")) | is_system
    assert rule.name == "((is_member & ~has_role(a, b)) | is_system)"


def test_predicate_bears_the_name_of_its_function() -> None:
    @predicate
    def is_late(_actor: Actor, _obj: object | None) -> bool:
        return True

    assert is_late.name == "is_late"


def test_object_reaches_the_predicate() -> None:
    same = Predicate("same", lambda _actor, obj: obj == 7)
    assert ((same & ~constant(False))(ANONYMOUS, 7), same(ANONYMOUS, 8)) == (True, False)
    own = Predicate("own", lambda actor, obj: actor == CLERK and obj == 7)
    no, yes = constant(False), constant(True)
    for rule in (own & yes, yes & own, own | no, no | own, ~~own):
        assert [rule(CLERK, 7), rule(CLERK, 8), rule(ANONYMOUS, 7)] == [True, False, False]


ORGANISATION = uuid4()
CLERK = Actor(account_id=uuid4(), organisation_id=ORGANISATION, grants=(Grant("employee"),))
HOMELESS = Actor(account_id=uuid4())
SYSTEM = system_actor(organisation_id=ORGANISATION, reason="test")


@pytest.mark.parametrize(
    ("actor", "member", "authenticated", "system", "clerk"),
    [
        (ANONYMOUS, False, False, False, False),
        (HOMELESS, False, True, False, False),
        (CLERK, True, True, False, True),
        (SYSTEM, True, False, True, False),
    ],
    ids=["anonymous", "homeless", "clerk", "system"],
)
def test_basic_predicates(
    actor: Actor,
    member: bool,  # noqa: FBT001 - columns of a table
    authenticated: bool,  # noqa: FBT001
    system: bool,  # noqa: FBT001
    clerk: bool,  # noqa: FBT001
) -> None:
    found = (
        is_member(actor),
        is_authenticated(actor),
        is_system(actor),
        has_role("employee", "other")(actor),
    )
    assert found == (member, authenticated, system, clerk)


def test_grants_bind_roles_to_units() -> None:
    first, second = uuid4(), uuid4()
    bound = Actor(account_id=uuid4(), grants=(Grant("lead", first), Grant("lead", second), Grant("advisor")))
    assert bound.unit_ids("lead") == {first, second}
    assert bound.unit_ids("lead", "advisor") is None
    assert bound.unit_ids("nothing") == frozenset()
    assert SYSTEM.unit_ids("lead") is None


def test_unknown_permission_is_an_error() -> None:
    with pytest.raises(KeyError):
        CLERK.may("no.such.permission")
    with pytest.raises(KeyError):
        permissions.require(CLERK, "no.such.permission")


def test_refusal_looks_like_absence() -> None:
    with pytest.raises(NotFound) as refusal:
        permissions.require(CLERK, "identity.account.manage")
    assert type(refusal.value) is PermissionRefused
    assert refusal.value.data == {"permission": "identity.account.manage"}
    assert (refusal.value.status, refusal.value.code, refusal.value.message) == (
        404,
        "core.not_found",
        NotFound().message,
    )


def test_permission_is_registered_once() -> None:
    known = permissions.registered()
    permissions.register(known)
    with pytest.raises(ValueError, match=r"identity\.own is registered twice"):
        permissions.register({"identity.own": constant(True)})
    assert permissions.registered() == known


def test_table_is_registered_by_its_path() -> None:
    known = permissions.registered()
    permissions.register_table("staffelstab.identity.permissions.RULES")
    assert permissions.registered() == known
    with pytest.raises(ImportError):
        permissions.register_table("staffelstab.identity.permissions.NO_RULES")


def test_every_permission_is_named_after_its_module() -> None:
    modules = {name.split(".")[0] for name in permissions.registered()}
    assert modules == {"foresight", "identity", "portal", "vocabulary", "workforce"}


def test_reader_holds_only_what_changes_nothing() -> None:
    names = permissions.registered()
    everything = ("administrator", "executive", "knowledge_manager", "line_manager", "personnel", STAFF)
    reader = Actor(account_id=uuid4(), organisation_id=uuid4(), grants=tuple(map(Grant, everything)))
    held = {name.rpartition(".")[2] for name in names if reader.may(name)}
    assert held <= permissions.READING
    assert {"view", "list", "names"} <= held
    # A new permission is refused until its last word is on the list; these are not, and must not get there.
    assert permissions.READING.isdisjoint(
        {"edit", "manage", "use", "bulk", "import", "write", "link", "answer"}
    )


def test_require_notes_whose_role_it_took() -> None:
    deputy = Actor(
        account_id=uuid4(),
        organisation_id=ORGANISATION,
        grants=(
            Grant("employee"),
            Grant("administrator", holder="Ada Amt"),
            Grant("administrator", holder="Bo Berg"),
            Grant("advisor", holder="Cy Cron"),
        ),
    )
    permissions.require(deputy, "identity.organisation.view")
    assert deputy.stood_in_for == set()
    permissions.require(deputy, "identity.account.manage")
    assert deputy.stood_in_for == {"Ada Amt", "Bo Berg"}


def test_require_notes_everybody_where_only_several_roles_together_were_enough() -> None:
    both = has_role("first") & has_role("second")
    name = "identity.account.manage"
    rule, table = permissions.registered()[name], permissions._rules  # noqa: SLF001 - put back below
    grants = (Grant("first", holder="Ada Amt"), Grant("second", holder="Bo Berg"))
    deputy = Actor(account_id=uuid4(), organisation_id=ORGANISATION, grants=grants)
    table[name] = both
    try:
        permissions.require(deputy, name)
    finally:
        table[name] = rule
    assert deputy.stood_in_for == {"Ada Amt", "Bo Berg"}


def test_rule_is_asked_about_the_object_for_deputies_too() -> None:
    own = uuid4()
    rule = Predicate("own", lambda actor, obj: obj == own and "first" in actor.roles)
    name, table = "identity.account.manage", permissions._rules  # noqa: SLF001 - put back below
    known = table[name]
    grants = (Grant("first", holder="Ada Amt"), Grant("second", holder="Bo Berg"))
    deputy = Actor(account_id=uuid4(), organisation_id=ORGANISATION, grants=grants)
    table[name] = rule
    try:
        permissions.require(deputy, name, own)
        with pytest.raises(PermissionRefused):
            permissions.require(deputy, name, uuid4())
    finally:
        table[name] = known
    assert deputy.stood_in_for == {"Ada Amt"}


def test_own_right_to_the_object_needs_no_deputy() -> None:
    own = uuid4()
    rule = Predicate("own", lambda _actor, obj: obj == own)
    name, table = "identity.account.manage", permissions._rules  # noqa: SLF001 - put back below
    known = table[name]
    deputy = Actor(account_id=uuid4(), organisation_id=ORGANISATION, grants=(Grant("x", holder="Ada Amt"),))
    table[name] = rule
    try:
        permissions.require(deputy, name, own)
    finally:
        table[name] = known
    assert deputy.stood_in_for == set()

"""The tenancy context: set in the database for one transaction, and known to Python for the same span.

``SET LOCAL`` semantics (``set_config(…, true)``) are used throughout, so that nothing leaks through a connection
pool in transaction mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from staffelstab.core.errors import TenantMissing

# What the old context has changed is counted for it before the new one begins.
_SET = """SELECT core_revise(); SELECT set_config('staffelstab.organisation', %s, true),
       set_config('staffelstab.account', %s, true),
       set_config('staffelstab.networks', %s, true)"""


@dataclass(frozen=True, slots=True)
class TenancyContext:
    """Organisation, account and networks on whose behalf a transaction runs. Each may be absent."""

    organisation_id: UUID | None = None
    account_id: UUID | None = None
    network_ids: tuple[UUID, ...] = ()

    @property
    def parameters(self) -> tuple[str, str, str]:
        """The three values as the database settings hold them; empty means absent."""
        return (
            str(self.organisation_id or ""),
            str(self.account_id or ""),
            ",".join(str(network) for network in self.network_ids),
        )


_current: ContextVar[TenancyContext | None] = ContextVar("staffelstab_tenancy", default=None)


def current() -> TenancyContext | None:
    """The active context, or ``None`` outside of any."""
    return _current.get()


def current_organisation() -> UUID:
    """The active organisation. Raises TenantMissing without one."""
    context = _current.get()
    if context is None or context.organisation_id is None:
        raise TenantMissing("no organisation is active")
    return context.organisation_id


_END = "SELECT core_revise()"


def _write(context: TenancyContext | None, using: str) -> None:
    parameters = (context or TenancyContext()).parameters
    with connections[using].cursor() as cursor:
        cursor.execute(_SET, parameters)


@contextmanager
def activate(context: TenancyContext, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[TenancyContext]:
    """Run the block in a transaction that sees the context's data and nothing else.

    Nested use is allowed; the outer context is restored at the end of the block. An exception rolls the block
    back, and the settings with it.
    """
    with transaction.atomic(using=using):
        outer = _current.get()
        _write(context, using)
        token = _current.set(context)
        try:
            yield context
        finally:
            _current.reset(token)
        connection = connections[using]
        # At the end of the outermost transaction the settings vanish by themselves; after an error the
        # savepoint's rollback restores them. Only a nested block that ended well has to put them back.
        if not connection.needs_rollback:
            _leave(outer, using)


def _leave(outer: TenancyContext | None, using: str, *, changed: bool = True) -> None:
    """Move the counters of what was changed (core.tenancy.touches); restore the outer context where there is one."""
    connection = connections[using]
    if connection.savepoint_ids:
        _write(outer, using)
    elif changed:
        with connection.cursor() as cursor:
            cursor.execute(_END)


_assumed: ContextVar[TenancyContext | None] = ContextVar("staffelstab_assumed", default=None)


def assume(context: TenancyContext, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Let the current transaction see the context's data until :func:`hold` says what counts.

    For the one question of a request that decides its context: is this account at home in that organisation?
    """
    _write(context, using)
    _assumed.set(context)


def assumed(context: TenancyContext) -> None:
    """Note that a statement has itself set the context in the database, so that ``hold`` need not repeat it."""
    _assumed.set(context)


@contextmanager
def hold(
    context: TenancyContext, *, changed: bool = True, using: str = DEFAULT_DB_ALIAS
) -> Iterator[TenancyContext]:
    """Like :func:`activate` for a transaction that is already open and ends with the block: no savepoint.

    `changed` False says that nothing can have been changed (a GET), which saves a statement. Inside another
    transaction (only tests nest requests) the outer context is restored.
    """
    outer = _current.get()
    if _assumed.get() != context:
        _write(context, using)
    _assumed.set(None)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
    if not connections[using].needs_rollback:
        _leave(outer, using, changed=changed)

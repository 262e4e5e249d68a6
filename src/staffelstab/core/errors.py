"""Errors the user may see: a class, a code, data and one translated sentence each.

``core.middleware`` maps them to a page or a problem document in one place. Anything that is not a
:class:`DomainError` is a bug: it reaches the log and a page with status 500.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class DomainError(Exception):
    """An anticipated refusal. Sub-classes set ``code``, ``template`` and, where not 422, ``status``."""

    code: ClassVar[str] = "core.refused"
    status: ClassVar[int] = 422
    template: ClassVar[StrPromise | str] = _("This is not possible.")

    def __init__(self, **data: object) -> None:
        self.data: Mapping[str, object] = data
        super().__init__(self.code)

    @property
    def message(self) -> str:
        """The translated sentence for the user, in the language that is active now."""
        return str(self.template) % self.data if self.data else str(self.template)


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does: deliberately the same."""

    code = "core.not_found"
    status = 404
    template = _("This page or entry does not exist, or it is not meant for you.")


class PermissionRefused(NotFound):
    """The actor lacks a permission. Looks exactly like :class:`NotFound` to the outside."""

    code = "core.not_found"


class Stale(DomainError):
    """Somebody else changed the entry while the form was open."""

    code = "core.stale"
    status = 409
    template = _("Somebody else has changed this entry in the meantime. Please check it and save again.")


class TenantMissing(RuntimeError):
    """A query on tenant data without an active tenancy context. A bug, never a user's fault."""


class WriteInSafeRequest(RuntimeError):
    """A GET or HEAD request tried to write. A bug, never a user's fault."""


@contextmanager
def on_violation(constraints: Mapping[str, DomainError]) -> Iterator[None]:
    """Translate the violation of a named database constraint into the domain error given for it.

    Raises the original ``IntegrityError`` for constraints not named.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        name = getattr(getattr(cause, "diag", None), "constraint_name", None)
        refusal = constraints.get(str(name))
        if refusal is None:
            raise
        raise refusal from error

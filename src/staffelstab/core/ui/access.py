"""The access rule of a screen: written above every view, required, checked before the view runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from staffelstab.core import permissions
from staffelstab.core.errors import PermissionRefused, WriteInSafeRequest
from staffelstab.core.ui.requests import Request

View = Callable[..., HttpResponseBase]

SAFE_METHODS = frozenset({"GET", "HEAD"})
_SAFE_SQL = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "EXPLAIN", "DECLARE", "FETCH", "CLOSE", "WITH")
# A common table expression may write although the statement begins with WITH.
_WRITING_CTE = re.compile(r"\bAS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\(\s*(?:INSERT|UPDATE|DELETE|MERGE)\b")


def refuse_writes(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
    """Database wrapper of safe requests. Raises WriteInSafeRequest for anything that is not a read."""
    text = str(sql).lstrip(" \n\t(").upper()  # a union begins with a bracket
    if not text.startswith(_SAFE_SQL) or _WRITING_CTE.search(text):
        raise WriteInSafeRequest(str(sql)[:60])
    return execute(sql, params, many, context)


def _guarded(view: View, methods: tuple[str, ...]) -> View:
    allowed = tuple(dict.fromkeys((*methods, *(("HEAD",) if "GET" in methods else ()))))

    def call(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        if request.method in SAFE_METHODS:
            with connection.execute_wrapper(refuse_writes):
                return view(request, *args, **kwargs)
        return view(request, *args, **kwargs)

    return call


def access(permission: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Only actors with ``permission`` reach the view; for the others it does not exist (404).

    The view still checks permissions on objects, through the selectors and services it calls.
    Anonymous visitors are sent to the login page and come back afterwards.
    """

    def decorate(view: View) -> View:
        guarded = _guarded(view, methods)

        @wraps(view)
        def wrapper(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.authenticated:
                return _to_login(request)
            if not permissions.allowed(request.actor, permission):
                raise PermissionRefused(permission=permission)
            return guarded(request, *args, **kwargs)

        wrapper.permission = permission  # type: ignore[attr-defined]
        return wrapper

    return decorate


def public(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """The view is open to everybody. The guard test lists all of these by name."""

    def decorate(view: View) -> View:
        guarded = _guarded(view, methods)

        @wraps(view)
        def wrapper(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return guarded(request, *args, **kwargs)

        wrapper.permission = None  # type: ignore[attr-defined]
        return login_not_required(wrapper)

    return decorate


def _to_login(request: Request) -> HttpResponse:
    return redirect_to_login(request.get_full_path())

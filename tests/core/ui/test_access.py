"""The rule above every view: who, with which method, and what safe methods may ask the database."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from staffelstab.core.actors import ANONYMOUS, Actor, Grant
from staffelstab.core.errors import NotFound, WriteInSafeRequest
from staffelstab.core.ui.access import access, public, refuse_writes
from staffelstab.core.ui.requests import Request

ADMINISTRATOR = Actor(account_id=uuid4(), organisation_id=uuid4(), grants=(Grant("administrator"),))
EMPLOYEE = Actor(account_id=uuid4(), organisation_id=uuid4(), grants=(Grant("employee"),))


@access("identity.account.manage", methods=("GET", "POST"))
def guarded(_request: Request) -> HttpResponse:
    return HttpResponse("guarded")


@access("identity.account.manage", methods=("POST",))
def posted(_request: Request) -> HttpResponse:
    return HttpResponse("posted")


@public()
def open_to_all(_request: Request) -> HttpResponse:
    return HttpResponse("open")


def ask(view: Any, actor: Actor, method: str = "GET") -> Any:
    request: Any = RequestFactory().generic(method, "/x/?y=1")
    request.actor = actor
    return view(request)


@pytest.mark.parametrize(
    ("view", "method", "status"),
    [
        (guarded, "GET", 200),
        (guarded, "HEAD", 200),
        (guarded, "POST", 200),
        (guarded, "PUT", 405),
        (guarded, "DELETE", 405),
        (posted, "GET", 405),
        (posted, "HEAD", 405),
        (open_to_all, "GET", 200),
        (open_to_all, "POST", 405),
    ],
)
def test_methods_are_those_named(db: None, view: Any, method: str, status: int) -> None:
    assert ask(view, ADMINISTRATOR, method).status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_without_the_permission_the_screen_does_not_exist(method: str) -> None:
    with pytest.raises(NotFound):
        ask(guarded, EMPLOYEE, method)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_anonymous_visitors_sign_in_first(method: str) -> None:
    answer = ask(guarded, ANONYMOUS, method)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/konto/anmelden/?next=/x/%3Fy%3D1")


def test_views_carry_what_they_ask_for() -> None:
    assert (guarded.permission, open_to_all.permission) == ("identity.account.manage", None)  # type: ignore[attr-defined]
    assert (getattr(guarded, "login_required", True), getattr(open_to_all, "login_required", True)) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "  select 1",
        'SAVEPOINT "s"',
        'RELEASE SAVEPOINT "s"',
        'ROLLBACK TO SAVEPOINT "s"',
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "WITH updated AS (SELECT 1) SELECT * FROM updated FOR UPDATE",
    ],
)
def test_reads_pass(statement: str) -> None:
    def execute(sql: str, _params: Any, _many: bool, _context: Any) -> str:  # noqa: FBT001 - Django's signature
        return sql

    assert refuse_writes(execute, statement, None, False, {}) == statement


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO a VALUES (1)",
        "update a SET b = 1",
        "DELETE FROM a",
        "TRUNCATE a",
        "CREATE TABLE a (b int)",
        "WITH a AS (DELETE FROM b RETURNING 1) SELECT * FROM a",
        "WITH a AS MATERIALIZED (\n  INSERT INTO b VALUES (1) RETURNING 1) SELECT * FROM a",
        "WITH a AS (SELECT 1), c AS NOT MATERIALIZED (update b SET c = 1) SELECT 1",
        "",
    ],
)
def test_writes_do_not(statement: str) -> None:
    with pytest.raises(WriteInSafeRequest):
        refuse_writes(None, statement, None, False, {})

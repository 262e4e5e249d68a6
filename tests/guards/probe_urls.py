"""The program's addresses and a few that misbehave on purpose. Tests choose them with `settings.ROOT_URLCONF`."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, OperationalError, connection
from django.http import HttpResponse
from django.urls import include, path

from staffelstab.core import outbox
from staffelstab.core.errors import Stale
from staffelstab.core.ui import errors
from staffelstab.core.ui.access import access, public
from staffelstab.core.ui.requests import Request
from staffelstab.workforce.models import Unit
from tests.guards import rows


@access("portal.start", methods=("GET", "POST"))
def write(_request: Request) -> HttpResponse:
    """Writes whatever the method."""
    rows.unit()
    return HttpResponse("written")


@access("portal.start")
def write_below(_request: Request) -> HttpResponse:
    """Hides the write in a common table expression."""
    with connection.cursor() as cursor:
        cursor.execute("WITH gone AS (DELETE FROM workforce_unit RETURNING id) SELECT count(*) FROM gone")
    return HttpResponse("written")


@access("portal.start", methods=("POST",))
def write_then_refuse(request: Request) -> HttpResponse:
    """Writes and publishes, then is refused."""
    rows.unit()
    outbox.publish("guard.probe", {}, at=request.now)
    raise Stale


@access("portal.start", methods=("POST",))
def write_then_fail(_request: Request) -> HttpResponse:
    """Writes, then breaks a rule of the database with a value in the message."""
    first = rows.unit()
    Unit.objects.filter(pk=rows.unit().pk).update(code=first.code)
    raise IntegrityError(f"not reached: {first.code}")


@access("portal.start")
def lose_database(_request: Request) -> HttpResponse:
    """The database goes away while the view runs."""
    raise OperationalError("server closed the connection: secret@db.example")


@access("portal.start")
def look(request: Request) -> HttpResponse:
    """Shows another person's data and one's own."""
    assert request.actor.account_id is not None
    for subject in request.GET.getlist("person"):
        request.looks.append(("guard.person", UUID(subject)))
    request.looks.append(("guard.person", request.actor.account_id))
    return HttpResponse("seen")


@public()
def who(request: Request) -> HttpResponse:
    """Says what the middleware found out."""
    return HttpResponse(f"{request.actor.authenticated} {request.htmx}")


urlpatterns = [
    path("probe/write/", write),
    path("probe/write-below/", write_below),
    path("probe/write-then-refuse/", write_then_refuse),
    path("probe/write-then-fail/", write_then_fail),
    path("probe/lose-database/", lose_database),
    path("probe/look/", look),
    path("probe/who/", who),
    path("", include("staffelstab.config.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

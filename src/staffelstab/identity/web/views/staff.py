"""Sessions of the operating staff: asking for one, what the organisation sees of them, ending one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table
from staffelstab.identity.selectors import actors
from staffelstab.identity.selectors import staff as selectors
from staffelstab.identity.services import staff_sessions
from staffelstab.identity.web.forms.staff import StaffSessionForm

COLUMNS = (
    Column(key="reason", label=gettext_lazy("Reason"), primary=True),
    Column(key="who", label=gettext_lazy("Who")),
    Column(key="opened_at", label=gettext_lazy("From"), template="identity/staff/when_cell.html"),
    Column(key="until", label=gettext_lazy("Until"), template="identity/staff/when_cell.html"),
    Column(key="running", label=gettext_lazy("State"), template="identity/staff/state_cell.html"),
)


@access("identity.staff.open", methods=("GET", "POST"))
def staff_open(request: Request) -> HttpResponse:
    """Ask for access to one organisation, and the own sessions so far."""
    form = StaffSessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = staff_sessions.open_session(
                slug=form.cleaned_data["slug"],
                reason=form.cleaned_data["reason"],
                duration=form.duration,
                actor=request.actor,
                now=request.now,
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            request.session[actors.ORGANISATION_KEY] = str(opened.organisation_id)
            return redirect("portal:start_show")
    rows = selectors.own_sessions(actor=request.actor)
    context = {"form": form, "sessions": [(row, row.runs(request.now)) for row in rows]}
    return render(request, "identity/staff/open.html", context, status=422 if form.errors else 200)


@access("identity.staff.list")
def staff_list(request: Request) -> HttpResponse:
    """All sessions of the operating staff in the own organisation, running and past."""
    page = selectors.session_page(actor=request.actor, now=request.now, query=request.GET)
    table = Table(
        columns=COLUMNS if page.with_names else tuple(column for column in COLUMNS if column.key != "who"),
        rows=page.rows,
        caption=_("Sessions of the operating staff, latest first"),
        query=request.GET,
        row_key=lambda row: str(row.id),
    )
    context = {
        "page": page,
        "table": table,
        "running": selectors.running_sessions(actor=request.actor, now=request.now),
        "may_end": request.actor.may("identity.staff.end"),
    }
    return render(request, "identity/staff/list.html", context)


@access("identity.own", methods=("POST",))
def staff_end(request: Request, session_id: UUID) -> HttpResponse:
    """End a session: the own one, or one in the organisation that the actor administers."""
    session = selectors.session(actor=request.actor, session_id=session_id)
    own = session.account_id == request.actor.account_id
    staff_sessions.end_session(session=session, actor=request.actor, now=request.now)
    messages.success(request, _("The session of the operating staff has ended."))
    if not own:
        return redirect("identity:staff_list")
    request.session.pop(actors.ORGANISATION_KEY, None)
    return redirect("identity:staff_open")

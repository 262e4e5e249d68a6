"""Accounts of the organisation: who belongs to it, in which roles."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Filter, Table, choice_filter
from staffelstab.identity.enums import Role
from staffelstab.identity.selectors import members, units
from staffelstab.identity.services import accounts
from staffelstab.identity.web.forms.account import GrantsForm, InviteForm

COLUMNS = (
    Column(
        key="name",
        label=gettext_lazy("Name"),
        primary=True,
        href=lambda row: reverse("identity:account_detail", args=[row.account_id]),
    ),
    Column(key="email", label=gettext_lazy("E-mail address")),
    Column(key="roles", label=gettext_lazy("Roles"), template="identity/account/roles_cell.html"),
    Column(
        key="since", label=gettext_lazy("Since"), template="identity/account/day_cell.html", optional=True
    ),
)


def _filters(request: Request) -> list[Filter]:
    states = [("active", _("active")), ("ended", _("ended"))]
    return [
        choice_filter(request.GET, name="role", label=_("Role"), choices=Role.choices, all_label=_("all")),
        choice_filter(request.GET, name="state", label=_("Access"), choices=states, default="active"),
    ]


@access("identity.account.list")
def account_list(request: Request) -> HttpResponse:
    """Everybody who can sign in here, by name."""
    page = members.member_page(actor=request.actor, today=timezone.localdate(request.now), query=request.GET)
    table = Table(
        columns=COLUMNS,
        rows=page.rows,
        caption=_("Accounts by name"),
        query=request.GET,
        row_key=lambda row: str(row.account_id),
    )
    context = {"page": page, "table": table, "filters": _filters(request), "query": request.GET}
    return render(request, "identity/account/list.html", context)


@access("identity.account.manage", methods=("GET", "POST"))
def account_create(request: Request) -> HttpResponse:
    """Give somebody access; the mail with the way in is sent."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = accounts.invite_member(
                **form.cleaned_data,
                actor=request.actor,
                now=request.now,
                site=request.build_absolute_uri("/"),
            )
        except DomainError as error:
            form.add_error("email", error.message)
        else:
            messages.success(request, _("%(name)s has access. The mail with the way in is on its way.")
                             % {"name": membership.account})  # fmt: skip
            return redirect("identity:account_roles", membership.account_id)
    return render(request, "identity/account/create.html", {"form": form}, status=422 if form.errors else 200)


@access("identity.account.list")
def account_detail(request: Request, account_id: UUID) -> HttpResponse:
    """One person with roles and what can be done."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    request.looks.append(("identity.account", account_id))
    context = {
        "member": found.member,
        "may_manage": request.actor.may("identity.account.manage"),
        "is_self": account_id == request.actor.account_id,
    }
    return render(request, "identity/account/detail.html", context)


@access("identity.account.manage", methods=("GET", "POST"))
def account_roles(request: Request, account_id: UUID) -> HttpResponse:
    """Which roles a person holds, for the whole organisation or for units."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    form = GrantsForm(
        request.POST if request.method == "POST" else None, grants=found.grants, units=units.choices()
    )
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_roles(
                membership=found.membership, grants=form.grants, actor=request.actor, now=request.now
            )
        except DomainError as error:
            form.roles.add_error("roles", error.message)
        else:
            messages.success(request, _("The roles were saved. They count from the next click on."))
            return redirect("identity:account_detail", account_id)
    context = {"form": form, "member": found.member}
    return render(request, "identity/account/roles.html", context, status=422 if form.faulty else 200)


@access("identity.account.manage", methods=("GET", "POST"))
def account_end(request: Request, account_id: UUID) -> HttpResponse:
    """End somebody's access to this organisation, after a question."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    refused = ""
    if request.method == "POST":
        try:
            accounts.end_membership(membership=found.membership, actor=request.actor, now=request.now)
        except DomainError as error:
            refused = error.message
        else:
            messages.success(request, _("The access of %(name)s has ended.") % {"name": found.member.name})
            return redirect("identity:account_list")
    context = {"member": found.member, "refused": refused}
    return render(request, "identity/account/end.html", context, status=422 if refused else 200)

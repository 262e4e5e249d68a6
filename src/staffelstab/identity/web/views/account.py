"""Accounts of the organisation: who belongs to it, in which roles."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core.errors import DomainError, Stale
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Filter, Table, choice_filter
from staffelstab.identity.enums import Role
from staffelstab.identity.selectors import members, units
from staffelstab.identity.services import accounts, particulars
from staffelstab.identity.web.forms.account import (
    EndForm,
    GrantsForm,
    InviteForm,
    InviteManyForm,
    ParticularsForm,
)

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
        "may_deputise": any(request.actor.may("identity.deputy.name", grant) for grant in found.grants),
        "is_self": account_id == request.actor.account_id,
    }
    return render(request, "identity/account/detail.html", context)


@access("identity.account.manage", methods=("GET", "POST"))
def account_edit(request: Request, account_id: UUID) -> HttpResponse:
    """Correct the name or the address of somebody who has access to this organisation alone."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    member = found.member
    form = ParticularsForm(
        request.POST if request.method == "POST" else None, name=member.name, email=member.email
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            particulars.correct(
                membership=found.membership,
                to=(data["display_name"], data["email"]),
                seen=(data["seen_name"], data["seen_email"]),
                actor=request.actor,
                now=request.now,
            )
        except DomainError as error:
            form.add_error(
                "email" if isinstance(error, particulars.AddressNotUsable) else None, error.message
            )
            form.shows(member.name, member.email)
            status = error.status
        else:
            messages.success(
                request, _("Name and address of %(name)s were saved.") % {"name": found.membership.account}
            )
            return redirect("identity:account_detail", account_id)
    elif form.errors:
        status = 422
    return render(request, "identity/account/edit.html", {"form": form, "member": member}, status=status)


@access("identity.account.manage", methods=("GET", "POST"))
def account_roles(request: Request, account_id: UUID) -> HttpResponse:
    """Which roles a person holds, for the whole organisation or for units."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    by_hand = [grant for grant in found.grants if not grant.source]
    form = GrantsForm(
        request.POST if request.method == "POST" else None,
        grants=by_hand,
        units=units.choices(),
        seen=accounts.edition_of(by_hand),
    )
    status = 422
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_roles(
                membership=found.membership,
                grants=form.grants,
                seen=form.roles.cleaned_data["seen"],
                actor=request.actor,
                now=request.now,
            )
        except Stale as error:
            form.roles.add_error(None, error.message)
            form.roles.shows(accounts.edition_of(by_hand), {})
            # With those for single units: where these are chosen there is no place for a sentence.
            form.roles.says_saved("roles", ", ".join(found.member.roles))
            status = error.status
        except DomainError as error:
            form.roles.add_error("roles", error.message)
        else:
            messages.success(request, _("The roles were saved. They count from the next click on."))
            return redirect("identity:account_detail", account_id)
    context = {"form": form, "member": found.member}
    return render(request, "identity/account/roles.html", context, status=status if form.faulty else 200)


@access("identity.account.manage", methods=("GET", "POST"))
def account_end(request: Request, account_id: UUID) -> HttpResponse:
    """End somebody's access to this organisation, at once or after a day, after a question."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            accounts.end_membership(
                membership=found.membership, actor=request.actor, now=request.now, last_day=last_day
            )
        except DomainError as error:
            form.add_error("last_day" if isinstance(error, accounts.EndInThePast) else None, error.message)
        else:
            words = (
                _("The access of %(name)s ends on %(day)s.")
                if last_day
                else _("The access of %(name)s has ended.")
            )
            values = {
                "name": found.member.name,
                "day": date_format(last_day or request.now, "SHORT_DATE_FORMAT"),
            }
            messages.success(request, words % values)
            return redirect("identity:account_list")
    context = {"member": found.member, "form": form}
    return render(request, "identity/account/end.html", context, status=422 if form.errors else 200)


@access("identity.account.manage", methods=("POST",))
def account_remind(request: Request, account_id: UUID) -> HttpResponse:
    """Send the mail with the way in once more."""
    found = members.membership(actor=request.actor, account_id=account_id)
    site = request.build_absolute_uri("/")
    try:
        accounts.invite_again(membership=found, actor=request.actor, now=request.now, site=site)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The mail with the way in is on its way."))
    return redirect("identity:account_detail", account_id)


@access("identity.account.manage", methods=("GET", "POST"))
def account_invite(request: Request) -> HttpResponse:
    """Give many people access from a list of addresses, all of them or none."""
    form = InviteManyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = accounts.invite_members(
            people=form.cleaned_data["people"],
            actor=request.actor,
            now=request.now,
            site=request.build_absolute_uri("/"),
        )
        words = ngettext(
            "%(count)s person has access. The mail with the way in is on its way.",
            "%(count)s persons have access. The mails with the way in are on their way.",
            result.invited,
        )
        messages.success(request, words % {"count": result.invited})
        if result.known:
            messages.info(
                request, _("They had access already: %(names)s") % {"names": ", ".join(result.known)}
            )
        return redirect("identity:account_list")
    return render(request, "identity/account/invite.html", {"form": form}, status=422 if form.errors else 200)

"""Signing in to the organisation: what it demands, and help for those who have lost the second factor."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.errors import DomainError, Stale
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors, members
from staffelstab.identity.services import security
from staffelstab.identity.web.forms.security import SecondFactorForm


@access("identity.organisation.edit", methods=("GET", "POST"))
def security_edit(request: Request) -> HttpResponse:
    """For which roles a second factor is needed."""
    organisation = actors.current_organisation(actor=request.actor)
    initial = {"roles": organisation.second_factor_roles, "seen": security.demand_of(organisation)}
    form = SecondFactorForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422
    if request.method == "POST" and form.is_valid():
        try:
            security.demand_second_factor(
                organisation=organisation,
                roles=form.cleaned_data["roles"],
                seen=form.cleaned_data["seen"],
                actor=request.actor,
                now=request.now,
            )
        except Stale as error:
            form.add_error(None, error.message)
            form.shows(security.demand_of(organisation), {"roles": organisation.second_factor_roles})
            status = error.status
        else:
            messages.success(request, _("Saved. It counts from everybody's next click on."))
            return redirect("identity:security_edit")
    context = {"form": form}
    return render(request, "identity/security/edit.html", context, status=status if form.errors else 200)


@access("identity.account.manage", methods=("GET", "POST"))
def security_reset(request: Request, account_id: UUID) -> HttpResponse:
    """Remove somebody's second factors, after a question."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    refused = ""
    if request.method == "POST":
        try:
            security.reset_factors(membership=found.membership, actor=request.actor, now=request.now)
        except DomainError as error:
            refused = error.message
        else:
            text = _("%(name)s can sign in with the password alone and set up a new second factor.")
            messages.success(request, text % {"name": found.member.name})
            return redirect("identity:account_detail", account_id)
    context = {"member": found.member, "refused": refused}
    return render(request, "identity/security/reset.html", context, status=422 if refused else 200)


@access("identity.account.manage", methods=("POST",))
def security_end(request: Request, account_id: UUID) -> HttpResponse:
    """Sign somebody out on all devices."""
    found = members.member_detail(
        actor=request.actor, account_id=account_id, today=timezone.localdate(request.now)
    )
    ended = security.end_sessions(membership=found.membership, actor=request.actor, now=request.now)
    text = ngettext("%(count)s device was signed out.", "%(count)s devices were signed out.", ended)
    messages.success(request, text % {"count": ended})
    return redirect("identity:account_detail", account_id)

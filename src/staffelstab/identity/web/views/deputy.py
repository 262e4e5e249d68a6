"""Deputies for roles during an absence."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import deputies
from staffelstab.identity.services import deputies as services
from staffelstab.identity.web.forms.deputy import DeputyForm


@access("identity.deputy.view")
def deputy_list(request: Request) -> HttpResponse:
    """Whom I stand in for and who stands in for me; administrators see the whole house."""
    found = deputies.deputies(actor=request.actor, today=timezone.localdate(request.now))
    return render(request, "identity/deputy/list.html", {"deputies": found})


@access("identity.deputy.name", methods=("GET", "POST"))
def deputy_create(request: Request, account_id: UUID) -> HttpResponse:
    """Name a deputy for one of somebody's roles: the own ones, or as administrator. Raises NotFound."""
    today = timezone.localdate(request.now)
    grants = deputies.grants_of(actor=request.actor, account_id=account_id)
    choices = deputies.grant_choices(actor=request.actor, grants=grants)
    form = DeputyForm(request.POST or None, grants=choices, initial={"since": today})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        colleague = deputies.find_colleague(actor=request.actor, text=values["colleague"], today=today)
        try:
            if colleague is None:
                raise services.NotAColleague
            services.name_deputy(
                grant=next(grant for grant in grants if str(grant.pk) == values["grant"]),
                deputy_id=colleague,
                since=values["since"],
                until=values["until"],
                actor=request.actor,
                now=request.now,
            )
        except DomainError as error:
            form.add_error("until" if isinstance(error, services.BadPeriod) else "colleague", error.message)
        else:
            messages.success(request, _("The deputy is named. Both of you see it under “Deputies”."))
            return redirect("identity:deputy_list")
    context = {
        "form": form,
        "holder": str(grants[0].account),
        "own": account_id == request.actor.account_id,
    }
    return render(request, "identity/deputy/create.html", context, status=422 if form.errors else 200)


@access("identity.deputy.view", methods=("POST",))
def deputy_withdraw(request: Request, deputy_id: UUID) -> HttpResponse:
    """End it at once. Raises NotFound."""
    found = deputies.deputy(actor=request.actor, deputy_id=deputy_id)
    services.withdraw_deputy(deputy=found, actor=request.actor, now=request.now)
    messages.success(request, _("%(name)s no longer holds the role.") % {"name": found.deputy})
    return redirect("identity:deputy_list")


@access("identity.deputy.name")
def deputy_pick(request: Request) -> HttpResponse:
    """Suggestions for a colleague: the parameter ``q``, else the only one there is."""
    text = str(request.GET.get("q", next(iter(request.GET.values()), "")))[:200]
    today = timezone.localdate(request.now)
    found = deputies.colleague_pick(actor=request.actor, text=text, today=today)
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((each,) for each in found)))

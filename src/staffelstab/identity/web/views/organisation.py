"""The own organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors
from staffelstab.identity.services import organisations
from staffelstab.identity.web.forms.organisation import OrganisationForm


@access("identity.organisation.view")
def organisation_detail(request: Request) -> HttpResponse:
    """Name, kind, key and colour."""
    organisation = actors.current_organisation(actor=request.actor)
    facts = [
        (_("Name"), organisation.name),
        (_("Short name"), organisation.short_name),
        (_("Kind"), organisation.get_kind_display()),
        (_("Official municipality key (AGS)"), organisation.ags),
        (_("Name in addresses and commands"), organisation.slug),
        (_("Smallest group in evaluations (persons)"), organisation.group_threshold),
    ]
    context = {
        "organisation": organisation,
        "facts": facts,
        "may_edit": request.actor.may("identity.organisation.edit", organisation),
    }
    return render(request, "identity/organisation/detail.html", context)


@access("identity.organisation.edit", methods=("GET", "POST"))
def organisation_edit(request: Request) -> HttpResponse:
    """Change them."""
    organisation = actors.current_organisation(actor=request.actor)
    form = OrganisationForm(request.POST or None, initial=OrganisationForm.initial_of(organisation))
    if request.method == "POST" and form.is_valid():
        organisations.edit_organisation(
            organisation=organisation, values=form.cleaned_data, actor=request.actor, now=request.now
        )
        messages.success(request, _("The data of the organisation were saved."))
        return redirect("identity:organisation_detail")
    status = 422 if form.errors else 200
    return render(request, "identity/organisation/edit.html", {"form": form}, status=status)

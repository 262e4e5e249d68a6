"""The own organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffelstab.core.errors import Stale
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
    shown = OrganisationForm.initial_of(organisation)
    form = OrganisationForm(
        request.POST or None, initial={**shown, "seen": organisations.edition_of(organisation)}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            organisations.edit_organisation(
                organisation=organisation,
                seen=values.pop("seen"),
                values=values,
                actor=request.actor,
                now=request.now,
            )
        except Stale as error:
            form.add_error(None, error.message)
            form.shows(organisations.edition_of(organisation), OrganisationForm.initial_of(organisation))
            status = error.status
        else:
            messages.success(request, _("The data of the organisation were saved."))
            return redirect("identity:organisation_detail")
    elif form.errors:
        status = 422
    return render(request, "identity/organisation/edit.html", {"form": form}, status=status)

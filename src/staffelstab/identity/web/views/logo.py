"""The logo of the own organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors
from staffelstab.identity.selectors import logos as selectors
from staffelstab.identity.services import logos
from staffelstab.identity.web.forms.logo import LogoForm


@access("identity.organisation.edit", methods=("GET", "POST"))
def logo_edit(request: Request) -> HttpResponse:
    """Upload a logo, or remove the one shown."""
    organisation = actors.current_organisation(actor=request.actor)
    if request.method == "POST" and "remove" in request.POST:
        logos.remove_logo(organisation=organisation, actor=request.actor, now=request.now)
        messages.success(request, _("The logo was removed."))
        return redirect("identity:organisation_detail")
    form = LogoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            logos.set_logo(
                organisation=organisation,
                data=form.cleaned_data["picture"].read(),
                actor=request.actor,
                now=request.now,
            )
        except DomainError as error:
            form.add_error("picture", error.message)
        else:
            messages.success(request, _("The logo was saved."))
            return redirect("identity:organisation_detail")
    context = {"form": form, "organisation": organisation}
    return render(request, "identity/logo/edit.html", context, status=422 if form.errors else 200)


@access("identity.organisation.view")
def logo_show(request: Request, digest: str) -> HttpResponse:
    """The picture; its address changes with it, so it may be kept for a year."""
    response = HttpResponse(selectors.logo(actor=request.actor, digest=digest), content_type="image/png")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response

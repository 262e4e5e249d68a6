"""Networks of the organisation and their members."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.errors import DomainError
from staffelstab.core.permissions import require
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table
from staffelstab.identity.selectors import networks
from staffelstab.identity.services import networks as services
from staffelstab.identity.web.forms.network import AdmitForm, SharesForm

COLUMNS: tuple[Column, ...] = (
    Column(key="name", label=gettext_lazy("Organisation"), primary=True),
    Column(key="kind", label=gettext_lazy("Kind")),
    Column(key="shares", label=gettext_lazy("Shares"), numeric=True),
    Column(key="votes", label=gettext_lazy("Votes"), numeric=True),
    Column(key="since", label=gettext_lazy("Since"), template="identity/account/day_cell.html"),
)


@access("identity.network.view")
def network_list(request: Request) -> HttpResponse:
    """The networks; with one only, that one."""
    found = networks.networks(actor=request.actor)
    if len(found) == 1:
        return redirect("identity:network_detail", found[0].pk)
    return render(request, "identity/network/list.html", {"networks": found})


@access("identity.network.view")
def network_detail(request: Request, network_id: UUID) -> HttpResponse:
    """The members with kind, shares and votes."""
    view = networks.network_view(actor=request.actor, network_id=network_id)
    may_manage = request.actor.may("identity.network.manage", view.network)
    columns = COLUMNS
    if may_manage:
        edit = Column(
            key="organisation_id",
            label=_("Change"),
            value=lambda _row: _("Change"),
            href=lambda row: reverse("identity:network_edit", args=[network_id, row.organisation_id]),
        )
        columns = (*COLUMNS, edit)
    table = Table(columns=columns, rows=view.members, caption=_("Members by name"))
    context = {"view": view, "table": table, "may_manage": may_manage}
    return render(request, "identity/network/detail.html", context)


@access("identity.network.manage", methods=("GET", "POST"))
def network_join(request: Request, network_id: UUID) -> HttpResponse:
    """Admit an organisation."""
    network = networks.network(actor=request.actor, network_id=network_id)
    require(request.actor, "identity.network.manage", network)
    form = AdmitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = services.admit_organisation(
                network=network, **form.cleaned_data, actor=request.actor, now=request.now
            )
        except DomainError as error:
            form.add_error("slug", error.message)
        else:
            messages.success(
                request, _("%(name)s now belongs to the network.") % {"name": membership.organisation}
            )
            return redirect("identity:network_detail", network_id)
    context = {"form": form, "network": network}
    return render(request, "identity/network/join.html", context, status=422 if form.errors else 200)


@access("identity.network.manage", methods=("GET", "POST"))
def network_edit(request: Request, network_id: UUID, organisation_id: UUID) -> HttpResponse:
    """Change the shares of a member."""
    membership = networks.network_membership(
        actor=request.actor, network_id=network_id, organisation_id=organisation_id
    )
    require(request.actor, "identity.network.manage", membership.network)
    form = SharesForm(request.POST or None, initial={"shares": membership.shares})
    if request.method == "POST" and form.is_valid():
        services.change_shares(
            membership=membership, **form.cleaned_data, actor=request.actor, now=request.now
        )
        messages.success(request, _("The shares were saved."))
        return redirect("identity:network_detail", network_id)
    context = {
        "form": form,
        "membership": membership,
        "may_leave": membership.organisation_id != membership.network.operator_id,
    }
    return render(request, "identity/network/edit.html", context, status=422 if form.errors else 200)


@access("identity.network.manage", methods=("GET", "POST"))
def network_leave(request: Request, network_id: UUID, organisation_id: UUID) -> HttpResponse:
    """End a membership, after a question."""
    membership = networks.network_membership(
        actor=request.actor, network_id=network_id, organisation_id=organisation_id
    )
    require(request.actor, "identity.network.manage", membership.network)
    refused = ""
    if request.method == "POST":
        name = membership.organisation.name
        try:
            services.dismiss_organisation(membership=membership, actor=request.actor, now=request.now)
        except DomainError as error:
            refused = error.message
        else:
            messages.success(request, _("%(name)s no longer belongs to the network.") % {"name": name})
            return redirect("identity:network_detail", network_id)
    context = {"membership": membership, "refused": refused}
    return render(request, "identity/network/leave.html", context, status=422 if refused else 200)

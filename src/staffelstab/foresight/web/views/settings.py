"""The assumptions an organisation computes with."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core.errors import DomainError, Stale
from staffelstab.core.ui import numbers
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.foresight.selectors import assumptions as selectors
from staffelstab.foresight.services import assumptions as services
from staffelstab.foresight.web import history
from staffelstab.foresight.web.forms.settings import SettingsForm

HISTORY = 50
LABELS = {
    "turnover": gettext_lazy("Yearly turnover"),
    "lead_quarters": gettext_lazy("Lead time"),
    "reason": gettext_lazy("Reason"),
}


@access("foresight.settings.edit", methods=("GET", "POST"))
def settings_edit(request: Request) -> HttpResponse:
    """Turnover and lead time, with a reason; below them their history."""
    current = selectors.settings_for_edit(request.actor)
    saved = {
        "turnover": (Decimal(current.turnover) * 100).normalize() + 0,
        "lead_quarters": current.lead_quarters,
    }
    form = SettingsForm(request.POST or None, initial=saved | {"seen": services.edition_of(current)})
    status = 422
    if request.method == "POST" and form.is_valid():
        try:
            services.change_assumptions(
                turnover=form.share(),
                lead_quarters=form.cleaned_data["lead_quarters"],
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                actor=request.actor,
                now=request.now,
            )
        except services.ReasonMissing as error:
            form.add_error("reason", error.message)
        except Stale as error:
            form.add_error(None, error.message)
            form.shows(services.edition_of(current), saved)
            status = error.status
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("The assumptions were saved. All figures are computed with them from now on.")
            )
            return redirect("foresight:settings_edit")
    entries = selectors.settings_history(request.actor)[:HISTORY]
    context = {
        "form": form,
        "current": current,
        "history": history.changes(entries, labels=LABELS, show=_shown),
    }
    return render(request, "foresight/settings/edit.html", context, status=status if form.errors else 200)


def _shown(name: str, value: object) -> object:
    if value is None:
        return None
    if name == "turnover":
        return numbers.percent(Decimal(str(value)), 2, trim=True)
    if name == "lead_quarters":
        count = int(str(value))
        return ngettext("%(count)d quarter", "%(count)d quarters", count) % {"count": count}
    return value

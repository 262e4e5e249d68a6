"""What happened at the door of a house, as numbers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import sign_ins


@access("identity.audit.view")
def sign_in_list(request: Request) -> HttpResponse:
    """How often people signed in or failed to, and whose account was tried many times."""
    numbers = sign_ins.house_numbers(actor=request.actor, now=request.now)
    request.looks.extend(("identity.sign_in", each.account_id) for each in numbers.tried)
    context = {"numbers": numbers, "days": sign_ins.NUMBERED.days}
    return render(request, "identity/sign_in/list.html", context)

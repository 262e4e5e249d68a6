"""The demo: one-click personas and where its facts come from. Exists only when the demo is switched on."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render

from staffelstab.core.errors import NotFound
from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request
from staffelstab.identity.enums import SignInKind
from staffelstab.identity.selectors.actors import ORGANISATION_KEY
from staffelstab.identity.services import sign_ins
from staffelstab.portal.selectors import demo as selectors


@public()
def demo_show(request: Request) -> HttpResponse:
    """The personas, what the demo contains, and the sources of its facts with their licences."""
    if not settings.DEMO:
        raise NotFound
    return render(request, "portal/demo/show.html", {"houses": selectors.houses()})


@public(methods=("POST",))
def demo_login(request: Request, persona: str) -> HttpResponse:
    """Sign in as a persona, without a password. Raises NotFound outside of the demo and for unknown personas."""
    account = selectors.account_of(persona) if settings.DEMO else None
    if account is None:
        raise NotFound
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[ORGANISATION_KEY] = str(selectors.home_of(persona) or "")
    record_authentication(request, account, method="demo")
    UserSession.objects.create_from_request(request)
    sign_ins.record(kind=SignInKind.SIGNED_IN, account_id=account.pk, way="demo", now=request.now)
    return redirect("portal:start_show")

"""Django's error handlers, in the page frame where that is possible."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import ANONYMOUS
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.outages import outage
from staffelstab.core.ui.middleware import refusal
from staffelstab.core.ui.outages import outage_page


class BadRequest(DomainError):
    """The request itself is malformed."""

    code = "core.bad_request"
    status = 400
    template = _("The request could not be read. Please go back and try again.")


class Forbidden(DomainError):
    """A form came without its security token, or with an old one."""

    code = "core.forbidden"
    status = 403
    template = _("This form has expired. Please reload the page and send it again.")


def _framed(request: HttpRequest, error: DomainError) -> HttpResponse:
    # A request refused by an outer middleware has not met the tenancy middleware.
    if not hasattr(request, "actor"):
        request.actor, request.house = ANONYMOUS, None  # type: ignore[attr-defined]
    return refusal(request, error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """400."""
    return _framed(request, BadRequest())


def forbidden(
    request: HttpRequest,
    exception: Exception | None = None,  # noqa: ARG001 - as Django calls it
    reason: str = "",  # noqa: ARG001 - as Django calls it
) -> HttpResponse:
    """403, also for missing CSRF tokens (``CSRF_FAILURE_VIEW``)."""
    return _framed(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """404."""
    return _framed(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither database nor session; an outage met outside the tenancy says so."""
    error = sys.exc_info()[1]
    found = outage(error)
    if found is not None:
        return outage_page(request, found, error, uncertain=getattr(request, "answered", False))
    return render(request, "500.html", status=500)

"""One transaction, one tenancy context, one mapping of errors per request."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from staffelstab.core import audit
from staffelstab.core.actors import ANONYMOUS
from staffelstab.core.errors import DomainError, NotFound, PermissionRefused
from staffelstab.core.logs import request_id
from staffelstab.core.outages import Outage, outage, space_is_short
from staffelstab.core.tenancy import context
from staffelstab.core.ui.outages import ALIVE, SAFE_METHODS, outage_page

logger = logging.getLogger("staffelstab.request")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """German unless the visitor chose otherwise: the browser's preference does not count in an office."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class TracelessMiddleware:
    """Answers leave nothing behind in the browser.

    Neither its caches nor the pages behind its back button keep them, unless a view says otherwise (the logo). At the
    end of a session (``request.session_left``) the browser drops what it may have kept all the same. Static files are
    answered outside of this.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(request, "session_left", False):
            # Not "cookies": language and appearance are the visitor's, and the session's own cookie goes anyway.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class TenancyMiddleware:
    """Runs the request in one transaction that sees the actor's organisation and nothing else.

    ``settings.ACTOR_RESOLVER`` names the function that knows accounts and roles (``identity.selectors``): it
    takes the request and returns (tenancy context, actor, house).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.resolve = import_string(settings.ACTOR_RESOLVER)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = request_id.set(uuid.uuid4().hex[:12])
        # A request reads the clock here and nowhere else.
        request.now = timezone.now()  # type: ignore[attr-defined]  # noqa: TID251
        request.looks = []  # type: ignore[attr-defined]
        request.htmx = request.headers.get("HX-Request") == "true"  # type: ignore[attr-defined]
        try:
            if request.path_info == ALIVE:
                request.actor, request.house = ANONYMOUS, None  # type: ignore[attr-defined]
                return self.get_response(request)
            if request.method not in SAFE_METHODS and space_is_short():
                return outage_page(request, Outage.FULL)
            if _has_nul(request):
                raise BadRequest("a text with NUL")
            return self._in_transaction(request)
        except (DatabaseError, InterfaceError, OSError) as error:
            found = outage(error)
            if found is None:
                raise
            return outage_page(request, found, error, uncertain=getattr(request, "answered", False))
        finally:
            request_id.reset(token)

    def _in_transaction(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            if request.method not in SAFE_METHODS:
                # Only changes wait for locks, for example those of an import: not longer than people do.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [settings.LOCK_PATIENCE])
            tenancy, actor, house = self.resolve(request)
            request.actor, request.house = actor, house  # type: ignore[attr-defined]
            with context.hold(tenancy, changed=request.method not in SAFE_METHODS):
                response = self.get_response(request)
                # From here on an outage leaves open whether the change was saved.
                request.answered = request.method not in SAFE_METHODS  # type: ignore[attr-defined]
                if response.status_code >= 500 or getattr(request, "refused", False):
                    # Views translate anticipated errors inside their own savepoint; what arrives here as an
                    # error page must not leave half a change behind.
                    transaction.set_rollback(True)
                elif request.looks:  # type: ignore[attr-defined]
                    self._log_looks(request)
        return response

    @staticmethod
    def _log_looks(request: HttpRequest) -> None:
        by_view: dict[str, list[uuid.UUID]] = {}
        for what, subject in request.looks:  # type: ignore[attr-defined]
            by_view.setdefault(what, []).append(subject)
        for what, subjects in by_view.items():
            audit.record_looks(request.actor, what, subjects, at=request.now)  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Map anticipated errors to a page or problem document; leave the rest to Django's handler."""
        if isinstance(exception, Http404):
            exception = NotFound()
        found = outage(exception)
        if found is not None:
            request.refused = True  # type: ignore[attr-defined]
            return outage_page(request, found, exception)
        if not isinstance(exception, DomainError):
            return None
        if isinstance(exception, PermissionRefused):
            _log_refusal(request, exception)
        request.refused = True  # type: ignore[attr-defined]
        return refusal(request, exception)


def _has_nul(request: HttpRequest) -> bool:
    """Whether address or fields hold a sign that PostgreSQL takes in no text. Nobody types it."""
    lists = (values for sent in (request.GET, request.POST) for _name, values in sent.lists())
    return "\0" in request.path_info or any("\0" in value for values in lists for value in values)


def _log_refusal(request: HttpRequest, error: PermissionRefused) -> None:
    """What was refused to which account, for whoever looks after the installation. No address, no object."""
    actor = request.actor  # type: ignore[attr-defined]
    known = {"permission": error.data.get("permission"), "account_id": actor.account_id}
    known["organisation_id"] = actor.organisation_id
    logger.warning("access refused", extra={"event": "access_refused", **known})


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The one mapping of a domain error to HTTP: a problem document (RFC 9457) or a page."""
    if not request.accepts("text/html"):
        return JsonResponse(
            {"type": f"urn:staffelstab:{error.code}", "title": error.message, "status": error.status},
            status=error.status,
            content_type="application/problem+json",
        )
    return render(request, "core/ui/error.html", {"error": error}, status=error.status)

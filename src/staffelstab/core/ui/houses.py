"""The organisation a form belongs to: named in every form, compared when the form arrives.

The active organisation is a matter of the session, and a session has many windows. A form of an older window must not
be written into the organisation somebody has switched to since, in another one (docs/adr/0025).
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

FIELD: Final = "_house"
"""Hidden field beside the security token: key of the organisation in which the form was drawn."""

HEADER: Final = "X-House"
"""The same for what htmx sends without a form."""

SWITCH: Final = "_switch"
"""Field of a form that is to be sent to this organisation whichever is active: it counts instead of the other two."""


def active(request: HttpRequest | None) -> str:
    """Key of the organisation the request acts in; empty for none."""
    actor = getattr(request, "actor", None)
    return str(actor.organisation_id or "") if actor is not None else ""


def named(request: HttpRequest) -> frozenset[str]:
    """The organisations the request names as its own: none, one, or two that contradict each other."""
    wanted = request.POST.get(SWITCH)
    if wanted:
        return frozenset({wanted})
    found = (request.POST.get(FIELD), request.headers.get(HEADER))
    return frozenset(each for each in found if each)

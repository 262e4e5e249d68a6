"""What a form brought that could not be taken: its texts, for the sender to keep."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from staffelstab.core.ui import houses

SECRETS: Final = frozenset({"code", "credential", "csrfmiddlewaretoken", "login", "session"})
"""Fields that are not shown again; besides those of passwords."""

WORTH: Final = 20
"""Characters from which on a value is worth being shown again; names of choices and keys are shorter or known."""


def texts(request: HttpRequest) -> list[str]:
    """The texts of the fields. No secrets, no keys."""
    return [
        value.strip()
        for name, values in request.POST.lists()
        if name not in SECRETS and name not in {houses.FIELD, houses.SWITCH} and "password" not in name
        for value in values
        if len(value.strip()) >= WORTH
    ]

"""The request as views of Staffelstab see it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest

if TYPE_CHECKING:
    from staffelstab.core.actors import Actor


class Request(HttpRequest):
    """``HttpRequest`` plus what ``core.ui.middleware`` adds. Only a type: requests are never built from it."""

    actor: Actor
    now: datetime
    house: Any
    looks: list[tuple[str, UUID]]
    keeping: bool

    @property
    def htmx(self) -> bool:  # pragma: no cover - documentation of the attribute
        """Whether htmx asks for a fragment."""
        raise AttributeError

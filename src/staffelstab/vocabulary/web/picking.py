"""What a suggestion field asks for."""

from __future__ import annotations

from staffelstab.core.ui.requests import Request


def picked_text(request: Request) -> str:
    """The typed text: parameter ``q``, or else the field itself under whatever name its form gives it."""
    name = "q" if "q" in request.GET else next(iter(request.GET), "q")
    return request.GET.get(name, "")

"""Places in a module's page that modules above it fill: the page names the place, the AppConfig above registers.

``{% slot "workforce.task" task %}`` draws what is registered there. Without it a task page could not show its risk:
``workforce`` must not import ``foresight``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from staffelstab.core.ui.requests import Request


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page: a template and its context."""

    template: str
    context: Mapping[str, object]


Provider = Callable[[Request, object], Block | None]
_providers: dict[str, tuple[str, ...]] = {}


def register(place: str, path: str) -> None:
    """Add the provider at a dotted path to a place; registering it twice changes nothing."""
    known = _providers.get(place, ())
    if path not in known:
        _providers[place] = (*known, path)


def registered() -> Mapping[str, tuple[str, ...]]:
    """Places and the dotted paths of their providers."""
    return dict(_providers)


def render(place: str, request: Request, obj: object) -> SafeString:
    """What is registered at a place for an object, in the order of registration."""
    pieces = []
    for path in _providers.get(place, ()):
        provider: Provider = import_string(path)
        block = provider(request, obj)
        if block is not None:
            pieces.append(render_to_string(block.template, dict(block.context), request=request))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece is a rendered template

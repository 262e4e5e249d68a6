"""Reads of the catalogue of public services."""

from __future__ import annotations

from staffelstab.core.actors import Actor
from staffelstab.core.sorting import sort_key
from staffelstab.vocabulary.models import Service


def find_services(*, actor: Actor, q: str) -> list[Service]:
    """Services whose name or everyday words contain all words of ``q``."""
    found = Service.visible.filter(ended_on=None)
    for word in sort_key(q).split():
        found = found.filter(search__contains=word)
    return list(found[:20])

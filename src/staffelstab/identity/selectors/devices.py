"""What a browser says about itself, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""In this order: a browser also names those it descends from, and Android is a Linux."""


def marks(user_agent: str) -> str:
    """What :func:`describe` goes by, and nothing else of what a browser says about itself."""
    found = (next((mark for mark, _name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return " ".join(filter(None, found))


def describe(user_agent: str) -> str:
    """Browser and system, e.g. ``Firefox on Windows``; what is not known is left out."""
    browser, system = (
        next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)
    )
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")

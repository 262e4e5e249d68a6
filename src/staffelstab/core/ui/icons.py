"""The icon set: own line drawings on a 24 × 24 grid, inlined by ``{% icon "name" %}``.

Inlined rather than loaded from a sprite file: an icon is about 150 bytes, needs no request, and prints the same.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS: dict[str, str] = {
    "home": "M3 11 12 4l9 7M5 10v10h14V10",
    "document": "M5 4h14v16H5zM8 9h8M8 13h8M8 17h5",
    "star": "m12 4 2.4 5 5.6.7-4 3.9 1 5.4-5-2.7-5 2.7 1-5.4-4-3.9 5.6-.7z",
    "book": "M4 5h7a2 2 0 0 1 2 2v13a2 2 0 0 0-2-2H4zM20 5h-7v15a2 2 0 0 1 2-2h5z",
    "chat": "M4 5h16v11H9l-5 4z",
    "flag": "M6 21V4h12l-3 4 3 4H6",
    "network": "M12 5v6M12 11 6 18M12 11l6 7M12 5a1.5 1.5 0 1 0 0-.1M6 18.5a1.5 1.5 0 1 0 0-.1M18 18.5a1.5 1.5 0 1 0"
    " 0-.1",
    "eye": "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 .1 0",
    "gear": "M12 9a3 3 0 1 0 .1 0M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1"
    "M7.7 16.3l-2.1 2.1",
    "search": "M11 5a6 6 0 1 0 .1 0M15.5 15.5 21 21",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "close": "m6 6 12 12M18 6 6 18",
    "help": "M12 3a9 9 0 1 0 .1 0M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.7M12 16.6v.4",
    "person": "M12 4a4 4 0 1 0 .1 0M4 21c0-5 3.6-7 8-7s8 2 8 7",
    "people": "M9 5a3.5 3.5 0 1 0 .1 0M2.5 20c0-4.5 3-6.5 6.5-6.5s6.5 2 6.5 6.5M16 5.5a3.2 3.2 0 0 1 0 6"
    "M17.5 14c2.5.6 4 2.5 4 6",
    "language": "M12 3a9 9 0 1 0 .1 0M3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
    "contrast": "M12 3a9 9 0 1 0 .1 0M12 3v18M12 8h6M12 12h9M12 16h7",
    "chevron-down": "m6 9 6 6 6-6",
    "chevron-right": "m9 6 6 6-6 6",
    "chevron-left": "m15 6-6 6 6 6",
    "arrow-up": "M12 20V5M6 11l6-6 6 6",
    "arrow-down": "M12 4v15M6 13l6 6 6-6",
    "arrow-right": "M4 12h15M13 6l6 6-6 6",
    "sort": "m8 10 4-4 4 4M8 14l4 4 4-4",
    "plus": "M12 5v14M5 12h14",
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "edit": "M5 19v-3.5L15.5 5 19 8.5 8.5 19zM13 7.5 16.5 11",
    "trash": "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
    "download": "M12 4v11M7 10.5l5 5 5-5M5 20h14",
    "upload": "M12 16V5M7 9.5l5-5 5 5M5 20h14",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "calendar": "M4 6h16v14H4zM4 10h16M8 4v4M16 4v4",
    "clock": "M12 4a8 8 0 1 0 .1 0M12 8v4.5l3 2",
    "table": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    "chart": "M5 20V11M11 20V5M17 20v-7M3 20h18",
    "tree": "M9 4h6v4H9zM3 16h6v4H3zM15 16h6v4h-6zM12 8v4M6 16v-4h12v4",
    "history": "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
    "warning": "M12 4 2.5 20h19zM12 10v5M12 17.4v.2",
    "info": "M12 4a8 8 0 1 0 .1 0M12 11v5M12 8v.2",
    "error": "M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM12 8v5M12 15.8v.2",
    "success": "M12 4a8 8 0 1 0 .1 0M8.5 12.3l2.5 2.5 4.5-5",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "logout": "M10 5H5v14h5M9 12h11M16 8l4 4-4 4",
    "link": "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "swap": "M4 9h14M14 5l4 4-4 4M20 15H6M10 11l-4 4 4 4",
    "undo": "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H9",
    "empty": "M4 13 7 5h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5",
    "bell": "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10.5 20.5h3",
    "external": "M14 5h5v5M19 5l-9 9M17 14v5H5V7h5",
}


def icon_svg(name: str, *, css_class: str = "", label: str = "") -> SafeString:
    """One inline SVG. Without `label` it is decoration and hidden from assistive technology.

    Raises KeyError for an unknown name.
    """
    path = mark_safe(ICONS[name])  # noqa: S308 - constant of this module
    classes = f"icon {css_class}".strip()
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}"><path d="{}"/></svg>',
            classes,
            label,
            path,
        )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', classes, path
    )

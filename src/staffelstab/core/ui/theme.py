"""Colours of a house: which text stands on its colour, and which variant serves in the dark."""

import re
from dataclasses import dataclass

DEFAULT_COLOUR = "#0b4f6c"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
# WCAG 2.2: contrast of normal text.
_MINIMUM = 4.5


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours as ``#rrggbb``: the house's colour, the text on it, and a lighter one for dark surfaces."""

    colour: str
    colour_on: str
    colour_dark: str


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance 0…1 of ``#rrggbb`` (WCAG 2.2)."""
    linear = [
        value / 12.92 if (value := channel / 255) <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio 1…21 of two colours (WCAG 2.2)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0…1) of `other`, mixed in sRGB."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine * (1 - share) + theirs * share):02x}" for mine, theirs in pairs)


def house_theme(colour: str) -> Theme:
    """Theme for a house colour; anything that is not ``#rrggbb`` gives the default colour.

    The value ends up in a style sheet, so nothing but a hexadecimal colour may pass.
    """
    base = colour.lower() if _HEX.fullmatch(colour) else DEFAULT_COLOUR
    # White or black reaches the ratio on every colour; the softer dark is taken where it suffices.
    on = next(each for each in ("#ffffff", "#131525", "#000000") if contrast(base, each) >= _MINIMUM)
    dark = base
    while contrast(dark, "#131525") < _MINIMUM:
        dark = mixed(dark, "#ffffff", 0.1)
    return Theme(colour=base, colour_on=on, colour_dark=dark)

"""Pictures people upload as a logo, drawn anew so that nothing but the picture remains."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

FORMATS: Final = ("PNG", "JPEG", "WEBP")
"""No SVG: it may hold programs and links."""
SIDE: Final = 512
MAX_POINTS: Final = 30_000_000


class NoPicture(Exception):
    """The bytes are no picture of a known kind, or a damaged one."""


class TooLarge(Exception):
    """The picture has more points than ``MAX_POINTS``."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its size in points."""

    png: bytes
    width: int
    height: int


def as_logo(data: bytes) -> Picture:
    """The picture turned upright, fitted into ``SIDE`` × ``SIDE`` and written as PNG without any metadata.

    Raises NoPicture, TooLarge.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - megabytes of memory that a process seldom needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
            if opened.width * opened.height > MAX_POINTS:
                raise TooLarge
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooLarge from error
    # Pillow's readers raise whatever a damaged file leads them to.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, ArithmeticError, LookupError) as error:
        raise NoPicture from error
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", upright.size)
    clean.paste(upright)
    written = io.BytesIO()
    clean.save(written, "PNG", optimize=True)
    return Picture(written.getvalue(), clean.width, clean.height)

"""Logos: every picture is drawn anew, everything else is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from staffelstab.identity.formats.logos import NoPicture, TooLarge, as_logo


@pytest.fixture(autouse=True)
def strict_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web process never loads WeasyPrint, which has Pillow accept damaged files; another test may have."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#0b4f6c").save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_picture_becomes_a_png_of_its_size(kind: str) -> None:
    made = as_logo(picture(kind))
    assert (made.width, made.height) == (40, 20)
    with Image.open(io.BytesIO(made.png)) as again:
        assert (again.format, again.size) == ("PNG", (40, 20))


def test_large_picture_is_fitted() -> None:
    made = as_logo(picture("PNG", (2000, 1000)))
    assert (made.width, made.height) == (512, 256)


def test_picture_lying_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[274] = 6
    assert (as_logo(picture("JPEG", exif=exif)).width, as_logo(picture("JPEG")).width) == (20, 40)


def test_nothing_but_the_picture_remains() -> None:
    info = PngInfo()
    info.add_text("Author", "Geheimnis")
    data = picture("PNG", pnginfo=info)
    assert b"Geheimnis" in data
    assert b"Geheimnis" not in as_logo(data).png


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("GIF"),
                                  picture("PNG")[:60], picture("BMP")])  # fmt: skip
def test_what_is_no_picture_of_a_known_kind_is_refused(data: bytes) -> None:
    with pytest.raises(NoPicture):
        as_logo(data)


def test_picture_that_would_fill_the_memory_is_refused() -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", b"abc"))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    with pytest.raises(TooLarge):
        as_logo(data)


def test_picture_with_too_many_points_is_refused() -> None:
    with pytest.raises(TooLarge):
        as_logo(picture("PNG", (6000, 5001)))


@given(st.binary(max_size=400), st.integers(0, 60))
def test_no_bytes_do_anything_else(noise: bytes, kept: int) -> None:
    for data in (
        noise,
        picture("PNG")[:kept] + noise,
        picture("JPEG")[:kept] + noise,
        picture("WEBP")[:kept] + noise,
    ):
        try:
            as_logo(data)
        except (NoPicture, TooLarge):
            continue

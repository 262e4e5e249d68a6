"""The PDF of a report is accessible: PDF/UA-1, tags, headings in order, alternative texts, table heads, bookmarks."""

from __future__ import annotations

import dataclasses
import io
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils import translation

from staffelstab.foresight.domain.report_document import Document
from staffelstab.foresight.selectors.report_files import pdf_of
from staffelstab.foresight.selectors.report_sections import document
from tests.factories.reports import FIGURES, FRAME

pytestmark = pytest.mark.slow  # the document is drawn by another process


@pytest.fixture(scope="module")
def made() -> Document:
    """A report on a unit, with every section filled."""
    with translation.override("de"):
        return document(FIGURES, FRAME)


@pytest.fixture(scope="module")
def content(made: Document) -> bytes:
    """Its PDF."""
    with translation.override("de"):
        return pdf_of(made, digest="abc")


@pytest.fixture(scope="module")
def pdf(content: bytes) -> Iterator[pikepdf.Pdf]:
    """The same, opened."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    """All elements of the structure tree, in reading order."""
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def tagged(pdf: pikepdf.Pdf, *names: str) -> list[Any]:
    return [each for each in elements(pdf.Root.StructTreeRoot) if str(each.S) in names]


def test_document_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    assert bool(pdf.Root.MarkInfo.Marked)
    assert str(pdf.Root.Lang) == "de"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Bericht über Austritte und Wissen: 50 Sozialamt"
    assert str(pdf.docinfo["/Author"]) == "Stadt Musterstadt"


def test_headings_come_in_order_and_make_the_bookmarks(pdf: pikepdf.Pdf, made: Document) -> None:
    levels = [int(str(each.S)[2:]) for each in tagged(pdf, "/H1", "/H2", "/H3", "/H4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    with pdf.open_outline() as outline:
        (top,) = outline.root
        assert top.title == made.title
        assert [each.title for each in top.children] == [section.title for section in made.sections]


def test_every_figure_has_its_alternative_text(pdf: pikepdf.Pdf, made: Document) -> None:
    pictures = [table.picture.description for table in made.tables if table.picture]
    assert [str(each.get("/Alt", "")) for each in tagged(pdf, "/Figure")] == ["Stadt Musterstadt", *pictures]
    assert len(pictures) == 3


def test_every_cell_of_a_table_names_the_heads_of_its_row_and_column(
    pdf: pikepdf.Pdf, made: Document
) -> None:
    tables = tagged(pdf, "/Table")
    assert len(tables) == len(made.tables) == 7
    for drawn, table in zip(tables, made.tables, strict=True):
        heads = {str(each.ID) for each in elements(drawn) if str(each.S) == "/TH"}
        cells = [each for each in elements(drawn) if str(each.S) == "/TD"]
        assert len(heads) == len(table.columns) + len(table.rows)
        assert len(cells) == (len(table.columns) - 1) * len(table.rows)
        named = [{str(head) for head in cell.A.Headers} for cell in cells]
        assert [len(each) for each in named] == [2] * len(cells)
        assert set().union(*named) <= heads


def poppler(program: str, *words: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} (poppler-utils) is not installed")
    return subprocess.run([found, *words], capture_output=True, text=True, check=True).stdout


def test_text_can_be_read_with_every_page_numbered(content: bytes, pdf: pikepdf.Pdf, tmp_path: Path) -> None:
    path = tmp_path / "bericht.pdf"
    path.write_bytes(content)
    facts = poppler("pdfinfo", str(path)).split()
    assert facts[facts.index("Tagged:") + 1] == "yes"
    text = poppler("pdftotext", str(path), "-")
    pages = len(pdf.pages)
    dense = text.replace(" ", "").replace("\xa0", "")
    assert [f"{page}/{pages}" in dense for page in range(1, pages + 1)] == [True] * pages
    flat = " ".join(text.split())
    assert "Ohne Gegensteuern ist bis IV/2028 für 10 von 74 Aufgaben wahrscheinlich niemand mehr da" in flat
    assert "1 geplant, 2 erledigt" in flat
    assert "Prüfsumme: abc" in flat


def test_head_stands_in_the_colour_of_the_house(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bericht.pdf"
    path.write_bytes(content)
    picture = tmp_path / "seite"
    poppler("pdftoppm", "-r", "20", "-f", "1", "-l", "1", "-singlefile", str(path), str(picture))
    header, _size, _depth, pixels = picture.with_suffix(".ppm").read_bytes().split(b"\n", 3)
    assert (header, pixels[:3]) == (b"P6", bytes.fromhex("8d1f3d"))


def test_report_of_a_house_without_logo_has_one_picture_less(made: Document) -> None:
    plain = dataclasses.replace(made, logo="", sections=made.sections[-1:])
    with translation.override("de"), pikepdf.open(io.BytesIO(pdf_of(plain, digest="abc"))) as opened:
        assert tagged(opened, "/Figure") == []

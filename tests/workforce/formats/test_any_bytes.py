"""Arbitrary bytes and damaged files: a source with rows and problems, or a refusal; nothing else, ever."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffelstab.workforce.domain.import_messages import PROBLEMS
from staffelstab.workforce.domain.import_problems import describe
from staffelstab.workforce.domain.import_rules import column_name, sheet_name
from staffelstab.workforce.formats.annotated import annotate
from staffelstab.workforce.formats.limits import Limits, SourceRefused
from staffelstab.workforce.formats.template import write_template
from tests.workforce.formats.sources import csv_zip, ods, ods_table, read

CSV = 'Kürzel;Name;Übergeordnet\r\n50;Sozialamt;\r\n50.1;"Wohn\r\ngeld";50\r\n'.encode("cp1252")
FEW = Limits(unpacked_bytes=2_000_000, rows=10_000, workbook_cells=100_000, held_cells=100_000)


def _template() -> bytes:
    target = io.BytesIO()
    write_template(target, translate=str)
    return target.getvalue()


TEMPLATE = _template()
ODS = ods({"Einheiten": ods_table([("Kürzel", "Name"), ("50", "Sozialamt"), ("50.1", "Wohngeld")])})
VALID = [TEMPLATE, ODS, csv_zip({"Einheiten.csv": CSV, "Notizen.csv": "a"}), CSV]


def check(data: bytes) -> None:
    """Read everything; every problem can be put into words."""
    try:
        _, problems = read(data, "Einheiten.csv")
    except SourceRefused as refused:
        assert PROBLEMS[refused.code].message % ({"name": "x"} | refused.data) != ""  # noqa: PT017
        return
    for problem in problems:
        assert describe(problem, sheet_name=sheet_name, column_name=column_name).message != ""


@settings(max_examples=200, deadline=None)
@given(
    head=st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"\xef\xbb\xbf", b"\xff\xfe", b"K\xfcrzel;Name\r\n"]
    ),
    tail=st.binary(max_size=300),
)
def test_any_bytes_are_read_or_refused(head: bytes, tail: bytes) -> None:
    check(head + tail)


edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "delete", "insert", "cut"]),
        st.integers(0, 9_999),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=4,
)


def damage(data: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    for kind, where, piece in changes:
        place = where * len(data) // 10_000
        if kind == "flip":
            data = data[:place] + piece + data[place + len(piece) :]
        elif kind == "delete":
            data = data[:place] + data[place + len(piece) :]
        elif kind == "insert":
            data = data[:place] + piece + data[place:]
        elif place > len(data) // 2:
            data = data[:place]
    return data


@settings(max_examples=200, deadline=None)
@given(data=st.sampled_from(VALID), changes=edits)
def test_damaged_files_are_read_or_refused(data: bytes, changes: list[tuple[str, int, bytes]]) -> None:
    check(damage(data, changes))


PARTS = [
    (data, member.filename)
    for data in (TEMPLATE, ODS)
    for member in zipfile.ZipFile(io.BytesIO(data)).infolist()
    if member.filename.endswith((".xml", ".rels"))
]


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(part=st.sampled_from(PARTS), changes=edits)
def test_workbooks_with_damaged_xml_are_read_or_refused(
    part: tuple[bytes, str], changes: list[tuple[str, int, bytes]]
) -> None:
    data, name = part
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {member: archive.read(member) for member in archive.namelist()}
    contents[name] = damage(contents[name], changes)
    check(csv_zip(contents))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(part=st.sampled_from(PARTS), changes=edits)
def test_damaged_workbooks_can_be_annotated(
    part: tuple[bytes, str], changes: list[tuple[str, int, bytes]]
) -> None:
    data, name = part
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {member: archive.read(member) for member in archive.namelist()}
    contents[name] = damage(contents[name], changes)
    assert annotate(csv_zip(contents), "datei", [], limits=FEW).startswith(b"PK")


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"])
def test_workbook_without_a_part_is_read_or_refused(member: str) -> None:
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if name != member}
    check(csv_zip(contents))

"""What is recognised, what is refused, and with which code."""

from __future__ import annotations

import codecs
import io
import zipfile
from pathlib import Path

import pytest

from staffelstab.workforce.formats.limits import Limits, SourceRefused
from staffelstab.workforce.formats.source import SourceKind, open_source
from staffelstab.workforce.formats.xlsx import inspect
from tests.workforce.formats.sources import UNITS, csv_zip, found, ods, ods_table, ods_text, read, xlsx

UNIT_ROWS = [("50", "Sozialamt", ""), ("50.1", "Wohngeld", "50")]
CSV = "Kürzel;Name;Übergeordnet\r\n50;Sozialamt;\r\n50.1;Wohngeld;50\r\n"
CHUNK = 1 << 20
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def compound(stream: str) -> bytes:
    return COMPOUND + stream.encode("utf-16-le") + bytes(100)


REFUSED = [
    (b"", "file.empty"),
    (b" \r\n\r\n", "file.empty"),
    (b"\xef\xbb\xbf", "file.empty"),
    (b"%PDF-1.7\n...", "file.pdf"),
    (b"\x89PNG\r\n\x1a\n" + bytes(20), "file.image"),
    (b"\xff\xd8\xff\xe0" + bytes(20), "file.image"),
    (compound("Workbook"), "file.legacy_xls"),
    (compound("EncryptedPackage"), "file.encrypted"),
    (compound("WordDocument"), "file.other_document"),
    (b"Rar!\x1a\x07\x00", "file.unknown_type"),
    (b"<html><table>", "file.unknown_type"),
    (b"MZ\x90\x00\x03\x00\x00\x00", "file.unknown_type"),
    (b"K\x81rzel;Name\r\n", "csv.encoding"),
    (b"PK\x03\x04 and then nothing", "zip.damaged"),
    (xlsx({"Einheiten": UNITS})[:-200], "zip.damaged"),
    (csv_zip({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}), "file.other_document"),
    (csv_zip({"xl/workbook.bin": "x", "[Content_Types].xml": "<x/>"}), "file.binary_workbook"),
    (csv_zip({"mimetype": "application/vnd.oasis.opendocument.text"}), "file.other_document"),
    (csv_zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "workbook.damaged"),
    (csv_zip({"[Content_Types].xml": "<x/>"}), "workbook.damaged"),
    (csv_zip({"innen.zip": csv_zip({"Einheiten.csv": CSV})}), "zip.nested"),
    (csv_zip({"Einheiten.csv": csv_zip({"a": "b"})}), "zip.nested"),
    (csv_zip({"liesmich.md": "x"}), "zip.no_csv"),
    (csv_zip({"Einheiten.csv": b"\x00\x01\x02"}), "csv.binary"),
    (csv_zip({"Einheiten.csv": b"0" * 9_000_000}), "zip.ratio"),
    (ods({}, head='<!DOCTYPE x [<!ENTITY a "b">]><x>'), "workbook.forbidden_xml"),
    (ods({"Einheiten": ["<offen>"]}), "workbook.damaged"),
]


@pytest.mark.parametrize(("data", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_file_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        open_source(data, "datei")
    assert refused.value.code == code


TIGHT = Limits(
    file_bytes=3000, unpacked_bytes=20_000, members=3, rows=5, columns=4, workbook_cells=12, held_cells=12
)
BEYOND_LIMITS = [
    (b"a;b\n" * 1000, "file.too_large"),
    (csv_zip({"Einheiten.csv": "a;b\n" * 6000}), "zip.unpacked_too_large"),
    (csv_zip({f"{n}.csv": "a" for n in range(4)}), "zip.too_many_files"),
    (ods({"Einheiten": [ods_text("a") * 5]}), "table.too_many_columns"),
    (ods({"Einheiten": [ods_text("a")] * 6}), "table.too_many_rows"),
    (ods({"Einheiten": [ods_text("a") * 4] * 3}), "workbook.too_many_cells"),
]


@pytest.mark.parametrize(("data", "code"), BEYOND_LIMITS, ids=[code for _, code in BEYOND_LIMITS])
def test_file_beyond_the_limits_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        open_source(data, "datei", limits=TIGHT)
    assert refused.value.code == code


def test_repeat_counts_of_ods_cannot_fill_the_memory() -> None:
    cell = ods_text("a").replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"'
    )
    row = f'<table:table-row table:number-rows-repeated="999999999">{ods_text("a")}</table:table-row>'
    with pytest.raises(SourceRefused) as wide:
        open_source(ods({"Einheiten": [cell]}), "datei")
    with pytest.raises(SourceRefused) as long:
        open_source(ods({"Einheiten": [row]}), "datei")
    assert (wide.value.code, long.value.code) == ("table.too_many_columns", "table.too_many_rows")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('<c r="XFD1"><v>1</v></c>', "table.too_many_columns"),
        ('<c r="IV1048576"><v>1</v></c>', "workbook.too_many_cells"),
        ("<c r = 'iv1048576' ><v>1</v></c>", "workbook.too_many_cells"),
        ("<c><v>1</v></c>" * 300, "table.too_many_columns"),
        ('<c r="A9999999"><v>1</v></c>', "table.too_many_rows"),
        ("<!DOCTYPE x>", "workbook.forbidden_xml"),
    ],
)
def test_sheet_that_spans_too_much_is_refused_before_it_is_laid_out(cell: str, code: str) -> None:
    data = replace_member(
        xlsx({"Einheiten": UNITS}),
        "xl/worksheets/sheet1.xml",
        b"</sheetData>",
        f"<row>{cell}</row></sheetData>".encode(),
    )
    with pytest.raises(SourceRefused) as refused:
        open_source(data, "datei")
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_no_other_encoding_hides_what_a_workbook_must_not_contain(encoding: str, member: str) -> None:
    original = zipfile.ZipFile(io.BytesIO(xlsx({"Einheiten": UNITS}))).read(member)
    text = original.decode().partition("?>")[2]
    if encoding == "cp037":
        hidden = b'<?xml version="1.0" encoding="cp037"?>' + f"<!DOCTYPE x>{text}".encode(encoding)
    else:
        hidden = f'<?xml version="1.0"?><!DOCTYPE x>{text}'.encode(encoding)
    with pytest.raises(SourceRefused) as refused:
        open_source(replace_member(xlsx({"Einheiten": UNITS}), member, original, hidden), "datei")
    assert refused.value.code == "workbook.encoding"


def test_a_sheet_called_like_a_picture_is_looked_into() -> None:
    data = csv_zip({"xl/media/image1.png": b"\x89PNG\x00\x00" + bytes(range(256))})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {path: extent.height for path, extent in inspect(archive, "x", Limits()).items()} == {
            "xl/media/image1.png": 0
        }
    data = csv_zip({"xl/worksheets/sheet1.png": '<row><c r="XFD1"><v>1</v></c></row>'})
    with zipfile.ZipFile(io.BytesIO(data)) as archive, pytest.raises(SourceRefused) as refused:
        inspect(archive, "x", Limits())
    assert refused.value.code == "table.too_many_columns"


def replace_member(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            content = before.read(info)
            after.writestr(info.filename, content.replace(old, new) if info.filename == member else content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (xlsx({"Einheiten": UNITS}), SourceKind.XLSX),
        (ods({"Einheiten": ods_table(UNITS)}), SourceKind.ODS),
        (CSV.encode(), SourceKind.CSV),
        (csv_zip({"Einheiten.csv": CSV}), SourceKind.CSV_ZIP),
    ],
)
def test_the_same_units_come_from_every_kind_of_file(data: bytes, kind: SourceKind) -> None:
    with open_source(data, "Einheiten.dat") as source:
        assert source.kind is kind
    rows, problems = read(data, "Einheiten.dat")
    assert rows == {"units": UNIT_ROWS}
    assert problems == []


def test_folder_of_csv_is_read_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "einheiten.CSV").write_text(CSV, "utf-8")
    (tmp_path / ".versteckt.csv").write_text("x", "utf-8")
    (tmp_path / "notiz.md").write_text("x", "utf-8")
    with open_source(tmp_path, "ordner") as source:
        assert (source.kind, [table.name for table in source.tables]) == (
            SourceKind.CSV_FOLDER,
            ["einheiten"],
        )
        assert source.skipped == ("notiz.md",)


def test_file_is_read_from_its_path(tmp_path: Path) -> None:
    (tmp_path / "mappe.xlsx").write_bytes(xlsx({"Einheiten": UNITS}))
    with open_source(tmp_path / "mappe.xlsx", "mappe.xlsx") as source:
        assert source.kind is SourceKind.XLSX


@pytest.mark.parametrize(("name", "code"), [("fehlt.xlsx", "file.not_found"), ("leer", "zip.no_csv")])
def test_missing_path_and_empty_folder_are_refused(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "leer").mkdir()
    with pytest.raises(SourceRefused) as refused:
        open_source(tmp_path / name, name)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8"),
        CSV.encode("utf-8-sig"),
        CSV.encode("cp1252"),
        CSV.encode("utf-16"),
        CSV.replace(";", ",").encode(),
        CSV.replace(";", "\t").encode(),
        CSV.replace("\r\n", "\n").encode(),
        CSV.replace("\r\n", "\r").encode(),
        b"sep=;\r\n" + CSV.encode("cp1252"),
        ("\r\n;;\r\n" + CSV).encode(),
    ],
)
def test_csv_is_read_in_every_usual_dialect(content: bytes) -> None:
    rows, problems = read(csv_zip({"Einheiten.csv": content}))
    assert rows == {"units": UNIT_ROWS}
    assert problems == []


UMLAUTS = "Kürzel;Name\n50;Gesundheitsförderung\n51;Straßen und Grün\n"


@pytest.mark.parametrize(
    ("content", "letter", "line", "byte"),
    [
        (UMLAUTS.encode().replace("Grün".encode(), b"Gr\xfcn"), 1, 3, "0xFC"),
        (b"Personalnummer;Nachname\n1;M\xc3\xbcller\n2;Sch\xc3\xa4fer\n3;Gr\xfcn\n", 2, 4, "0xFC"),
        (UMLAUTS.replace("\n", "\r\n").encode().replace("Grün".encode(), b"Gr\xfcn"), 1, 3, "0xFC"),
        (UMLAUTS.replace("\n", "\r").encode().replace("Grün".encode(), b"Gr\xfcn"), 1, 3, "0xFC"),
        ("K\u00fcrzel;Name\n50;Stra\u00dfe\n".encode("cp1252") + "51;Grün\n".encode(), 3, 1, "0xFC"),
        (codecs.BOM_UTF8 + b"Personalnummer;Nachname\n1;M\xfcller\n", 1, 2, "0xFC"),
        (UMLAUTS.encode() + "52;Förderung – Straße".encode()[:-2], 1, 4, "0xC3"),
        ("a;b\n1;č\n".encode() + b"2;\xe4\n", 2, 3, "0xE4"),
        (b"a;b\n" + b"1;x\n" * 400_000 + "2;ü\n".encode() + b"3;\xfc\n", 400_002, 400_003, "0xFC"),
    ],
)
def test_csv_that_is_neither_utf_8_nor_windows_1252_is_refused_with_the_place(
    content: bytes, letter: int, line: int, byte: str
) -> None:
    with pytest.raises(SourceRefused) as refused:
        open_source(csv_zip({"Einheiten.csv": content}), "x.zip")
    assert (refused.value.code, refused.value.data) == (
        "csv.mixed",
        {"table": "Einheiten", "line": line, "byte": byte, "letter": letter},
    )


def test_a_letter_of_utf_8_is_found_across_two_chunks() -> None:
    before = b"a;b\n" + b"x" * (CHUNK - 5)
    for content in (before + "ü\n".encode() + b"\xfc\n", before[:-1] + "€\n".encode() + b"\xfc\n"):
        with pytest.raises(SourceRefused) as refused:
            open_source(csv_zip({"Einheiten.csv": content}), "x.zip", limits=Limits(ratio=100_000))
        assert (refused.value.data["letter"], refused.value.data["line"]) == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "„Spaß“ und „Fuß–Gruß“",
        "»MENÜ« – GEBÄU…",
        "ÄÖÜ“ß…",
        "Ä…",
        "É»",
        "Straße §§ 3–5, 20 €",
        "Å und Æ",
        "naïve Café",
    ],
)
def test_quotation_marks_behind_umlauts_stay_windows_1252(text: str) -> None:
    rows, problems = read(csv_zip({"Einheiten.csv": f"Kürzel;Name\n50;{text}\n".encode("cp1252")}))
    assert (rows, problems) == ({"units": [("50", text, "")]}, [])


def raw_name_zip(name: bytes) -> bytes:
    """A zip whose member name has these bytes and no flag that says how they are meant."""
    placeholder = b"z" * len(name)
    data = csv_zip({placeholder.decode(): "Aufgabe;Stellennummer;Art\nA;S;zuständig\n"})
    return data.replace(placeholder, name)


@pytest.mark.parametrize(
    "data",
    [
        raw_name_zip("Zuständigkeiten.csv".encode("cp437")),
        raw_name_zip("Zuständigkeiten.csv".encode("cp1252")),
        raw_name_zip("Zuständigkeiten.csv".encode()),
        raw_name_zip("Zusta\u0308ndigkeiten.csv".encode()),
        csv_zip(
            {
                "ordner/ZUSTAENDIGKEITEN.CSV": "Aufgabe;Stellennummer;Art\nA;S;zuständig\n",
                "__MACOSX/._x.csv": "x",
            }
        ),
        csv_zip(
            {"Zuständigkeiten.csv": "Aufgabe;Stellennummer;Art\nA;S;zuständig\n", "__MACOSX/._Zu.csv": "x"}
        ),
    ],
)
def test_member_of_a_zip_is_found_under_any_encoding_of_its_name(data: bytes) -> None:
    rows, problems = read(data)
    assert rows == {"responsibilities": [("A", "S", "responsible", False)]}
    assert problems == []


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    content = 'Kürzel;Name\n"5\n0";"Amt\nfür ""Soziales"""\n\n;ohne Kürzel\n'
    _, problems = read(csv_zip({"Einheiten.csv": content}))
    assert found(problems) == [("value.required", "units", 4, "code")]


def test_unclosed_quote_is_reported_with_its_row() -> None:
    _, problems = read(csv_zip({"Einheiten.csv": 'Kürzel;Name\n50;Sozialamt\n51;"Jugend\n'}))
    assert found(problems) == [("csv.quotes", "units", 3, "")]


def test_endless_cell_is_reported_with_its_row() -> None:
    _, problems = read(csv_zip({"Einheiten.csv": "Kürzel;Name\n50;" + "ab" * 70_000}))
    assert found(problems) == [("table.cell_too_long", "units", 2, "")]


def test_csv_beyond_the_limits_is_reported() -> None:
    limits = Limits(rows=2, columns=3)
    for content, code in (("a;b\n" * 3, "table.too_many_rows"), ("a;b;c;d\n", "table.too_many_columns")):
        with open_source(csv_zip({"Einheiten.csv": content}), "x", limits=limits) as source:
            with pytest.raises(SourceRefused) as refused:
                list(source.tables[0].batches(10))
            assert refused.value.code == code


def test_cells_of_an_ods_come_as_text() -> None:
    cells = (
        '<table:table-cell office:value-type="float" office:value="4711"><text:p>4.711</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50 %</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2027-03-01T00:00:00"/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p>'
        "</table:table-cell>"
        '<table:table-cell office:value-type="string"><office:annotation><text:p>Notiz</text:p></office:annotation>'
        '<text:p>a<text:s text:c="2"/>b</text:p><text:p>c<text:line-break/>d</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="2"/>'
        f'<table:covered-table-cell/>{ods_text("ende")}<table:table-cell table:number-columns-repeated="16000"/>'
    )
    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    with open_source(ods({"T": [cells, blank, ods_text("unten"), blank]}), "x") as source:
        (batch,) = source.tables[0].batches(100)
    assert list(map(list, batch)) == [
        ["4711", "0.5", "2027-03-01", "WAHR", "#REF!", "a  b\nc\nd", "", "", "", "ende"],
        [],
        [],
        ["unten"],
    ]


def test_encrypted_ods_is_refused() -> None:
    manifest = '<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    with pytest.raises(SourceRefused) as refused:
        open_source(csv_zip({"META-INF/manifest.xml": manifest, "content.xml": "\x01"}), "x")
    assert refused.value.code == "file.encrypted"

"""Reading catalogues of services."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.vocabulary.domain.services import Problem, ServiceRow, check_rows
from staffelstab.vocabulary.formats.refusals import FileRefused
from staffelstab.vocabulary.formats.services import HEADS, read_services, write_services

ROW = ServiceRow("99008001000000", "Führungszeugnis", ("Zeugnis", " Straffreiheit"), "", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "heads",
    [
        "key;name;terms",
        "Schlüssel;Bezeichnung;Begriffe",
        "LeiKa;Name;Stichwörter",
        "Leistungsschlüssel;Leistungsbezeichnung;Synonyme",
    ],
)
def test_csv_in_its_variants(encoding: str, heads: str) -> None:
    text = f"{heads}\r\n99008001000000;Führungszeugnis;Zeugnis, Straffreiheit\r\n"
    assert list(read_services(text.encode(encoding))) == [ROW]


def test_csv_with_commas_and_other_columns() -> None:
    text = (
        'ID,Amt,Titel,Begriffe,Schlüssel\n7,32,"Führungszeugnis","Zeugnis, Straffreiheit",99008001000000\n\n'
    )
    assert list(read_services(text.encode())) == [
        ServiceRow("99008001000000", "Führungszeugnis", ("Zeugnis", " Straffreiheit"), "7", 2)
    ]


def test_csv_row_with_too_many_cells_is_a_problem() -> None:
    text = "key,name\n99008001000000,Pass, Reise\n99010001000000,Visum\n"
    assert list(read_services(text.encode())) == [
        Problem("cells", 2, {"found": 3, "expected": 2}),
        ServiceRow("99010001000000", "Visum", ("",), "", 3),
    ]


def test_json_in_the_form_of_the_export() -> None:
    document = {
        "data": [
            {"id": "1", "name": "Pass", "leika": "99008001000000", "meta": {"keywords": "Reise, Ausweis"}},
            {"id": 2, "name": "Fund", "leika": None},
            {"id": "3", "name": "Zwei Schlüssel", "leika": ["1", "2"]},
            {"id": "4", "name": "Wörter", "meta": {"keywords": 5}},
            {"id": "5", "name": "Liste", "meta": {"keywords": ["a", "b"]}},
            {"id": None, "name": 7},
            "Text",
        ]
    }
    assert list(read_services(json.dumps(document).encode())) == [
        ServiceRow("99008001000000", "Pass", ("Reise", " Ausweis"), "1", 1),
        ServiceRow("", "Fund", (), "2", 2),
        Problem("key_form", 3, {"value": '["1", "2"]'}),
        ServiceRow("", "Zwei Schlüssel", (), "3", 3),
        Problem("terms_form", 4),
        ServiceRow("", "Wörter", (), "4", 4),
        ServiceRow("", "Liste", ("a", "b"), "5", 5),
        Problem("not_a_record", 6),
        Problem("not_a_record", 7),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"key;name\x00", "binary"),
        (b"key;name\n\x81", "encoding"),
        (b"\xff\xfek", "encoding"),
        (b"Amt;Thema\n1;2\n", "columns"),
        (b"name;terms\nPass;Reise\n", "columns"),
        (b"key;name\n", "no_rows"),
        (b'key;name\n99008001000000;"Pass"x\n', "quotes"),
        (b"key;name\n1;" + b"x" * 140_000, "quotes"),
        (b"{", "json"),
        (b"{}", "json_form"),
        (b'{"data": {}}', "json_form"),
        (b"[" * 100_000, "json_form"),
        (b'[{"id": ' + b"1" * 5000 + b"}]", "json_form"),
        (b"[]", "no_rows"),
        (b"[" + b"1," * 100_000 + b"1]", "too_many_rows"),
        (b"key;name\n" + b"1;2\n" * 100_000, "too_many_rows"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_catalogue_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        list(read_services(content))
    assert refused.value.code == code
    assert "%(" not in refused.value.sentence()


def check(content: bytes) -> None:
    """Rows and problems, each in words; or a refusal; nothing else."""
    try:
        found = list(check_rows(read_services(content)))
    except FileRefused as refused:
        assert refused.sentence() != ""  # noqa: PT017
        return
    for item in found:
        if isinstance(item, Problem):
            assert "%(" not in item.sentence().replace("%(", "", item.sentence().count("“%("))
        else:
            assert (len(item.key), item.key[:2]) in {(0, ""), (14, "99")}
            assert "\x00" not in json.dumps([item.name, *item.terms, item.local_id], ensure_ascii=False)
            item.name.encode()


@settings(max_examples=200, deadline=None)
@given(
    head=st.sampled_from(
        [b"", b"key;name;terms\n", b'{"data":[', b'[{"id":"1","name":"', b"PK", b"\xff\xfe"]
    ),
    tail=st.binary(max_size=200),
)
def test_any_bytes_are_read_or_refused(head: bytes, tail: bytes) -> None:
    check(head + tail)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
entries = st.fixed_dictionaries(
    {}, optional={"id": anything, "name": anything, "leika": anything, "meta": anything}
)


@settings(max_examples=200, deadline=None)
@given(st.lists(entries | anything, max_size=4))
def test_any_json_is_read_or_refused(document: list[object]) -> None:
    check(json.dumps(document).encode())


def test_written_catalogue_can_be_read() -> None:
    rows = [("99008001000000", "=Pass; teuer", "Reise, Ausweis", "7")]
    content = write_services(rows)
    assert content.decode("utf-8-sig").splitlines() == [
        ";".join(HEADS),
        '99008001000000;"\'=Pass; teuer";Reise, Ausweis;7',
    ]
    assert list(read_services(content)) == [
        ServiceRow("99008001000000", "'=Pass; teuer", ("Reise", " Ausweis"), "7", 2)
    ]


@pytest.mark.data
def test_munich_export(data_folder: Path) -> None:
    content = (data_folder / "muenchen_services_2026" / "services_de.json").read_bytes()
    found = list(check_rows(read_services(content)))
    rows = [item for item in found if isinstance(item, ServiceRow)]
    codes = sorted(item.code for item in found if isinstance(item, Problem))
    assert (len(rows), sum(bool(row.key) for row in rows)) == (287, 107)
    assert codes == ["key_form", *["key_twice"] * 24]
    assert rows[7] == ServiceRow(
        "99008001000000",
        "Personalausweis",
        ("Perso", "Personaldokument", "Personalausweispflicht"),
        "1063441",
        8,
    )

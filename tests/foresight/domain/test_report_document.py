"""A report as JSON and back: nothing is lost, and nothing newer is misread."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from staffelstab.foresight.domain.report_document import (
    Column,
    Document,
    Kind,
    Picture,
    Section,
    Table,
    UnknownSchema,
    digest,
    read,
    written,
)

TABLE = Table(
    key="exits",
    title="Austritte",
    columns=(
        Column(label="Jahr", kind=Kind.TEXT),
        Column(label="Austritte", kind=Kind.COUNT),
        Column(label="Anteil", kind=Kind.SHARE),
    ),
    rows=(("2027", 15, 0.125), ("2028", None, None)),
    picture=Picture(title="Am meisten 2027", description="Balken", definition={"mark": "bar", "width": 2.5}),
)
DOCUMENT = Document(
    language="de",
    house="Stadt",
    colour="#0b4f6c",
    logo="",
    title="Bericht",
    subject="Stadt",
    finding="Zwei gehen.",
    facts=(("Stand", "22.11.2026"),),
    sections=(
        Section(key="exits", title="Austritte", paragraphs=("Ein Satz.",), tables=(TABLE,)),
        Section(key="method", title="Rechnung", points=("Punkt",)),
    ),
    figures={"tasks": 3, "soon": None},
)


def test_document_comes_back_from_json_as_it_was() -> None:
    assert read(json.loads(json.dumps(written(DOCUMENT)))) == DOCUMENT


def test_tables_come_in_the_order_of_the_sections() -> None:
    assert DOCUMENT.tables == (TABLE,)


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    content = written(DOCUMENT)
    assert digest(dict(reversed(content.items()))) == digest(content)


def test_digest_tells_every_change() -> None:
    content = written(DOCUMENT)
    content["sections"][0]["tables"][0]["rows"][0][1] = 16
    assert digest(content) != digest(written(DOCUMENT))


@pytest.mark.parametrize("schema", [0, 3])
def test_content_of_a_newer_program_or_of_none_is_refused(schema: int) -> None:
    with pytest.raises(UnknownSchema) as refused:
        read({**written(DOCUMENT), "schema": schema})
    assert refused.value.args == (schema,)


def test_content_of_an_older_program_is_read() -> None:
    assert read({**written(DOCUMENT), "schema": 1}) == DOCUMENT


def test_digest_of_stored_reports_stays_what_it_was() -> None:
    # SHA-256 of {"a":[1,2],"ä":"ß"} in UTF-8: a changed spelling would make every kept report look forged.
    assert digest({"ä": "ß", "a": [1, 2]}) == hashlib.sha256('{"a":[1,2],"ä":"ß"}'.encode()).hexdigest()


def test_table_without_a_picture_comes_back() -> None:
    bare = dataclasses.replace(TABLE, picture=None)
    document = dataclasses.replace(
        DOCUMENT, sections=(dataclasses.replace(DOCUMENT.sections[0], tables=(bare,)),)
    )
    assert read(written(document)) == document

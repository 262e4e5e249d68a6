"""Register files for tests of the import: CSV folders from literals."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

type Sheets = Mapping[str, Sequence[Sequence[str]]]

SMALL: Sheets = {
    "Einheiten": [
        ["Kürzel", "Name", "Übergeordnet"],
        ["FB3", "Fachbereich Soziales", ""],
        ["50", "Sozialamt", "FB3"],
        ["50.1", "Wohngeldstelle", "50"],
    ],
    "Stellen": [
        ["Stellennummer", "Bezeichnung", "Einheit", "Leitung"],
        ["50-01", "Leitung Sozialamt", "50", "ja"],
        ["50-03", "Sachbearbeitung Wohngeld", "50.1", "nein"],
        ["50-04", "Sachbearbeitung Wohngeld", "50.1", ""],
    ],
    "Personen": [
        ["Personalnummer", "Nachname", "Vorname", "E-Mail"],
        ["4711", "Albers", "Ines", "ines.albers@stadt.example"],
        ["4712", "Demir", "Cem", ""],
        ["4713", "Nowak", "Maria", ""],
    ],
    "Besetzungen": [
        [
            "Stellennummer",
            "Personalnummer",
            "Anteil",
            "Von",
            "Bis",
            "Austrittsquartal",
            "Austrittsband",
            "Austritt fest",
        ],
        ["50-01", "4711", "1", "2015-01-01", "", "", "3-5 Jahre", ""],
        ["50-03", "4712", "", "2019-04-01", "", "2028-Q3", "", "ja"],
        ["50-04", "4713", "0,5", "", "", "", "unbekannt", ""],
    ],
    "Aufgaben": [
        [
            "Schlüssel",
            "Titel",
            "Einheit",
            "Zweck",
            "LeiKa",
            "Kritikalität",
            "Positionsrisiko",
            "Mindestbesetzung",
        ],
        ["50-W1", "Wohngeldantrag bescheiden", "50.1", "Miete entlasten", "99107023017000", "4", "4", "2"],
        ["50-W2", "Wohngeldstatistik melden", "50.1", "", "", "3", "", ""],
    ],
    "Zuständigkeiten": [
        ["Aufgabe", "Stellennummer", "Art", "Bereit"],
        ["50-W1", "50-03", "zuständig", ""],
        ["50-W1", "50-04", "Vertretung", "ja"],
        ["50-W2", "50-04", "zuständig", ""],
        ["50-W2", "50-01", "kann helfen", ""],
    ],
}
"""Three units, three positions, three persons, two tasks."""


def csv_text(rows: Sequence[Sequence[str]], *, delimiter: str = ";") -> str:
    """Rows as CSV, every cell quoted."""
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "".join(f"{line}\r\n" for line in quoted)


def write_folder(folder: Path, sheets: Sheets) -> Path:
    """A folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.csv"):
        old.unlink()
    for name, rows in sheets.items():
        (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


def zip_bytes(sheets: Sheets, *, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """A zip of CSV files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", csv_text(rows, delimiter=delimiter).encode(encoding))
    return buffer.getvalue()


def with_rows(sheet: str, *rows: Sequence[str], base: Sheets = SMALL) -> dict[str, list[list[str]]]:
    """The sheets with further rows on one of them."""
    copy = {name: [list(row) for row in content] for name, content in base.items()}
    copy[sheet].extend(list(row) for row in rows)
    return copy


def without_rows(sheet: str, *keys: str, base: Sheets = SMALL) -> dict[str, list[list[str]]]:
    """The sheets without the rows of one of them whose first cell is one of the keys."""
    copy = {name: [list(row) for row in content] for name, content in base.items()}
    copy[sheet] = [row for row in copy[sheet] if row[0] not in keys]
    return copy

"""The six sheets of the import format.

Everything that reads, writes, explains or checks the format works from :data:`SHEETS`: the reader, the template
with its help sheet, the annotated workbook, the export. Names on the sheets are German in every language,
because they are the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_schema import (
    NO_EXIT,
    Column,
    Sheet,
    assemble_holdings,
    assemble_responsibilities,
    check_holdings,
    check_responsibilities,
)

YES_NO: Final = (values.YES, values.NO)
SCALE: Final = ("1", "2", "3", "4", "5")


def _key(key: str, header: str, help_text: str, example: str, **more: object) -> Column:
    settings: dict[str, object] = {"required": True, "parse": values.parse_key, "max_length": 40, "width": 18}
    return Column(key, header, help_text, example, **(settings | more))  # type: ignore[arg-type]


UNITS: Final = Sheet(
    key="units",
    name="Einheiten",
    help="Ämter, Fachbereiche, Sachgebiete: eine Zeile je Organisationseinheit.",
    aliases=("Einheit", "Organisationseinheiten", "OE", "OrgEinheiten", "Units"),
    columns=(
        _key(
            "code",
            "Kürzel",
            "Eindeutiges Kürzel der Einheit; die anderen Blätter beziehen sich darauf.",
            "50",
            aliases=("Kurzzeichen", "Einheit", "Einheitskürzel", "OE-Kürzel"),
        ),
        Column(
            "name",
            "Name",
            "Ausgeschriebener Name der Einheit.",
            "Sozialamt",
            required=True,
            aliases=("Bezeichnung",),
            width=40,
        ),
        _key(
            "parent",
            "Übergeordnet",
            "Kürzel der übergeordneten Einheit; leer bei der obersten.",
            "FB 3",
            required=False,
            aliases=("Übergeordnete Einheit", "Obereinheit"),
        ),
    ),
    fields=("code", "name", "parent"),
    examples=(
        ("FB 3", "Fachbereich Soziales", ""),
        ("50", "Sozialamt", "FB 3"),
        ("50.1", "Wohngeldstelle", "50"),
    ),
)

POSITIONS: Final = Sheet(
    key="positions",
    name="Stellen",
    help="Alle Stellen, auch unbesetzte: eine Zeile je Stelle.",
    aliases=("Stelle", "Planstellen", "Stellenplan", "Positions"),
    columns=(
        _key(
            "number",
            "Stellennummer",
            "Eindeutige Nummer der Stelle.",
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        Column(
            "title",
            "Bezeichnung",
            "Was die Stelle ist, ohne Namen von Personen.",
            "Sachbearbeitung Wohngeld",
            required=True,
            aliases=("Stellenbezeichnung", "Titel"),
            width=40,
        ),
        _key(
            "unit",
            "Einheit",
            "Kürzel der Einheit, zu der die Stelle gehört.",
            "50.1",
            aliases=("Organisationseinheit", "OE"),
        ),
        Column(
            "is_lead",
            "Leitung",
            "ja, wenn die Stelle die Einheit leitet; leer bedeutet nein.",
            "nein",
            parse=values.parse_yes_no,
            empty=False,
            allowed=YES_NO,
            aliases=("Leitungsstelle", "Führung"),
            width=12,
        ),
    ),
    fields=("number", "title", "unit", "is_lead"),
    examples=(
        ("50-01", "Leitung Sozialamt", "50", "ja"),
        ("50-03", "Sachbearbeitung Wohngeld", "50.1", "nein"),
        ("50-04", "Sachbearbeitung Wohngeld", "50.1", "nein"),
    ),
)

PERSONS: Final = Sheet(
    key="persons",
    name="Personen",
    help="Beschäftigte, die eine Stelle innehaben. Geburtsdaten und Alter gehören nicht hierher und werden abgelehnt.",
    aliases=("Person", "Beschäftigte", "Mitarbeitende", "Persons"),
    columns=(
        _key(
            "personnel_number",
            "Personalnummer",
            "Eindeutige Personalnummer.",
            "4711",
            aliases=("Personal-Nr", "Personalnr", "PNR"),
        ),
        Column(
            "last_name",
            "Nachname",
            "Familienname.",
            "Albers",
            required=True,
            max_length=100,
            aliases=("Name", "Familienname"),
        ),
        Column("first_name", "Vorname", "Vorname oder Rufname.", "Ines", max_length=100),
        Column(
            "email",
            "E-Mail",
            "Dienstliche Adresse; an sie kann später ein Zugang gebunden werden.",
            "ines.albers@stadt.example",
            parse=values.parse_email,
            max_length=254,
            aliases=("Mail", "E-Mail-Adresse", "Mailadresse"),
            width=36,
        ),
    ),
    fields=("personnel_number", "last_name", "first_name", "email"),
    examples=(
        ("4711", "Albers", "Ines", "ines.albers@stadt.example"),
        ("4712", "Demir", "Cem", "cem.demir@stadt.example"),
        ("4713", "Nowak", "Maria", ""),
    ),
)

HOLDINGS: Final = Sheet(
    key="holdings",
    name="Besetzungen",
    help="Wer welche Stelle innehat. Der Austritt steht als Quartal oder als Band, nie als Datum.",
    aliases=("Besetzung", "Stellenbesetzungen", "Stellenbesetzung", "Holdings"),
    columns=(
        _key(
            "position",
            "Stellennummer",
            "Nummer der Stelle aus dem Blatt Stellen.",
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        _key(
            "person",
            "Personalnummer",
            "Personalnummer aus dem Blatt Personen.",
            "4712",
            aliases=("Person", "Personal-Nr", "Personalnr", "PNR"),
        ),
        Column(
            "share",
            "Anteil",
            "Anteil an einer Vollzeitstelle, 0,5 oder 50 %; leer bedeutet 1.",
            "0,5",
            parse=values.parse_share,
            empty=Decimal(1),
            aliases=("Stellenanteil", "Umfang", "VZÄ"),
            text_format=False,
            width=10,
        ),
        Column(
            "starts_on",
            "Von",
            "Erster Tag auf der Stelle; leer, wenn unbekannt.",
            "2019-04-01",
            parse=values.parse_date,
            empty=None,
            aliases=("Beginn", "Seit", "Ab"),
            text_format=False,
            width=13,
        ),
        Column(
            "ends_on",
            "Bis",
            "Letzter Tag auf der Stelle; leer, solange er nicht feststeht.",
            "",
            parse=values.parse_date,
            empty=None,
            aliases=("Ende",),
            text_format=False,
            width=13,
        ),
        Column(
            "exit_quarter",
            "Austrittsquartal",
            "Quartal des voraussichtlichen Austritts, z. B. 2028-Q3. Entweder Quartal oder Band.",
            "2028-Q3",
            parse=values.parse_exit_quarter,
            empty=NO_EXIT,
            aliases=("Austritt Quartal", "Quartal"),
        ),
        Column(
            "exit_band",
            "Austrittsband",
            "Ungefährer Abstand bis zum Austritt, gerechnet vom Tag der Auswertung.",
            "",
            parse=values.parse_exit_band,
            empty=NO_EXIT,
            allowed=tuple(values.BAND_LABELS.values()),
            aliases=("Austritt Band", "Band"),
        ),
        Column(
            "exit",
            "Austritt",
            "Statt der beiden vorigen Spalten: Quartal oder Band in einer Spalte.",
            "",
            parse=values.parse_exit,
            empty=NO_EXIT,
            aliases=("Austrittshorizont",),
            in_template=False,
        ),
        Column(
            "exit_fixed",
            "Austritt fest",
            "ja, wenn der Austritt vereinbart ist; Szenarien verschieben ihn dann nicht. Leer bedeutet nein.",
            "nein",
            parse=values.parse_yes_no,
            empty=False,
            allowed=YES_NO,
            aliases=("Fest",),
            width=14,
        ),
    ),
    fields=("position", "person", "share", "starts_on", "ends_on", "exit_quarter", "exit_band", "exit_fixed"),
    examples=(
        ("50-01", "4711", "1", "2015-01-01", "", "", "3-5 Jahre", ""),
        ("50-03", "4712", "1", "2019-04-01", "", "2028-Q3", "", "ja"),
        ("50-04", "4713", "0,5", "", "", "", "unbekannt", ""),
    ),
    assemble=assemble_holdings,
    check=check_holdings,
)

TASKS: Final = Sheet(
    key="tasks",
    name="Aufgaben",
    help="Was die Verwaltung tut: eine Zeile je Aufgabe, benannt mit Gegenstand und Tätigkeit.",
    aliases=("Aufgabe", "Aufgabenkatalog", "Aufgabenregister", "Tasks"),
    columns=(
        _key(
            "key",
            "Schlüssel",
            "Eindeutiger eigener Schlüssel der Aufgabe.",
            "50-W1",
            max_length=60,
            aliases=("Aufgabenschlüssel", "Aufgabennummer", "Aufgabe", "Nr"),
        ),
        Column(
            "title",
            "Titel",
            "Gegenstand und Tätigkeit, z. B. „Wohngeldantrag bescheiden“.",
            "Wohngeldantrag bescheiden",
            required=True,
            aliases=("Bezeichnung", "Aufgabentitel"),
            width=40,
        ),
        _key(
            "unit",
            "Einheit",
            "Kürzel der Einheit, der die Aufgabe gehört.",
            "50.1",
            aliases=("Organisationseinheit", "OE"),
        ),
        Column(
            "purpose",
            "Zweck",
            "Wozu es die Aufgabe gibt, in ein bis zwei Sätzen.",
            "Haushalte mit geringem Einkommen bei der Miete entlasten.",
            max_length=2000,
            lines=True,
            aliases=("Beschreibung",),
            width=50,
        ),
        Column(
            "service_key",
            "LeiKa",
            "LeiKa-Schlüssel mit 14 Ziffern bei Leistungen nach außen; interne Aufgaben haben keinen.",
            "99107023017000",
            parse=values.parse_service_key,
            aliases=("LeiKa-Schlüssel", "LeiKa-ID", "Leistungsschlüssel", "FIM"),
        ),
        Column(
            "product",
            "Produkt",
            "Produktnummer aus dem Haushalt.",
            "31.5.1",
            parse=values.parse_key,
            max_length=40,
            aliases=("Produktnummer",),
            width=14,
        ),
        Column(
            "criticality",
            "Kritikalität",
            "Was geschieht, wenn die Aufgabe liegen bleibt: 1 kaum bemerkt … 5 Behörde handlungsunfähig.",
            "4",
            parse=values.parse_scale,
            empty=None,
            allowed=SCALE,
            text_format=False,
            width=13,
        ),
        Column(
            "position_risk",
            "Positionsrisiko",
            "Dauer der Einarbeitung: 1 keine, 2 bis 3 Monate, 3 bis 6 Monate, 4 bis 12 Monate, 5 länger.",
            "4",
            parse=values.parse_scale,
            empty=None,
            allowed=SCALE,
            text_format=False,
            width=16,
        ),
        Column(
            "frequency",
            "Häufigkeit",
            "Wie oft oder zu welcher Jahreszeit.",
            "täglich",
            aliases=("Rhythmus", "Turnus"),
        ),
        Column(
            "deadline",
            "Frist",
            "Gesetzliche oder vereinbarte Frist in Worten.",
            "6 Wochen nach Antrag",
            max_length=300,
            width=28,
        ),
        Column(
            "minimum_holders",
            "Mindestbesetzung",
            "Wie viele Personen die Aufgabe mindestens beherrschen sollen (1 bis 999).",
            "2",
            parse=values.parse_minimum,
            empty=None,
            text_format=False,
            aliases=("Mindestanzahl",),
            width=18,
        ),
    ),
    fields=(
        "key",
        "title",
        "unit",
        "purpose",
        "service_key",
        "product",
        "criticality",
        "position_risk",
        "frequency",
        "deadline",
        "minimum_holders",
    ),
    examples=(
        (
            "50-W1",
            "Wohngeldantrag bescheiden",
            "50.1",
            "Haushalte mit geringem Einkommen bei der Miete entlasten.",
            "99107023017000",
            "31.5.1",
            "4",
            "4",
            "täglich",
            "6 Wochen nach Antrag",
            "2",
        ),
        ("50-W2", "Wohngeldstatistik melden", "50.1", "", "", "", "3", "", "vierteljährlich", "", ""),
    ),
)

RESPONSIBILITIES: Final = Sheet(
    key="responsibilities",
    name="Zuständigkeiten",
    help="Welche Stelle für welche Aufgabe zuständig ist, sie vertritt oder helfen kann.",
    aliases=("Zuständigkeit", "Aufgabenzuordnung", "Responsibilities"),
    columns=(
        _key(
            "task",
            "Aufgabe",
            "Schlüssel der Aufgabe aus dem Blatt Aufgaben.",
            "50-W1",
            max_length=60,
            aliases=("Schlüssel", "Aufgabenschlüssel"),
        ),
        _key(
            "position",
            "Stellennummer",
            "Nummer der Stelle aus dem Blatt Stellen.",
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        Column(
            "kind",
            "Art",
            "zuständig, Vertretung oder kann helfen. Zählt eine Stelle doppelt, gilt die stärkere Art.",
            "zuständig",
            required=True,
            parse=values.parse_kind,
            allowed=tuple(values.KIND_LABELS.values()),
            aliases=("Rolle", "Art der Zuständigkeit"),
            width=16,
        ),
        Column(
            "ready",
            "Bereit",
            "Nur bei Vertretung: ja, wenn sie heute übernehmen könnte. Leer bedeutet nein (noch nicht bereit).",
            "nein",
            parse=values.parse_yes_no,
            empty=False,
            allowed=YES_NO,
            aliases=("Einsatzbereit",),
            width=12,
        ),
    ),
    fields=("task", "position", "kind", "ready"),
    examples=(
        ("50-W1", "50-03", "zuständig", ""),
        ("50-W1", "50-04", "Vertretung", "nein"),
        ("50-W2", "50-04", "zuständig", ""),
        ("50-W2", "50-01", "kann helfen", ""),
    ),
    assemble=assemble_responsibilities,
    check=check_responsibilities,
)

SHEETS: Final[tuple[Sheet, ...]] = (UNITS, POSITIONS, PERSONS, HOLDINGS, TASKS, RESPONSIBILITIES)
SHEET_BY_KEY: Final[Mapping[str, Sheet]] = {sheet.key: sheet for sheet in SHEETS}
SHEET_NAMES: Final = ", ".join(sheet.name for sheet in SHEETS)

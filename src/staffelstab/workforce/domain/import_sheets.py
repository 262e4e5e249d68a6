"""The six sheets of the import format.

Everything that reads, writes, explains or checks the format works from :data:`SHEETS`: the reader, the template
with its help sheet, the annotated workbook, the export. Names on the sheets are German in every language,
because they are the format. What explains them is an English source for gettext, marked with ``N_``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_messages import N_
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
    help=N_("Offices, departments, sections: one row per organisational unit."),
    aliases=("Einheit", "Organisationseinheiten", "OE", "OrgEinheiten", "Units"),
    columns=(
        _key(
            "code",
            "Kürzel",
            N_("Unique code of the unit; the other sheets refer to it."),
            "50",
            aliases=("Kurzzeichen", "Einheit", "Einheitskürzel", "OE-Kürzel"),
        ),
        Column(
            "name",
            "Name",
            N_("Full name of the unit."),
            "Sozialamt",
            required=True,
            aliases=("Bezeichnung",),
            width=40,
        ),
        _key(
            "parent",
            "Übergeordnet",
            N_("Code of the unit above; empty for the topmost."),
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
    help=N_("All positions, vacant ones too: one row per position."),
    aliases=("Stelle", "Planstellen", "Stellenplan", "Positions"),
    columns=(
        _key(
            "number",
            "Stellennummer",
            N_("Unique number of the position."),
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        Column(
            "title",
            "Bezeichnung",
            N_("What the position is, without names of persons."),
            "Sachbearbeitung Wohngeld",
            required=True,
            aliases=("Stellenbezeichnung", "Titel"),
            width=40,
        ),
        _key(
            "unit",
            "Einheit",
            N_("Code of the unit the position belongs to."),
            "50.1",
            aliases=("Organisationseinheit", "OE"),
        ),
        Column(
            "is_lead",
            "Leitung",
            N_("ja if the position leads the unit; empty means nein (no)."),
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
    help=N_("Employees who hold a position. Dates of birth and ages do not belong here and are refused."),
    aliases=("Person", "Beschäftigte", "Mitarbeitende", "Persons"),
    columns=(
        _key(
            "personnel_number",
            "Personalnummer",
            N_("Unique personnel number."),
            "4711",
            aliases=("Personal-Nr", "Personalnr", "PNR"),
        ),
        Column(
            "last_name",
            "Nachname",
            N_("Family name."),
            "Albers",
            required=True,
            max_length=100,
            aliases=("Name", "Familienname"),
        ),
        Column(
            "first_name", "Vorname", N_("First name, or the name the person goes by."), "Ines", max_length=100
        ),
        Column(
            "email",
            "E-Mail",
            N_("Address at work; an account can be linked to it later."),
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
    help=N_("Who holds which position. The exit is a quarter or a band, never a date."),
    aliases=("Besetzung", "Stellenbesetzungen", "Stellenbesetzung", "Holdings"),
    columns=(
        _key(
            "position",
            "Stellennummer",
            N_("Number of the position from the sheet Stellen."),
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        _key(
            "person",
            "Personalnummer",
            N_("Personnel number from the sheet Personen."),
            "4712",
            aliases=("Person", "Personal-Nr", "Personalnr", "PNR"),
        ),
        Column(
            "share",
            "Anteil",
            N_("Share of a full-time position, 0,5 or 50 %; empty means 1."),
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
            N_("First day on the position; empty if unknown."),
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
            N_("Last day on the position; empty until it is settled."),
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
            N_("Quarter of the expected exit, e.g. 2028-Q3. Either quarter or band."),
            "2028-Q3",
            parse=values.parse_exit_quarter,
            empty=NO_EXIT,
            aliases=("Austritt Quartal", "Quartal"),
        ),
        Column(
            "exit_band",
            "Austrittsband",
            N_("Approximate time until the exit, counted from the day of the evaluation."),
            "",
            parse=values.parse_exit_band,
            empty=NO_EXIT,
            allowed=tuple(values.BAND_LABELS.values()),
            aliases=("Austritt Band", "Band"),
        ),
        Column(
            "exit",
            "Austritt",
            N_("Instead of the two columns before: quarter or band in one column."),
            "",
            parse=values.parse_exit,
            empty=NO_EXIT,
            aliases=("Austrittshorizont",),
            in_template=False,
        ),
        Column(
            "exit_fixed",
            "Austritt fest",
            N_("ja if the exit is agreed; scenarios then do not shift it. Empty means nein (no)."),
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
    help=N_("What the administration does: one row per task, named by its subject and activity."),
    aliases=("Aufgabe", "Aufgabenkatalog", "Aufgabenregister", "Tasks"),
    columns=(
        _key(
            "key",
            "Schlüssel",
            N_("Unique key of the task, your own."),
            "50-W1",
            max_length=60,
            aliases=("Aufgabenschlüssel", "Aufgabennummer", "Aufgabe", "Nr"),
        ),
        Column(
            "title",
            "Titel",
            N_("Subject and activity, e.g. “Decide on a housing benefit application”."),
            "Wohngeldantrag bescheiden",
            required=True,
            aliases=("Bezeichnung", "Aufgabentitel"),
            width=40,
        ),
        _key(
            "unit",
            "Einheit",
            N_("Code of the unit the task belongs to."),
            "50.1",
            aliases=("Organisationseinheit", "OE"),
        ),
        Column(
            "purpose",
            "Zweck",
            N_("What the task is for, in one or two sentences."),
            "Haushalte mit geringem Einkommen bei der Miete entlasten.",
            max_length=2000,
            lines=True,
            aliases=("Beschreibung",),
            width=50,
        ),
        Column(
            "service_key",
            "LeiKa",
            N_("LeiKa key with 14 digits for services to the public; internal tasks have none."),
            "99107023017000",
            parse=values.parse_service_key,
            aliases=("LeiKa-Schlüssel", "LeiKa-ID", "Leistungsschlüssel", "FIM"),
        ),
        Column(
            "product",
            "Produkt",
            N_("Product number from the budget."),
            "31.5.1",
            parse=values.parse_key,
            max_length=40,
            aliases=("Produktnummer",),
            width=14,
        ),
        Column(
            "criticality",
            "Kritikalität",
            N_("What happens if the task is left undone: 1 hardly noticed … 5 the authority cannot act."),
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
            N_("Time to learn it: 1 none, 2 up to 3 months, 3 up to 6 months, 4 up to 12 months, 5 longer."),
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
            N_("How often, or at which time of the year."),
            "täglich",
            aliases=("Rhythmus", "Turnus"),
        ),
        Column(
            "deadline",
            "Frist",
            N_("Statutory or agreed deadline, in words."),
            "6 Wochen nach Antrag",
            max_length=300,
            width=28,
        ),
        Column(
            "minimum_holders",
            "Mindestbesetzung",
            N_("How many people at least should master the task (1 to 999)."),
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
    help=N_("Which position is responsible for which task, deputises for it or can help."),
    aliases=("Zuständigkeit", "Aufgabenzuordnung", "Responsibilities"),
    columns=(
        _key(
            "task",
            "Aufgabe",
            N_("Key of the task from the sheet Aufgaben."),
            "50-W1",
            max_length=60,
            aliases=("Schlüssel", "Aufgabenschlüssel"),
        ),
        _key(
            "position",
            "Stellennummer",
            N_("Number of the position from the sheet Stellen."),
            "50-03",
            aliases=("Stelle", "Stellen-Nr", "Stellennr"),
        ),
        Column(
            "kind",
            "Art",
            N_(
                "zuständig (responsible), Vertretung (deputy) or kann helfen (can help); of two, the stronger holds."
            ),
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
            N_("Only for deputies: ja if they could take over today. Empty means nein (not ready yet)."),
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

"""The parts of the demo that are told rather than drawn: organisations, named people, tasks.

A position is addressed as (organisation, unit, title, n-th of that title), so that a changed table fails
loudly here instead of silently telling another story.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OrganisationFacts:
    """What an organisation is; ``first_personnel_number`` keeps the numbers of the houses apart."""

    slug: str
    name: str
    short_name: str
    kind: str
    colour: str
    ags: str | None
    mail_domain: str
    first_personnel_number: int


# Land 99 does not exist, so that these keys can never meet a real municipality.
ORGANISATIONS = (
    OrganisationFacts(
        slug="brueckenfeld",
        name="Stadt Brückenfeld",
        short_name="Brückenfeld",
        kind="municipality",
        colour="#17406d",
        ags="99001001",
        mail_domain="brueckenfeld.example",
        first_personnel_number=10001,
    ),
    OrganisationFacts(
        slug="auental",
        name="Gemeinde Auental",
        short_name="Auental",
        kind="municipality",
        colour="#2b5f3a",
        ags="99001002",
        mail_domain="auental.example",
        first_personnel_number=20001,
    ),
    OrganisationFacts(
        slug="rzw",
        name="Rechenzentrum Weserbogen (Zweckverband)",
        short_name="RZ Weserbogen",
        kind="provider",
        colour="#5a2a6b",
        ags=None,
        mail_domain="rz-weserbogen.example",
        first_personnel_number=30001,
    ),
    OrganisationFacts(
        slug="kvl",
        name="KommunalVerbund Lernen eG",
        short_name="KV Lernen",
        kind="association",
        colour="#8a3b12",
        ags=None,
        mail_domain="kv-lernen.example",
        first_personnel_number=40001,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """The ``nth`` position with this title in this unit."""

    organisation: str
    unit: str
    title: str
    nth: int = 1


@dataclass(frozen=True, kw_only=True)
class NamedPerson:
    """A person the stories need.

    ``exit_quarters`` counts from the day of the demo (None: far away); ``band`` tells the horizon as a band
    instead. ``mail`` replaces the address made from name and house. No name: the seat is vacant.
    """

    seat: Seat
    given: str = ""
    family: str = ""
    exit_quarters: int | None = None
    fixed: bool = False
    band: str = ""
    share: str = "1"
    mail: str = ""


@dataclass(frozen=True, kw_only=True)
class StoryTask:
    """Who does a task of a story: seats in charge, deputies with readiness, helpers."""

    organisation: str
    title: str
    responsible: tuple[Seat, ...]
    deputies: tuple[tuple[Seat, bool], ...] = ()
    helpers: tuple[Seat, ...] = ()


def _b(unit: str, title: str, nth: int = 1) -> Seat:
    return Seat(organisation="brueckenfeld", unit=unit, title=title, nth=nth)


def _a(unit: str, title: str, nth: int = 1) -> Seat:
    return Seat(organisation="auental", unit=unit, title=title, nth=nth)


def _r(unit: str, title: str, nth: int = 1) -> Seat:
    return Seat(organisation="rzw", unit=unit, title=title, nth=nth)


def _k(unit: str, title: str, nth: int = 1) -> Seat:
    return Seat(organisation="kvl", unit=unit, title=title, nth=nth)


MAYOR = _b("01", "Bürgermeisterin")
STAFF_COUNCIL = _b("03", "Vorsitz des Personalrats (freigestellt)")
KNOWLEDGE = _b("10.1", "Wissensmanagement und Organisation")
PERSONNEL = _b("11.1", "Personalsachbearbeitung")
SOCIAL_HEAD = _b("50", "Leitung Sozialamt")
HOUSING_HEAD = _b("50.1", "Sachgebietsleitung Wohngeld")
HOUSING_CLERK = _b("50.1", "Sachbearbeitung Wohngeld")
HOUSING_DEPUTY = _b("50.1", "Sachbearbeitung Wohngeld", 2)
TREASURER = _b("20", "Leitung Kämmerei")
CASHIER = _b("20.2", "Kassenleitung")
DYKES = _b("66.2", "Gewässerunterhaltung und Deiche")
DYKES_2 = _b("66.2", "Gewässerunterhaltung und Deiche", 2)
ELECTIONS = _b("33.3", "Sachbearbeitung Wahlen und Statistik")
ELECTIONS_2 = _b("33.3", "Sachbearbeitung Wahlen und Statistik", 2)
CEMETERY = _b("34.1", "Sachbearbeitung Friedhofsverwaltung")
CEMETERY_2 = _b("34.1", "Sachbearbeitung Friedhofsverwaltung", 2)
PAY = _b("11.3", "Sachbearbeitung Entgelt und Besoldung")
PAY_2 = _b("11.3", "Sachbearbeitung Entgelt und Besoldung", 2)
BRIDGES = _b("66.1", "Bauwerksprüfung")
MONUMENTS = _b("63", "Denkmalpflege")
SYSTEMS = _b("10.2", "IT-Systembetreuung")
ARCHIVE = _b("41.2", "Leitung Stadtarchiv")
ARCHIVE_2 = _b("41.2", "Archivfachkraft")
TRADE_TAX = _b("20.3", "Sachbearbeitung Steuern und Abgaben")
TRADE_TAX_2 = _b("20.3", "Sachbearbeitung Steuern und Abgaben", 2)
AUENTAL_MAYOR = _a("FB1", "Bürgermeister")
AUENTAL_KNOWLEDGE = _a("FB1", "Stabsstelle Recht und Wissensmanagement")
AUENTAL_HOUSING = _a("FB3.1", "Sachbearbeitung Wohngeld und Soziales")
AUENTAL_HOUSING_2 = _a("FB3.1", "Sachbearbeitung Wohngeld und Soziales", 2)
AUENTAL_ORDER = _a("FB2.2", "Sachbearbeitung Ordnung und Gewerbe", 4)
AUENTAL_FINANCE = _a("FB1.2", "Leitung Finanzen")
AUENTAL_FINANCE_2 = _a("FB1.2", "Sachbearbeitung Haushalt")
PLATFORM_ADMIN = _r("AV", "Administration Wissensplattform")
OPERATING = _r("PT.1", "Operating")
LEGACY = _r("AV.2", "Verfahrensbetreuung Soziales")
LEGACY_2 = _r("AV.2", "Verfahrensbetreuung Soziales", 2)
BUILDING_HEAD = _b("63", "Leitung Bauordnungsamt")
DIGITAL_HEAD = _b("10.2", "Sachgebietsleitung Digitalisierung")
APPLICATIONS_HEAD = _r("AV", "Leitung Anwendungen")
OFFICE_HEAD = _k("GS", "Leitung Geschäftsstelle")
ADVISOR = _k("BE", "Beratung Digitalisierung und Wissen")
ADVISOR_2 = _k("BE", "Beratung Digitalisierung und Wissen", 2)
ADVISOR_3 = _k("BE", "Beratung Digitalisierung und Wissen", 3)

PEOPLE = (
    NamedPerson(seat=MAYOR, given="Birgit", family="Hoffstede"),
    NamedPerson(seat=STAFF_COUNCIL, given="Elif", family="Krahl"),
    NamedPerson(seat=KNOWLEDGE, given="Nilgün", family="Kaya"),
    NamedPerson(seat=PERSONNEL, given="Thomas", family="Nguyen-Harms"),
    NamedPerson(seat=SOCIAL_HEAD, given="Katharina", family="Sobotta"),
    NamedPerson(seat=HOUSING_HEAD, given="Jürgen", family="Lüttmann", band="3-5 Jahre"),
    NamedPerson(seat=HOUSING_CLERK, given="Marianne", family="Wiebusch", exit_quarters=6, fixed=True),
    NamedPerson(seat=HOUSING_DEPUTY, given="Jonas", family="Okafor"),
    NamedPerson(seat=TREASURER, given="Hartmut", family="Dieckhoff", exit_quarters=5, fixed=True),
    NamedPerson(seat=CASHIER, given="Maria", family="Palumbo"),
    NamedPerson(seat=DYKES, given="Detlef", family="Ahlmeyer", exit_quarters=8),
    NamedPerson(seat=DYKES_2, given="Milan", family="Radić"),
    NamedPerson(seat=ELECTIONS, given="Christa", family="Vehling", exit_quarters=10),
    NamedPerson(seat=ELECTIONS_2, given="Bernd", family="Rasch", exit_quarters=9),
    NamedPerson(seat=CEMETERY, given="Annegret", family="Büscher", exit_quarters=12),
    NamedPerson(seat=CEMETERY_2, given="Waldemar", family="Penner", exit_quarters=11),
    NamedPerson(seat=PAY, given="Marlies", family="Ostrowski", exit_quarters=3, fixed=True),
    NamedPerson(seat=PAY_2, given="Priya", family="Sivakumar"),
    NamedPerson(seat=BRIDGES, given="Reinhard", family="Knollmann", band="1-2 Jahre"),
    NamedPerson(seat=MONUMENTS),
    NamedPerson(seat=SYSTEMS, given="Udo", family="Gerling", exit_quarters=4),
    NamedPerson(seat=ARCHIVE, given="Dagmar", family="Freisen", exit_quarters=7),
    NamedPerson(seat=ARCHIVE_2, given="Tarek", family="Mansour"),
    NamedPerson(seat=TRADE_TAX, given="Norbert", family="Heuermann", exit_quarters=2, fixed=True),
    NamedPerson(seat=TRADE_TAX_2, given="Joanna", family="Mazurek"),
    NamedPerson(seat=AUENTAL_MAYOR, given="Henning", family="Lobbe"),
    NamedPerson(
        seat=AUENTAL_KNOWLEDGE,
        given="Ivana",
        family="Kolar",
        share="0,5",
        mail="ivana.kolar@auental.example",
    ),
    NamedPerson(seat=AUENTAL_HOUSING, given="Lukas", family="Petermöller"),
    NamedPerson(seat=AUENTAL_HOUSING_2, given="Gudrun", family="Tappe", exit_quarters=9),
    NamedPerson(seat=AUENTAL_ORDER, given="Lena", family="Wilmsmeier"),
    NamedPerson(seat=AUENTAL_FINANCE, given="Volker", family="Brünger", exit_quarters=4, fixed=True),
    NamedPerson(seat=AUENTAL_FINANCE_2, given="Swetlana", family="Friesen"),
    NamedPerson(seat=PLATFORM_ADMIN, given="Rasmus", family="Thielking"),
    NamedPerson(seat=OPERATING, given="Eckhard", family="Pohlmeier", exit_quarters=3, fixed=True),
    NamedPerson(seat=LEGACY, given="Monika", family="Schnitger", exit_quarters=6),
    NamedPerson(seat=LEGACY_2, given="Duc", family="Hoang"),
    NamedPerson(seat=OFFICE_HEAD, given="Friederike", family="Mollenhauer"),
    NamedPerson(seat=ADVISOR, given="Amira", family="Haddad"),
    NamedPerson(
        seat=ADVISOR_2,
        given="Ivana",
        family="Kolar",
        share="0,5",
        mail="ivana.kolar@auental.example",
    ),
    NamedPerson(seat=ADVISOR_3, given="Wolfgang", family="Detering", band="bis 1 Jahr"),
)

TASKS = (
    StoryTask(
        organisation="brueckenfeld",
        title="Wohngeldantrag bescheiden",
        responsible=(HOUSING_CLERK,),
        deputies=((HOUSING_DEPUTY, False),),
        helpers=(HOUSING_HEAD,),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Wohngeld zurückfordern",
        responsible=(HOUSING_CLERK,),
        deputies=((HOUSING_HEAD, True),),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Jahresabschluss Stadtkasse erstellen",
        responsible=(TREASURER,),
        deputies=((CASHIER, False),),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Deichschau durchführen",
        responsible=(DYKES,),
        deputies=((DYKES_2, False),),
    ),
    StoryTask(
        organisation="brueckenfeld", title="Wahlhelfende einteilen", responsible=(ELECTIONS, ELECTIONS_2)
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Friedhofsgebühren festsetzen",
        responsible=(CEMETERY,),
        deputies=((CEMETERY_2, True),),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Jahresmeldung an die Zusatzversorgung erstellen",
        responsible=(PAY,),
        deputies=((PAY_2, False),),
    ),
    StoryTask(organisation="brueckenfeld", title="Brücken prüfen", responsible=(BRIDGES,)),
    StoryTask(
        organisation="brueckenfeld",
        title="Denkmalrechtliche Erlaubnis erteilen",
        responsible=(MONUMENTS,),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Steuerbescheinigung für Denkmäler ausstellen",
        responsible=(MONUMENTS,),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Schnittstelle Finanzverfahren betreuen",
        responsible=(SYSTEMS,),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Unterlagen archivisch bewerten",
        responsible=(ARCHIVE,),
        deputies=((ARCHIVE_2, False),),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Gewerbesteuer veranlagen",
        responsible=(TRADE_TAX,),
        deputies=((TRADE_TAX_2, True),),
    ),
    StoryTask(
        organisation="brueckenfeld",
        title="Wissensübergabe bei Personalwechsel steuern",
        responsible=(KNOWLEDGE,),
    ),
    StoryTask(
        organisation="auental",
        title="Wohngeldantrag bescheiden",
        responsible=(AUENTAL_HOUSING,),
        deputies=((AUENTAL_HOUSING_2, True),),
    ),
    StoryTask(
        organisation="auental",
        title="Haushaltsplan aufstellen",
        responsible=(AUENTAL_FINANCE,),
        deputies=((AUENTAL_FINANCE_2, False),),
    ),
    StoryTask(organisation="rzw", title="Stapelverarbeitung überwachen", responsible=(OPERATING,)),
    StoryTask(
        organisation="rzw",
        title="Altverfahren Unterhaltsvorschuss betreiben",
        responsible=(LEGACY,),
        deputies=((LEGACY_2, False),),
    ),
    StoryTask(
        organisation="kvl",
        title="Rechtsfragen der Digitalisierung klären",
        responsible=(ADVISOR_3,),
        deputies=((ADVISOR, False),),
    ),
)

"""The demo content: complete, consistent, deterministic and believable."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache
from itertools import chain

import pytest

from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.portal.domain.demo import Demo, DemoOrganisation, build_demo, read_services
from staffelstab.portal.domain.demo.calendar import band_of
from staffelstab.portal.domain.demo.duties import Duty, Roster
from staffelstab.portal.domain.demo.people import Names, Post, Staff, seeded
from staffelstab.portal.domain.demo.stories import ORGANISATIONS, TASKS, NamedPerson, Seat
from staffelstab.portal.domain.demo.tables import (
    NameRow,
    PositionRow,
    UnitRow,
    read_positions,
    read_tasks,
    read_units,
)
from staffelstab.workforce.domain.import_rules import find_column, find_sheet

TODAY = date(2026, 11, 22)
SLUGS = ("brueckenfeld", "auental", "rzw", "kvl")
BANDS = {
    "bis 1 Jahr": (0, 4),
    "1-2 Jahre": (4, 8),
    "2-3 Jahre": (8, 12),
    "3-5 Jahre": (12, 20),
    "über 5 Jahre": (20, 60),
}
ROLES = {
    "employee",
    "line_manager",
    "knowledge_manager",
    "personnel",
    "advisor",
    "executive",
    "privacy",
    "administrator",
    "network_operator",
}


@cache
def demo() -> Demo:
    return build_demo(today=TODAY)


def present(holding: dict[str, str], quarter: int) -> float:
    """Return S_p(q) of one holding by the formula of the risk board, band by band and quarter by quarter."""
    stays = 0.96 ** ((quarter + 1) / 4)
    if holding["Austrittsquartal"]:
        leaves = Quarter.parse(holding["Austrittsquartal"]).quarters_since(Quarter.from_date(TODAY))
        return stays if quarter < leaves else 0.0
    if holding["Austrittsband"] in BANDS:
        first, end = BANDS[holding["Austrittsband"]]
        return stays * sum(quarter < leaves for leaves in range(first, end)) / (end - first)
    return stays


def holders(organisation: DemoOrganisation) -> dict[str, dict[str, dict[str, str]]]:
    """Return task key → personnel number → holding of everybody who can do the task today."""
    on_position: dict[str, list[dict[str, str]]] = {}
    for holding in organisation.holdings:
        if not holding["Bis"]:
            on_position.setdefault(holding["Stellennummer"], []).append(holding)
    found: dict[str, dict[str, dict[str, str]]] = {task["Schlüssel"]: {} for task in organisation.tasks}
    for row in organisation.responsibilities:
        if row["Art"] == "zuständig" or row["Bereit"] == "ja":
            for holding in on_position.get(row["Stellennummer"], []):
                found[row["Aufgabe"]].setdefault(holding["Personalnummer"], holding)
    return found


def red_quarters(organisation: DemoOrganisation) -> dict[str, int]:
    """Return the first quarter with P_none ≥ 0.5 by task key; tasks that never turn red are absent."""
    found: dict[str, int] = {}
    for key, people in holders(organisation).items():
        for quarter in range(60):
            nobody = 1.0
            for holding in people.values():
                nobody *= 1 - present(holding, quarter)
            if nobody >= 0.5:
                found[key] = quarter
                break
    return found


def task_named(organisation: DemoOrganisation, title: str) -> dict[str, str]:
    return next(task for task in organisation.tasks if task["Titel"] == title)


def test_demo_same_day_and_seed_is_the_same() -> None:
    assert build_demo(today=TODAY) == build_demo(today=TODAY, seed=1)


def test_demo_other_seed_is_another() -> None:
    assert build_demo(today=TODAY, seed=2) != demo()


def test_demo_another_day_moves_the_story_exits() -> None:
    later = build_demo(today=date(2027, 2, 1)).organisation("brueckenfeld")
    assert (
        next(row for row in later.holdings if row["Stellennummer"] == "50-03")["Austrittsquartal"]
        == "2028-Q3"
    )


def test_demo_volumes() -> None:
    organisations = demo().organisations
    assert tuple(organisation.slug for organisation in organisations) == SLUGS
    assert sum(len(organisation.positions) for organisation in organisations) == 1191
    assert sum(len(organisation.tasks) for organisation in organisations) == 893
    assert 1050 <= sum(len(organisation.persons) for organisation in organisations) <= 1250
    assert len({row.title for row in read_tasks()}) >= 600


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_keys_are_unique(slug: str) -> None:
    organisation = demo().organisation(slug)
    for sheet, column in (
        ("Einheiten", "Kürzel"),
        ("Stellen", "Stellennummer"),
        ("Personen", "Personalnummer"),
        ("Aufgaben", "Schlüssel"),
        ("Aufgaben", "Titel"),
        ("Aufgaben", "Zweck"),
    ):
        counted = Counter(row[column] for row in organisation.sheets()[sheet])
        assert [key for key, count in counted.items() if count > 1] == []
    for rows, columns in (
        (organisation.holdings, ("Stellennummer", "Personalnummer")),
        (organisation.responsibilities, ("Aufgabe", "Stellennummer")),
    ):
        pairs = Counter(tuple(row[column] for column in columns) for row in rows)
        assert [pair for pair, count in pairs.items() if count > 1] == []
    mails = Counter(row["E-Mail"] for row in organisation.persons if row["E-Mail"])
    assert [mail for mail, count in mails.items() if count > 1] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_references_exist(slug: str) -> None:
    organisation = demo().organisation(slug)
    units = {row["Kürzel"] for row in organisation.units}
    positions = {row["Stellennummer"] for row in organisation.positions}
    persons = {row["Personalnummer"] for row in organisation.persons}
    tasks = {row["Schlüssel"] for row in organisation.tasks}
    assert {row["Übergeordnet"] for row in organisation.units} <= units | {""}
    assert {row["Einheit"] for row in chain(organisation.positions, organisation.tasks)} <= units
    assert {row["Stellennummer"] for row in organisation.holdings} <= positions
    assert {row["Personalnummer"] for row in organisation.holdings} == persons
    assert {row["Aufgabe"] for row in organisation.responsibilities} == tasks
    assert {row["Stellennummer"] for row in organisation.responsibilities} <= positions


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_units_come_after_their_parents(slug: str) -> None:
    seen = {""}
    for row in demo().organisation(slug).units:
        assert row["Übergeordnet"] in seen
        seen.add(row["Kürzel"])


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_cells_are_what_the_import_reads(slug: str) -> None:
    for name, rows in demo().organisation(slug).sheets().items():
        sheet = find_sheet(name)
        assert sheet is not None
        for row in rows:
            for header, cell in row.items():
                column = find_column(sheet, header)
                assert column is not None, header
                assert cell or not column.required, (header, row)
                assert len(cell) <= column.max_length, (header, cell)
                if cell and column.parse is not None:
                    column.parse(cell)


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_exit_is_told_once_and_fixed_only_with_a_quarter(slug: str) -> None:
    for row in demo().organisation(slug).holdings:
        assert not (row["Austrittsquartal"] and row["Austrittsband"])
        assert (row["Austritt fest"] in {"ja", "nein"}) == bool(row["Austrittsquartal"])


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_nobody_works_more_than_full_time(slug: str) -> None:
    shares: dict[str, float] = {}
    for row in demo().organisation(slug).holdings:
        if not row["Bis"]:
            number = row["Personalnummer"]
            shares[number] = shares.get(number, 0) + float(row["Anteil"].replace(",", "."))
    assert max(shares.values()) == 1.0


def test_demo_has_every_kind_of_holding() -> None:
    organisation = demo().organisation("brueckenfeld")
    current = [row for row in organisation.holdings if not row["Bis"]]
    people = Counter(row["Stellennummer"] for row in current)
    jobs = Counter(row["Personalnummer"] for row in current)
    vacant = {row["Stellennummer"] for row in organisation.positions} - set(people)
    assert 20 <= len(vacant) <= 70
    assert sum(count == 2 for count in people.values()) >= 8
    assert sum(count == 2 for count in jobs.values()) >= 5
    assert sum(bool(row["Bis"]) for row in organisation.holdings) >= 8
    assert sum(row["Anteil"] != "1" for row in current) >= 100
    assert sum(row["Austritt fest"] == "ja" for row in current) >= 10
    assert {row["Austrittsband"] for row in current} == {*BANDS, "unbekannt", ""}


def test_demo_services_have_real_looking_keys() -> None:
    services = read_services()
    assert len({service.key for service in services}) == len(services) == 116
    assert [service.key for service in services if not re.fullmatch(r"99\d{12}", service.key)] == []
    assert {row.service for row in read_tasks() if row.service} <= {service.key for service in services}
    assert sum(bool(row.service) for row in read_tasks()) >= 50


def test_demo_catalogue_names_only_existing_units_and_titles() -> None:
    below: dict[str, set[str]] = {}
    for unit in reversed(read_units()):
        below.setdefault(unit.code, {unit.code})
        if unit.parent:
            below.setdefault(unit.parent, {unit.parent}).update(below[unit.code])
    titles = [(row.unit, row.title) for row in read_positions()]
    for task in read_tasks():
        for unit, holder in ((task.unit, task.holder), (task.small_unit, task.small_holder)):
            if unit:
                assert any(code in below[unit] and holder in title for code, title in titles), task.title


def test_demo_golden_path_task_turns_red_in_18_months() -> None:
    city = demo().organisation("brueckenfeld")
    task = task_named(city, "Wohngeldantrag bescheiden")
    assert (task["Einheit"], task["LeiKa"], task["Produkt"]) == ("50.1", "99107023017000", "31.5.1")
    rows = [row for row in city.responsibilities if row["Aufgabe"] == task["Schlüssel"]]
    assert [(row["Stellennummer"], row["Art"], row["Bereit"]) for row in rows] == [
        ("50-03", "zuständig", ""),
        ("50-04", "Vertretung", "nein"),
        ("50-02", "kann helfen", ""),
    ]
    assert red_quarters(city)[task["Schlüssel"]] == 6


def test_demo_city_board_is_believable() -> None:
    city = demo().organisation("brueckenfeld")
    red = red_quarters(city)
    assert 10 <= sum(quarter < 8 for quarter in red.values()) <= 20
    assert 45 <= sum(len(people) == 1 for people in holders(city).values()) <= 70
    assert sum(not people for people in holders(city).values()) == 2
    assert len({quarter for quarter in red.values() if quarter < 20}) >= 10
    near = [row["Austrittsquartal"] for row in city.holdings if row["Austrittsquartal"]]
    assert len(set(near)) >= 20


@pytest.mark.parametrize("slug", SLUGS)
def test_demo_every_house_has_something_red_and_something_safe(slug: str) -> None:
    organisation = demo().organisation(slug)
    soon = sum(quarter < 12 for quarter in red_quarters(organisation).values())
    assert 1 <= soon < len(organisation.tasks) / 10


def test_demo_personas_exist_in_their_houses() -> None:
    demo_ = demo()
    assert len(demo_.personas) == 12
    for persona in demo_.personas:
        assert persona.email.endswith(".example")
        assert persona.does.endswith(".")
        for membership in persona.memberships:
            organisation = demo_.organisation(membership.organisation)
            assert {role for role, _ in membership.roles} <= ROLES
            units = {row["Kürzel"] for row in organisation.units}
            assert {unit for _, unit in membership.roles if unit} <= units
            if membership.personnel_number:
                person = next(
                    row
                    for row in organisation.persons
                    if row["Personalnummer"] == membership.personnel_number
                )
                assert f"{person['Vorname']} {person['Nachname']}" == persona.display_name
                assert person["E-Mail"] == persona.email
    roles = {role for persona in demo_.personas for item in persona.memberships for role, _ in item.roles}
    assert roles == ROLES


def test_demo_administrator_reaches_every_house() -> None:
    administrator = next(persona for persona in demo().personas if persona.slug == "thielking")
    assert administrator.organisation == "rzw"
    assert {item.organisation for item in administrator.memberships} == set(SLUGS)


def test_demo_one_colleague_works_in_two_houses() -> None:
    colleague = next(persona for persona in demo().personas if persona.slug == "kolar")
    assert [(item.organisation, item.roles) for item in colleague.memberships] == [
        ("auental", (("employee", None), ("knowledge_manager", None))),
        ("kvl", (("employee", None), ("advisor", None))),
    ]


def test_demo_measures_point_to_tasks_and_positions() -> None:
    demo_ = demo()
    assert len(demo_.measures) == 13
    assert {measure.state for measure in demo_.measures} == {"planned", "running", "done"}
    for measure in demo_.measures:
        organisation = demo_.organisation(measure.organisation)
        assert measure.task_key in {row["Schlüssel"] for row in organisation.tasks}
        assert measure.position_number in {row["Stellennummer"] for row in organisation.positions}
        assert (measure.state == "done") == (measure.until < TODAY.isoformat())


def test_demo_network_holds_all_houses() -> None:
    network = demo().network
    assert {slug for slug, _ in network.members} == set(SLUGS)
    assert network.operator == "kvl"


def test_demo_tells_no_age_and_no_birth_date() -> None:
    words = re.compile(r"geburtsdatum|geburtstag|lebensalter|passwort:|jahrgang", re.IGNORECASE)
    for organisation in demo().organisations:
        for name, rows in organisation.sheets().items():
            assert not any(words.search(header) for header in rows[0])
            cells = (cell for row in rows for cell in row.values())
            assert [cell for cell in cells if words.search(cell)] == [], name


def test_demo_invented_keys_lie_outside_the_real_ones() -> None:
    keys = [organisation.ags for organisation in demo().organisations]
    assert keys == ["99001001", "99001002", None, None]


def test_demo_unknown_house_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        demo().organisation("nirgendwo")


def clerk(count: int) -> PositionRow:
    return PositionRow(
        organisation="auental",
        unit="X",
        title="Sachbearbeitung",
        count=count,
        lead=False,
        task_weight=1,
        desk=True,
        part_time_percent=0,
    )


def empty_house() -> Staff:
    return Staff(
        facts=ORGANISATIONS[1],
        today=TODAY,
        names=Names(rows=[NameRow(kind="given", origin="de", name="Ute")]),
        rng=seeded(1, "test"),
    )


def test_story_tasks_are_in_the_catalogue() -> None:
    for story in TASKS:
        assert task_named(demo().organisation(story.organisation), story.title)["Titel"] == story.title


def test_staff_story_seat_that_does_not_exist_is_a_key_error() -> None:
    nowhere = Seat(organisation="auental", unit="X", title="Archiv")
    with pytest.raises(KeyError):
        empty_house().fill(
            [clerk(1)], [NamedPerson(seat=nowhere), NamedPerson(seat=seat_of("Sachbearbeitung"))]
        )


def seat_of(title: str) -> Seat:
    return Seat(organisation="auental", unit="X", title=title)


def test_staff_namesakes_get_different_addresses() -> None:
    staff = empty_house()
    pair = [
        NamedPerson(
            seat=Seat(organisation="auental", unit="X", title="Sachbearbeitung", nth=nth),
            given="Łucja",
            family="Groß-Öz",
        )
        for nth in (1, 2)
    ]
    staff.fill([clerk(2)], pair)
    assert [row["E-Mail"] for row in staff.persons] == [
        "lucja.gross-oez@auental.example",
        "lucja.gross-oez2@auental.example",
    ]


def test_roster_a_lone_clerk_has_no_deputy() -> None:
    post = Post(number="X-01", seat=seat_of("Sachbearbeitung"), row=clerk(1), vacant=False, seniority=0)
    roster = Roster(
        units=[UnitRow(organisation="auental", code="X", name="X", parent="")],
        posts=[post],
        rng=seeded(1, "test"),
    )
    duty = Duty(key="X-01", unit="X", row=read_tasks()[0], holder="", team=1)
    assert roster.assign(duty) == [
        {"Aufgabe": "X-01", "Stellennummer": "X-01", "Art": "zuständig", "Bereit": ""}
    ]


@pytest.mark.parametrize(
    ("quarters", "band"),
    [(3, "bis 1 Jahr"), (4, "1-2 Jahre"), (11, "2-3 Jahre"), (19, "3-5 Jahre"), (20, "über 5 Jahre")],
)
def test_band_of_counts_whole_years(quarters: int, band: str) -> None:
    assert band_of(quarters) == band


def test_persona_lands_in_its_first_membership() -> None:
    clerk_ = next(persona for persona in demo().personas if persona.slug == "wiebusch")
    holding = next(
        row for row in demo().organisation("brueckenfeld").holdings if row["Stellennummer"] == "50-03"
    )
    assert (clerk_.organisation, clerk_.personnel_number, clerk_.roles) == (
        "brueckenfeld",
        holding["Personalnummer"],
        (("employee", None),),
    )

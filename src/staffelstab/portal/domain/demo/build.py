"""Puts the demo together."""

from __future__ import annotations

from datetime import date

from staffelstab.portal.domain.demo.calendar import day_after
from staffelstab.portal.domain.demo.duties import Roster, duties_of, story_rows, task_sheet
from staffelstab.portal.domain.demo.measures import MEASURES
from staffelstab.portal.domain.demo.model import (
    Demo,
    DemoMeasure,
    DemoMembership,
    DemoNetwork,
    DemoOrganisation,
    DemoPersona,
    SheetRow,
)
from staffelstab.portal.domain.demo.people import Names, Staff, seeded
from staffelstab.portal.domain.demo.personas import PERSONAS, PersonaStory
from staffelstab.portal.domain.demo.stories import ORGANISATIONS, PEOPLE, TASKS, OrganisationFacts
from staffelstab.portal.domain.demo.tables import read_names, read_positions, read_tasks, read_units

NETWORK = DemoNetwork(
    slug="wissensverbund-weserbogen",
    name="Wissensverbund Weserbogen",
    operator="kvl",
    members=(("brueckenfeld", 5), ("auental", 1), ("rzw", 10), ("kvl", 0)),
)


def build_demo(*, today: date, seed: int = 1) -> Demo:
    """Return the demo as it looks on ``today``; the same day and seed give the same demo."""
    names = Names(rows=read_names(), used={(person.given, person.family) for person in PEOPLE})
    staffs = {facts.slug: _staff(facts, today=today, names=names, seed=seed) for facts in ORGANISATIONS}
    organisations = tuple(_organisation(facts, staffs[facts.slug], seed=seed) for facts in ORGANISATIONS)
    return Demo(
        network=NETWORK,
        organisations=organisations,
        personas=tuple(_persona(story, staffs) for story in PERSONAS),
        measures=_measures(organisations, staffs, today=today),
    )


def _staff(facts: OrganisationFacts, *, today: date, names: Names, seed: int) -> Staff:
    staff = Staff(facts=facts, today=today, names=names, rng=seeded(seed, "staff", facts.slug))
    staff.fill([row for row in read_positions() if row.organisation == facts.slug], PEOPLE)
    return staff


def _organisation(facts: OrganisationFacts, staff: Staff, *, seed: int) -> DemoOrganisation:
    units = [row for row in read_units() if row.organisation == facts.slug]
    duties = duties_of(facts.slug, read_tasks())
    roster = Roster(units=units, posts=staff.posts, rng=seeded(seed, "duties", facts.slug))
    told = {story.title: story for story in TASKS if story.organisation == facts.slug}
    responsibilities: list[SheetRow] = []
    for duty in duties:
        if story := told.get(duty.row.title):
            responsibilities += story_rows(duty.key, story, staff.number_of_seat)
        else:
            responsibilities += roster.assign(duty)
    return DemoOrganisation(
        slug=facts.slug,
        name=facts.name,
        short_name=facts.short_name,
        kind=facts.kind,
        colour=facts.colour,
        ags=facts.ags,
        mail_domain=facts.mail_domain,
        units=[{"Kürzel": row.code, "Name": row.name, "Übergeordnet": row.parent} for row in units],
        positions=[
            {
                "Stellennummer": post.number,
                "Bezeichnung": post.row.title,
                "Einheit": post.row.unit,
                "Leitung": "ja" if post.row.lead else "nein",
            }
            for post in staff.posts
        ],
        persons=staff.persons,
        holdings=staff.holdings,
        tasks=task_sheet(duties),
        responsibilities=responsibilities,
    )


def _persona(story: PersonaStory, staffs: dict[str, Staff]) -> DemoPersona:
    person = staffs[story.seat.organisation].person_on_seat[story.seat]
    memberships = [
        DemoMembership(
            organisation=story.seat.organisation,
            personnel_number=person["Personalnummer"],
            roles=story.roles,
        )
    ]
    for organisation, seat, roles in story.also:
        number = staffs[organisation].person_on_seat[seat]["Personalnummer"] if seat else None
        memberships.append(DemoMembership(organisation=organisation, personnel_number=number, roles=roles))
    return DemoPersona(
        slug=story.slug,
        display_name=f"{person['Vorname']} {person['Nachname']}",
        email=person["E-Mail"],
        memberships=tuple(memberships),
        does=story.does,
        look_first=story.look_first,
    )


def _measures(
    organisations: tuple[DemoOrganisation, ...], staffs: dict[str, Staff], *, today: date
) -> tuple[DemoMeasure, ...]:
    keys = {
        (organisation.slug, task["Titel"]): task["Schlüssel"]
        for organisation in organisations
        for task in organisation.tasks
    }
    return tuple(
        DemoMeasure(
            organisation=story.organisation,
            task_key=keys[story.organisation, story.task],
            what=story.what,
            position_number=staffs[story.organisation].number_of_seat[story.seat],
            until=day_after(today, story.until_days),
            state=story.state,
        )
        for story in MEASURES
    )

"""One task of the board in detail: its sentence, the inputs behind it, and names where the role may see them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.foresight.domain.explain import Explanation, HolderOutlook, explain
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.models import Measure
from staffelstab.foresight.selectors import measures, risks
from staffelstab.foresight.selectors.register import TaskRow
from staffelstab.foresight.selectors.risks import Picture
from staffelstab.foresight.selectors.sentences import Situation, risk_sentence
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Holding, Person, Responsibility, Task, Unit
from staffelstab.workforce.selectors.holdings import current
from staffelstab.workforce.selectors.positions import EXIT

LOOK: Final = "foresight.risk"
"""A look at when somebody leaves who holds a task, in the log of looks."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PositionFacts:
    """A position that is responsible for the task or a deputy; `persons`: how many hold it on the day.

    `tells`: whether the actor may read when those who hold it leave. It may lie in another unit than the task.
    """

    number: str
    title: str
    kind: str
    ready: bool
    persons: int
    tells: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NamedHolder:
    """A person who can do the task today. `first`, `last`: the exit in the scenario, None when none is entered.

    `subject_id`: the person's account, or the person where there is none: whose data were looked at.
    """

    name: str
    subject_id: UUID
    responsible: bool
    first: Quarter | None
    last: Quarter | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """Everything the card of a task shows.

    `holders` is empty unless names were asked for and the actor may see them; `withheld`: how many more hold it
    through positions whose exits the actor may not read. The sentence tells the exit of a single person to nobody
    who may not read that exit by itself; `tells_exit`: that it does. `as_of`: the day for which all of it holds.
    """

    as_of: dt.date
    task: Task
    sentence: str
    explanation: Explanation
    red: Quarter | None
    act_by: Quarter | None
    rest_risk: float
    tone: str
    responsible: tuple[PositionFacts, ...]
    deputies: tuple[PositionFacts, ...]
    may_see_names: bool
    may_record: bool
    holders: tuple[NamedHolder, ...]
    withheld: int
    measures: tuple[Measure, ...]

    def red_tone(self, by: int) -> str:
        """Tone of *red from …*: an alarm only when it comes by that quarter (0: the as-of one)."""
        red = self.explanation.red_quarter
        return "high" if red is not None and red <= by else "neutral"


def task_details(
    *,
    actor: Actor,
    picture: Picture,
    number: int,
    with_names: bool,
    positions: tuple[PositionFacts, ...] | None = None,
) -> TaskDetails:
    """Details of the task at `number`. Raises NotFound when the actor does not see it.

    `positions`: its responsible and deputy positions, where the caller has them at hand.

    With names, the caller logs the look at each holder's exit (``subject_id``).
    """
    if not risks.in_scope(actor, picture)[number]:
        raise NotFound
    loaded, result = picture.loaded, picture.assessment
    explanation = explain(loaded.register, loaded.ratings, result, task=number)
    task = _task(loaded.tasks[number])
    positions = _positions(actor, picture, task) if positions is None else positions
    responsible = tuple(each for each in positions if each.kind == ResponsibilityKind.RESPONSIBLE)
    deputies = tuple(each for each in positions if each.kind == ResponsibilityKind.DEPUTY)
    situation = Situation(
        explanation=explanation,
        as_of=picture.quarter,
        turnover=result.turnover,
        responsible=len(responsible),
        untrained=sum(not each.ready for each in deputies),
        ready=sum(each.ready for each in deputies),
        tells_exits=all(each.tells for each in positions if each.persons),
    )
    may_see_names = actor.may("foresight.risk.names", task)
    holders = explanation.holders
    if with_names and may_see_names and not situation.tells_exits:
        hidden = _not_to_tell(actor, picture, task)
        holders = tuple(each for each in holders if picture.loaded.person_id(each.person) not in hidden)
    return TaskDetails(
        as_of=loaded.as_of,
        task=task,
        sentence=risk_sentence(situation),
        explanation=explanation,
        red=picture.named(int(result.red_quarter[number])),
        act_by=picture.named(int(result.act_by[number])),
        rest_risk=explanation.rest_risk,
        tone=risks.tone(explanation.rest_risk),
        responsible=responsible,
        deputies=deputies,
        may_see_names=may_see_names,
        may_record=actor.may("foresight.measure.edit", task),
        holders=_named(picture, holders) if with_names and may_see_names else (),
        withheld=len(explanation.holders) - len(holders),
        measures=tuple(measures.of_task(task)),
    )


def _task(row: TaskRow) -> Task:
    """The task as the permissions and the card need it, from what is loaded anyway: never to be saved."""
    unit = Unit(
        id=row.unit.id, code=row.unit.code, name=row.unit.name, ancestor_ids=list(row.unit.ancestor_ids)
    )
    return Task(
        id=row.id, key=row.key, title=row.title, service_key=row.service_key, topic=row.topic, unit=unit
    )


def _positions(actor: Actor, picture: Picture, task: Task) -> tuple[PositionFacts, ...]:
    day = picture.loaded.as_of
    on_day = (Q(position__holdings__starts_on__isnull=True) | Q(position__holdings__starts_on__lte=day)) & (
        Q(position__holdings__ends_on__isnull=True) | Q(position__holdings__ends_on__gte=day)
    )
    rows = (
        Responsibility.objects.filter(task=task)
        .filter(Q(position__ended_on__isnull=True) | Q(position__ended_on__gt=day))
        .exclude(kind=ResponsibilityKind.CAN_HELP)
        .annotate(persons=Count("position__holdings", filter=on_day))
        .order_by("position__sort_key", "id")
        .values_list(
            "position__number", "position__title", "kind", "ready", "persons", "position__unit__ancestor_ids"
        )
    )
    return tuple(
        PositionFacts(
            number=number,
            title=title,
            kind=kind,
            ready=ready,
            persons=persons,
            tells=_may_read_exits(actor, path),
        )
        for number, title, kind, ready, persons, path in rows
    )


def _may_read_exits(actor: Actor, unit_path: list[UUID]) -> bool:
    return actor.may(EXIT, Unit(ancestor_ids=unit_path))


def _not_to_tell(actor: Actor, picture: Picture, task: Task) -> set[UUID]:
    """Persons who hold the task, on the day, through a position whose exits the actor may not read."""
    rows = Holding.objects.filter(
        current(picture.loaded.as_of), position__responsibilities__task=task
    ).values_list("person_id", "position__unit__ancestor_ids")
    return {person_id for person_id, path in rows if not _may_read_exits(actor, path)}


def _named(picture: Picture, holders: tuple[HolderOutlook, ...]) -> tuple[NamedHolder, ...]:
    keys = {picture.loaded.person_id(holder.person): holder for holder in holders}
    people = Person.objects.filter(pk__in=list(keys)).order_by("sort_key", "id")
    return tuple(
        NamedHolder(
            name=person.name,
            subject_id=person.account_id or person.pk,
            responsible=keys[person.pk].responsible,
            first=_shifted(picture, keys[person.pk].first),
            last=_shifted(picture, keys[person.pk].last),
        )
        for person in people
    )


def _shifted(picture: Picture, quarter: int | None) -> Quarter | None:
    return None if quarter is None else picture.quarter.shifted(quarter)

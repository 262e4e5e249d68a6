"""One search box over tasks, services, units, positions and, where allowed, persons.

The register's own search: folded words and trigrams. The full search of pages and articles comes with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffelstab.core import searching
from staffelstab.core.actors import Actor
from staffelstab.core.sorting import sort_key
from staffelstab.core.ui.paging import enough, keyset_page
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.selectors import catalogue
from staffelstab.workforce.models import Person, Position, Task, Unit
from staffelstab.workforce.selectors import folding

PER_KIND = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One result."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind. ``more_url``: the list with the same words, where there may be more; else empty."""

    kind: str
    label: str | Promise
    icon: str
    hits: list[Hit]
    more_url: str


def search(*, actor: Actor, text: str) -> list[Group]:
    """Results by kind, best kinds first; empty kinds are left out. Everyday words find the service behind them."""
    if not sort_key(text):
        return []
    services = catalogue.find_services(actor=actor, q=text)[:PER_KIND]
    keys = [service.key for service in services if service.key]
    named = actor.may("workforce.person.view")
    first = _First(text, (Task, Position, Person) if named else (Task, Position))
    kinds = [
        ("task", _("Tasks"), "document", _tasks(first, keys), "workforce:task_list"),
        (
            "service",
            _("Public services"),
            "book",
            [_service(service) for service in services],
            "vocabulary:service_list",
        ),
        ("unit", _("Units"), "network", _units(text), ""),
        ("position", _("Positions"), "people", _positions(first), "workforce:position_list"),
    ]
    if named:
        kinds.append(("person", _("Persons"), "person", _persons(first), "workforce:person_list"))
    return [
        Group(kind, label, icon, hits, _list(name, text) if len(hits) == PER_KIND else "")
        for kind, label, icon, hits, name in kinds
        if hits
    ]


def _list(name: str, text: str) -> str:
    return reverse(name, query={"q": text}) if name else ""


class _First:
    """The first rows of several lists with every word of a text. One statement for all, one more for each list."""

    def __init__(self, text: str, lists: Sequence[type[models.Model]]) -> None:
        searches = {model: search for model in lists if (search := folding.search(model, text))}
        found = searching.found_together(list(searches.values()), most=enough(PER_KIND))
        self._asked = {
            model: (search, each) for (model, search), each in zip(searches.items(), found, strict=True)
        }

    def rows[Row: models.Model](self, model: type[Row], rows: QuerySet[Row]) -> tuple[Row, ...]:
        """Those of `rows` that fit, up to PER_KIND, in the order of the list."""
        search, found = self._asked[model]
        page = keyset_page(rows, order=searching.ORDER, query={}, size=PER_KIND, search=search, found=found)
        return page.rows


def _tasks(first: _First, service_keys: list[str]) -> list[Hit]:
    rows = Task.objects.filter(ended_on=None).select_related("unit")
    found = {task.pk: task for task in first.rows(Task, rows)}
    if service_keys:
        behind = rows.filter(service_key__in=service_keys).order_by(*searching.ORDER)[:PER_KIND]
        found |= {task.pk: task for task in behind}
    shown = sorted(found.values(), key=lambda task: (task.sort_key, task.pk))[:PER_KIND]
    return [Hit(task.title, str(task.unit), _page("workforce:task_detail", task.pk)) for task in shown]


def _page(name: str, key: UUID) -> str:
    return reverse(name, args=[key])


def _service(service: Service) -> Hit:
    return Hit(service.name, ", ".join(service.terms[:4]), _page("vocabulary:service_detail", service.pk))


def _units(text: str) -> list[Hit]:
    # A house has some hundred units; they are read as they stand.
    rows = Unit.objects.filter(searching.contains_words("sort_key", text), ended_on=None)
    found = rows.order_by(*searching.ORDER)[:PER_KIND]
    return [Hit(unit.name, unit.code, _page("workforce:unit_detail", unit.pk)) for unit in found]


def _positions(first: _First) -> list[Hit]:
    found = first.rows(Position, Position.objects.filter(ended_on=None).select_related("unit"))
    return [
        Hit(str(position), position.unit.name, _page("workforce:position_detail", position.pk))
        for position in found
    ]


def _persons(first: _First) -> list[Hit]:
    found = first.rows(Person, Person.objects.filter(ended_on=None))
    return [Hit(person.name, person.email, _page("workforce:person_detail", person.pk)) for person in found]

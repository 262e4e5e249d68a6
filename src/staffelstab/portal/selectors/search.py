"""One search box over tasks, services, units, positions and, where allowed, persons.

The register's own search: folded words and trigrams. The full search of pages and articles comes with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor
from staffelstab.core.sorting import sort_key
from staffelstab.vocabulary.selectors import catalogue
from staffelstab.workforce.models import Person, Position, Task, Unit

PER_KIND = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One result."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind."""

    kind: str
    label: str | Promise
    icon: str
    hits: list[Hit]
    more_url: str


def search(*, actor: Actor, text: str) -> list[Group]:
    """Results by kind, best kinds first; empty kinds are left out. Everyday words find the service behind them."""
    words = sort_key(text).split()
    if not words:
        return []
    services = catalogue.find_services(actor=actor, q=text)[:PER_KIND]
    keys = [service.key for service in services if service.key]
    groups = [
        Group(
            "task", _("Tasks"), "document", _tasks(words, keys), f"{reverse('workforce:task_list')}?q={text}"
        ),
        Group(
            "service",
            _("Public services"),
            "book",
            [
                Hit(
                    service.name,
                    ", ".join(service.terms[:4]),
                    reverse("vocabulary:service_detail", args=[service.pk]),
                )
                for service in services
            ],
            "",
        ),
        Group("unit", _("Units"), "network", _units(words), ""),
        Group("position", _("Positions"), "people", _positions(words), ""),
    ]
    if actor.may("workforce.person.view"):
        groups.append(Group("person", _("Persons"), "person", _persons(words), ""))
    return [group for group in groups if group.hits]


def _all_words(field: str, words: list[str]) -> Q:
    condition = Q()
    for word in words:
        condition &= Q(**{f"{field}__contains": word})
    return condition


def _tasks(words: list[str], service_keys: list[str]) -> list[Hit]:
    found: QuerySet[Task] = (
        Task.objects.filter(ended_on=None)
        .filter(_all_words("search", words) | Q(service_key__in=service_keys, service_key__gt=""))
        .select_related("unit")
        .order_by("sort_key", "id")
    )
    return [Hit(task.title, str(task.unit), _task_url(task.pk)) for task in found[:PER_KIND]]


def _task_url(task_id: UUID) -> str:
    return reverse("workforce:task_detail", args=[task_id])


def _units(words: list[str]) -> list[Hit]:
    found = Unit.objects.filter(_all_words("sort_key", words), ended_on=None).order_by("sort_key", "id")
    return [
        Hit(unit.name, unit.code, reverse("workforce:unit_detail", args=[unit.pk]))
        for unit in found[:PER_KIND]
    ]


def _positions(words: list[str]) -> list[Hit]:
    found = (
        Position.objects.filter(_all_words("sort_key", words), ended_on=None)
        .select_related("unit")
        .order_by("sort_key", "id")
    )
    return [
        Hit(str(position), position.unit.name, reverse("workforce:position_detail", args=[position.pk]))
        for position in found[:PER_KIND]
    ]


def _persons(words: list[str]) -> list[Hit]:
    found = Person.objects.filter(_all_words("sort_key", words), ended_on=None).order_by("sort_key", "id")
    return [
        Hit(person.name, person.email, reverse("workforce:person_detail", args=[person.pk]))
        for person in found[:PER_KIND]
    ]

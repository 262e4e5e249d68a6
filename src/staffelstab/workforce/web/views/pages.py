"""The three kinds of pages of this module that differ only in their words: form, history, suggestions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db import models
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffelstab.core.actors import Actor
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Filter, choice_filter
from staffelstab.workforce.models import Unit
from staffelstab.workforce.selectors import history, units

Crumb = tuple[str, str]


def data_of(request: Request) -> Any:
    """What was posted; ``None`` when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: Request,
    *,
    template: str,
    form: forms.Form,
    heading: str,
    crumbs: Sequence[Crumb],
    submit: str,
    cancel: str,
    **context: Any,
) -> HttpResponse:
    """A page with one form; status 422 when what was sent could not be taken."""
    shown = {
        "form": form,
        "heading": heading,
        "crumbs": [*crumbs, (heading, "")],
        "submit": submit,
        "cancel": cancel,
        **context,
    }
    return render(request, template, shown, status=422 if form.is_bound else 200)


def history_page(
    request: Request, *, template: str, obj: models.Model, name: str, crumbs: Sequence[Crumb], back: str
) -> HttpResponse:
    """The history of one object, newest first."""
    page = history.history_page(actor=request.actor, obj=obj, query=request.GET)
    shown = {"page": page, "name": name, "crumbs": [*crumbs, (_("History"), "")], "back": back}
    return render(request, template, shown)


def suggestions(request: Request, pick: Callable[..., list[str]]) -> HttpResponse:
    """Options of a combobox for what is typed: the parameter ``q``, else the only one there is."""
    text = request.GET.get("q", next(iter(request.GET.values()), ""))[:200]
    options = pick(actor=request.actor, text=text)
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((each,) for each in options)))


def unit_filter(query: QueryDict, *, selected: Unit | None) -> Filter:
    """The chip that narrows a list to a unit and what is below it."""
    return choice_filter(
        query,
        name="einheit",
        label=pgettext("short", "Unit"),
        choices=[(str(unit.pk), str(unit)) for unit in units.unit_choices(selected=selected)],
        all_label=_("all"),
    )


def unit_crumbs(path: Sequence[Unit]) -> list[Crumb]:
    """The way from the top of the organisation down to a unit."""
    return [
        (_("Units"), reverse("workforce:unit_list")),
        *((unit.name, reverse("workforce:unit_detail", args=[unit.pk])) for unit in path),
    ]


def may(actor: Actor, obj: object | None = None, **permissions: str) -> dict[str, bool]:
    """Name → whether the actor holds that permission on the object: which actions a page offers."""
    return {name: actor.may(permission, obj) for name, permission in permissions.items()}

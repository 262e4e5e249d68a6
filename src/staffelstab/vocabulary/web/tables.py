"""Tables and filters of the vocabulary's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from staffelstab.core.ui.tables import Column, Filter, Table, choice_filter
from staffelstab.vocabulary.enums import topics_by_name
from staffelstab.vocabulary.models import Municipality, Service

OWN, SHARED = "eigene", "geteilte"


def service_filters(query: QueryDict, *, sources: Sequence[str]) -> tuple[Filter, Filter, Filter]:
    """Topic, catalogue, and whose service it is."""
    return (
        choice_filter(query, name="thema", label=_("Topic"), choices=topics_by_name(), all_label=_("all")),
        choice_filter(
            query,
            name="verzeichnis",
            label=_("Catalogue"),
            choices=[(source, source) for source in sources],
            all_label=_("all"),
        ),
        choice_filter(
            query,
            name="herkunft",
            label=_("Origin"),
            choices=[(OWN, _("own organisation")), (SHARED, _("shared by others"))],
            all_label=_("all"),
        ),
    )


def service_table(
    rows: Sequence[Service], query: QueryDict, *, owners: Mapping[UUID, str], may_import: bool
) -> Table:
    """Services with key, everyday words and origin. The empty state depends on whether anything was asked for."""
    asked = any(query.get(name) for name in ("q", "thema", "verzeichnis", "herkunft"))
    offer = may_import and not asked
    return Table(
        caption=_("Public services"),
        columns=(
            Column(
                key="name",
                label=_("Service"),
                primary=True,
                href=lambda row: reverse("vocabulary:service_detail", args=[row.pk]),
            ),
            Column(key="key", label=_("Key")),
            Column(
                key="terms",
                label=_("Everyday words"),
                value=lambda row: ", ".join([*row.own_terms, *row.terms][:4]),
                optional=True,
            ),
            Column(key="topic", label=_("Topic"), value=lambda row: row.get_topic_display(), optional=True),
            Column(key="source", label=_("Catalogue"), value=lambda row: origin(row, owners)),
        ),
        rows=rows,
        query=query,
        empty_title="" if asked else _("No services yet"),
        empty_text=_("The catalogue names the public services your tasks deliver. It comes from a file."),
        empty_url=reverse("vocabulary:upload_create") if offer else "",
        empty_action=_("Import services") if offer else "",
    )


def origin(service: Service, owners: Mapping[UUID, str]) -> str:
    """The catalogue, and of whom where it is not the own one."""
    owner = owners.get(service.organisation_id)
    return f"{service.source} ({owner})" if owner else service.source


def municipality_table(rows: Sequence[Municipality], query: QueryDict) -> Table:
    """Municipalities with their keys and size."""
    return Table(
        caption=_("Municipalities"),
        columns=(
            Column(key="name", label=_("City or municipality"), primary=True),
            Column(key="state", label=_("Federal state")),
            Column(key="ags", label=_("Municipality key (AGS)")),
            Column(key="ars", label=_("Regional key (ARS)"), optional=True),
            Column(
                key="population",
                label=_("Inhabitants"),
                numeric=True,
                template="vocabulary/municipality/population.html",
            ),
        ),
        rows=rows,
        query=query,
        empty_title="" if query.get("q") or query.get("land") else _("No municipalities yet"),
        empty_text=_(
            "Your IT provider loads the official list with the command “staffelstab municipalities”."
        ),
    )

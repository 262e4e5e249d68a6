"""Closed sets of values of the vocabulary module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffelstab.core.sorting import sort_key


class Topic(models.TextChoices):
    """Topics of public services after the fields of the Online Access Act, plus internal services."""

    MOBILITY = "mobility", _("Mobility & travel")
    EDUCATION = "education", _("Education")
    LEISURE = "leisure", _("Volunteering & leisure")
    MIGRATION = "migration", _("Immigration & emigration")
    BUSINESS = "business", _("Running a business")
    TAXES = "taxes", _("Taxes & customs")
    ENVIRONMENT = "environment", _("Environment")
    WORK = "work", _("Work & retirement")
    FAMILY = "family", _("Family & children")
    GENERAL = "general", _("Cross-cutting services")
    BUILDING = "building", _("Building & housing")
    RESEARCH = "research", _("Research & funding")
    HEALTH = "health", _("Health")
    LAW = "law", _("Law & public order")
    INTERNAL = "internal", _("Internal services")


def topics_by_name() -> list[tuple[str, str]]:
    """Topics with their names in the active language, sorted by them."""
    return sorted(((each.value, str(each.label)) for each in Topic), key=lambda choice: sort_key(choice[1]))


class Visibility(models.TextChoices):
    """Who may read shared content."""

    UNIT = "unit", _("own unit")
    HOUSE = "house", _("own organisation")
    NETWORK = "network", _("network")
    PUBLIC = "public", _("public")


SERVICE_VISIBILITIES = (Visibility.HOUSE, Visibility.NETWORK, Visibility.PUBLIC)
"""A catalogue belongs to the organisation: no unit keeps services to itself."""

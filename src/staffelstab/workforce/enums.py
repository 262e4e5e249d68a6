"""Closed sets of values of the workforce module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResponsibilityKind(models.TextChoices):
    """How a position stands to a task."""

    RESPONSIBLE = "responsible", _("Responsible")
    DEPUTY = "deputy", _("Deputy")
    CAN_HELP = "can_help", _("Can help")


class ExitBand(models.TextChoices):
    """Coarse exit horizon of a holding, counted from the day of the question, never from a birth date."""

    WITHIN_1 = "within_1", _("up to 1 year")
    FROM_1_TO_2 = "from_1_to_2", _("1–2 years")
    FROM_2_TO_3 = "from_2_to_3", _("2–3 years")
    FROM_3_TO_5 = "from_3_to_5", _("3–5 years")
    OVER_5 = "over_5", _("more than 5 years")
    UNKNOWN = "unknown", _("unknown")


class PositionRisk(models.IntegerChoices):
    """How long it takes until a successor does the task on their own (IAEA scale, municipal wording)."""

    COMMON = 1, _("replaceable at once: common knowledge, well described")
    WEEKS = 2, _("up to 3 months of familiarisation")
    HALF_YEAR = 3, _("up to 6 months of familiarisation")
    YEAR = 4, _("up to 12 months of familiarisation")
    UNIQUE = 5, _("more than 12 months: critical and unique knowledge")


class Criticality(models.IntegerChoices):
    """What happens when the task is left undone."""

    NEGLIGIBLE = 1, _("hardly noticed")
    MINOR = 2, _("inconvenient")
    NOTICEABLE = 3, _("noticeable for citizens or colleagues")
    SERIOUS = 4, _("serious: deadlines, money or rights at stake")
    VITAL = 5, _("vital: the authority cannot act")


class ImportState(models.TextChoices):
    """Where an import stands. The allowed steps are in ``workforce.domain.import_states``."""

    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("being checked")
    REJECTED = "rejected", _("has errors")
    READY = "ready", _("ready to apply")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")
    FAILED = "failed", _("failed")


class ImportTable(models.TextChoices):
    """The six sheets of the import workbook."""

    UNITS = "units", _("Units")
    POSITIONS = "positions", _("Positions")
    PERSONS = "persons", _("Persons")
    HOLDINGS = "holdings", _("Holdings")
    TASKS = "tasks", _("Tasks")
    RESPONSIBILITIES = "responsibilities", _("Responsibilities")

"""Closed sets of values of the foresight module."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeasureState(models.TextChoices):
    """Where a measure stands."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


OPEN_STATES: Final = (MeasureState.PLANNED, MeasureState.RUNNING)
"""States in which something is still to be done."""


class MeasureKind(models.TextChoices):
    """What a measure does about a risk."""

    PAGE = "page", _("Describe the task")
    DEPUTY = "deputy", _("Train a deputy")
    HANDOVER = "handover", _("Start a handover")
    HIRE = "hire", _("Fill the position in time")
    OTHER = "other", _("Something else")


class ReportSubject(models.TextChoices):
    """What a report is about."""

    ORGANISATION = "organisation", _("Whole organisation")
    UNIT = "unit", _("Unit with its sub-units")
    NETWORK = "network", _("Network")


class ReportState(models.TextChoices):
    """Where a report stands."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("being made")
    READY = "ready", _("finished")
    FAILED = "failed", _("failed")

"""Units, positions, persons and holdings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.workforce.enums import ExitBand


def carried_sort_key() -> models.CharField[str, str]:
    """The sort key of the row's unit, to sort and page by; triggers keep it (``models.functions``)."""
    return models.CharField(
        max_length=240,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="that of the unit, kept by the database",
    )


class SpineModel(TenantModel):
    """What all rows of the spine share: which import created them and when they last changed."""

    import_id = models.UUIDField(null=True, editable=False, help_text="the import that created the row")
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        abstract = True


class Unit(SpineModel):
    """An organisational unit (Amt, Fachbereich, Sachgebiet). The tree is kept as ``ancestor_ids``.

    ``ancestor_ids`` runs from the root to the unit itself, so *in this unit or below* is one array test.
    Only ``services.units`` writes ``parent`` and ``ancestor_ids``, and ``services.imports``, which holds the register
    alone meanwhile.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=240, editable=False)
    parent = TenantForeignKey("self", null=True, blank=True, related_name="children")
    ancestor_ids = ArrayField(models.UUIDField(), default=list, editable=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="unit_code_once")]
        indexes = [
            GinIndex(fields=["ancestor_ids"], name="unit_ancestors"),
            models.Index(fields=["organisation", "parent"], name="unit_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Position(SpineModel):
    """A post (Stelle) in a unit, occupied by one person, several, or nobody."""

    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=240, editable=False)
    unit = TenantForeignKey(Unit, related_name="positions")
    unit_sort_key = carried_sort_key()
    is_lead = models.BooleanField(default=False, help_text="leads its unit")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="position_number_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "unit"], name="position_unit"),
            models.Index(fields=["organisation", "sort_key", "id"], name="position_sorted"),
            models.Index(
                fields=["organisation", "unit_sort_key", "sort_key", "id"], name="position_sorted_by_unit"
            ),
            GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="position_search"),
            models.Index(OpClass(Upper("number"), "text_pattern_ops"), name="position_number_prefix"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Person(SpineModel):
    """A member of staff. No birth date, no address, no pay: only what a directory of responsibilities needs."""

    personnel_number = models.CharField(max_length=40)
    last_name = models.CharField(max_length=100)
    first_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    sort_key = models.CharField(max_length=240, editable=False)
    account_id = models.UUIDField(null=True, blank=True, help_text="the person's own account, when linked")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "personnel_number"], name="person_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "account_id"],
                condition=Q(account_id__isnull=False),
                name="person_account_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "sort_key", "id"], name="person_sorted"),
            GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="person_search"),
            models.Index(OpClass(Upper("personnel_number"), "text_pattern_ops"), name="person_number_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    audit_name = "•••"
    """The trail outlives the person: it keeps the key, never the name."""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Holding(SpineModel):
    """A person on a position, with share and period, and the exit horizon personnel has entered.

    The horizon is an exact quarter (``exit_quarter``), a band, or unknown; it belongs to the holding, so no
    birth date is needed. ``exit_fixed`` holds for exits that no scenario may shift (a signed contract).
    """

    position = TenantForeignKey(Position, related_name="holdings")
    person = TenantForeignKey(Person, related_name="holdings")
    share = models.DecimalField(
        max_digits=4, decimal_places=3, default=1, validators=[MinValueValidator(0.001), MaxValueValidator(1)]
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="last day")
    exit_quarter = models.SmallIntegerField(null=True, blank=True, help_text="4 × year + quarter − 1")
    exit_band = models.CharField(max_length=12, choices=ExitBand, blank=True, default="")
    exit_fixed = models.BooleanField(default=False)

    class Meta:
        ordering = ["position_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "position", "person", "starts_on"],
                name="holding_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(share__gt=0) & Q(share__lte=1), name="holding_share"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="holding_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(exit_quarter__isnull=True) | Q(exit_band=""), name="holding_quarter_or_band"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person"], name="holding_person")]

    def __str__(self) -> str:
        return f"{self.position_id}/{self.person_id}"

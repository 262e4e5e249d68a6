"""Loading the reference table of municipalities. The application role reads it only: the owner role loads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from staffelstab.core.sorting import sort_key
from staffelstab.vocabulary.domain.municipalities import MunicipalityProblem, MunicipalityRow
from staffelstab.vocabulary.models import Municipality

_BATCH = 2000
_FIELDS = ("ars", "name", "state", "population")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What loading did, in numbers of municipalities, and the rows it left out."""

    new: int
    changed: int
    unchanged: int
    removed: int
    problems: tuple[MunicipalityProblem, ...]


@transaction.atomic
def load(*, rows: Iterable[MunicipalityRow | MunicipalityProblem], remove_missing: bool = False) -> Outcome:
    """Bring the table in line with the rows; idempotent. Needs the owner role, see ``as_owner``.

    ``remove_missing`` drops municipalities the rows do not contain: for a file of the whole country only.
    """
    problems: list[MunicipalityProblem] = []
    wanted: dict[str, MunicipalityRow] = {}
    for item in rows:
        if isinstance(item, MunicipalityProblem):
            problems.append(item)
        else:
            wanted[item.ags] = item
    known = {key: values for key, *values in Municipality.objects.values_list("ags", *_FIELDS)}
    new = [_municipality(row) for key, row in wanted.items() if key not in known]
    changed = [
        _municipality(row)
        for key, row in wanted.items()
        if key in known and known[key] != [row.ars, row.name, row.state, row.population]
    ]
    removed = 0
    if remove_missing:
        removed, _models = Municipality.objects.exclude(ags__in=wanted).delete()
    Municipality.objects.bulk_create(
        [*changed, *new],
        update_conflicts=True,
        unique_fields=["ags"],
        update_fields=[*_FIELDS, "sort_key"],
        batch_size=_BATCH,
    )
    return Outcome(len(new), len(changed), len(wanted) - len(new) - len(changed), removed, tuple(problems))


def _municipality(row: MunicipalityRow) -> Municipality:
    return Municipality(
        ags=row.ags,
        ars=row.ars,
        name=row.name,
        sort_key=sort_key(row.name)[:120],
        state=row.state,
        population=row.population,
    )

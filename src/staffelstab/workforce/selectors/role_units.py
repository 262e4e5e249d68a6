"""Units a role can be bound to, for ``identity``, which lies below this module and has no tree of its own."""

from __future__ import annotations

from staffelstab.identity.selectors.units import UnitChoice
from staffelstab.workforce.models import Unit


def unit_choices() -> list[UnitChoice]:
    """The active organisation's units in the order of their tree; one query."""
    rows = list(
        Unit.objects.filter(ended_on=None)
        .order_by("sort_key", "id")
        .values_list("id", "code", "name", "ancestor_ids")
    )
    place = {key: (number, code) for number, (key, code, _name, _path) in enumerate(rows)}
    in_tree = sorted(rows, key=lambda row: [place.get(step, (-1, "")) for step in row[3]])
    return [UnitChoice(key, f"{code} {name}", len(path) - 1, code) for key, code, name, path in in_tree]

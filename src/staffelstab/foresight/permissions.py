"""Who may see and steer knowledge risks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.actors import Actor
from staffelstab.core.permissions import Predicate, has_role, is_system, predicate, role_everywhere
from staffelstab.foresight.enums import ReportSubject
from staffelstab.identity.enums import Role
from staffelstab.workforce.permissions import role_here

manages = role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER)

REPORT_READERS_EVERYWHERE: Final = (Role.EXECUTIVE, Role.ADMINISTRATOR, Role.PRIVACY)
"""Read every report on the house and its units: those who answer for it, who look after it, who watch over it."""

REPORT_READERS_OF_UNITS: Final = (Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL)
"""Read the reports on the units their role is bound to, or all where it is bound to none."""

NETWORK_READERS: Final = (Role.NETWORK_OPERATOR,)
"""Make and read the reports on a network: the office of the organisation that runs it."""


def _report_on(everywhere: tuple[Role, ...], units: tuple[Role, ...]) -> Predicate:
    """About a subject (a report, or what one is asked for): roles for all of the house, roles bound to units, office.

    Asked without one it answers whether there may be any: that opens the screen, not the entry.
    """

    def test(actor: Actor, subject: object | None) -> bool:
        if subject is None:
            return not actor.roles.isdisjoint((*everywhere, *units, *NETWORK_READERS))
        kind = getattr(subject, "kind", None) or getattr(subject, "subject", None)
        if kind == ReportSubject.NETWORK:
            return not actor.roles.isdisjoint(NETWORK_READERS)
        if not actor.roles.isdisjoint(everywhere):
            return True
        if actor.roles.isdisjoint(units):
            return False
        bound = actor.unit_ids(*units)
        return bound is None or not bound.isdisjoint(getattr(subject, "unit_path", ()))

    return Predicate(f"report_on({', '.join((*everywhere, *units, *NETWORK_READERS))})", test)


makes_reports = _report_on((Role.EXECUTIVE, Role.ADMINISTRATOR), (Role.KNOWLEDGE_MANAGER,))
reads_reports = _report_on(REPORT_READERS_EVERYWHERE, REPORT_READERS_OF_UNITS)


@predicate
def in_network(actor: Actor, _obj: object | None) -> bool:
    """The organisation belongs to a network at all."""
    return bool(actor.network_ids)


RULES: Final[Mapping[str, Predicate]] = {
    # Executives see the board without names; the others see their units.
    "foresight.risk.view": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL)
    | has_role(Role.EXECUTIVE)
    | is_system,
    "foresight.risk.names": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL),
    # Figures about groups of at least the threshold; nobody is named.
    "foresight.forecast.view": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL)
    | has_role(Role.EXECUTIVE)
    | is_system,
    "foresight.measure.edit": manages | is_system,
    "foresight.record.write": is_system,
    # The assumptions hold for the whole house.
    "foresight.settings.edit": role_everywhere(Role.KNOWLEDGE_MANAGER) | is_system,
    "foresight.report.view": reads_reports | is_system,
    "foresight.report.make": makes_reports | is_system,
    # What a house lets its network see is decided where it is answered for.
    "foresight.release.edit": (has_role(Role.EXECUTIVE) & in_network) | is_system,
}

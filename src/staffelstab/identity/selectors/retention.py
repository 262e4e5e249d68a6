"""What is kept how long, what is due, and what was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from staffelstab.core import permissions, retention
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.models import RetentionRun

RUNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Run:
    """One deletion: when, by whom, and the number of rows by the rule's name."""

    at: datetime
    actor_name: str
    deleted: tuple[tuple[str, int], ...]


def findings(*, actor: Actor, today: date) -> list[retention.Finding]:
    """The dry run of every rule, for the active organisation. Raises PermissionRefused."""
    permissions.require(actor, "identity.retention.view")
    return retention.dry_run(today=today)


def finding(*, actor: Actor, code: str, today: date) -> retention.Finding:
    """The dry run of one rule. Raises PermissionRefused, NotFound."""
    found = [each for each in findings(actor=actor, today=today) if each.rule.code == code]
    if not found:
        raise NotFound
    return found[0]


def latest_runs(*, actor: Actor) -> list[Run]:
    """The last deletions, newest first. Raises PermissionRefused."""
    permissions.require(actor, "identity.retention.view")
    labels = {rule.code: str(rule.label) for rule in retention.rules()}
    return [
        Run(
            at=row.at,
            actor_name=row.actor_name,
            deleted=tuple((labels.get(code, code), count) for code, count in sorted(row.deleted.items())),
        )
        for row in RetentionRun.objects.order_by("-id")[:RUNS_SHOWN]
    ]

"""Retention: how long each kind of data stays, as rules the modules register, with a dry run that shows what goes when.

A rule names the rows that may go at all and the moment that counts; the period is the rule's own or the
organisation's. What a rule deletes is what its dry run counted: both use the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateField, F, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from staffelstab.core.models import RetentionPeriod

SOON_DAYS = 90


def delete_rows(rows: QuerySet[Any]) -> int:
    """Delete the rows and what hangs on them; returns the number of rows of the rule itself."""
    _total, per_model = rows.delete()
    return per_model.get(rows.model._meta.label, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of data with its period in days."""

    code: str
    """``module.noun``"""
    label: Any
    gone: Any
    """What is deleted, in one sentence."""
    reason: Any
    """Why it is kept that long, and not longer."""
    rows: Callable[[], QuerySet[Any]]
    """Rows of the active organisation that may go once they are old enough."""
    moment: str
    """The field or annotation of ``rows`` that counts (a date or a point in time)."""
    default_days: int
    minimum_days: int
    maximum_days: int = 3650
    delete: Callable[[QuerySet[Any]], int] = delete_rows


@dataclass(frozen=True, slots=True)
class Finding:
    """The dry run of one rule: what is due today, what becomes due within ``SOON_DAYS``, and the oldest day."""

    rule: Rule
    days: int
    own: bool
    """The organisation has chosen the period itself."""
    reason: str
    kept: int
    due: int
    soon: int
    oldest: date | None
    next_on: date | None
    """The day on which the next deletion falls; today when something is due."""


_rules: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Add rules at start-up. A code stands for one rule only."""
    for rule in rules:
        if rule.code in _rules and _rules[rule.code] != rule:
            raise ValueError(f"the retention rule {rule.code} is registered twice")
        _rules[rule.code] = rule


def rules() -> tuple[Rule, ...]:
    """All rules by code."""
    return tuple(_rules[code] for code in sorted(_rules))


def rule(code: str) -> Rule:
    """The rule with the code. Raises KeyError."""
    return _rules[code]


def periods(found: Iterable[Rule] | None = None) -> Mapping[str, tuple[int, bool, str]]:
    """Days, whether the organisation chose them, and why, per code, for the active organisation."""
    own = {row.rule: row for row in RetentionPeriod.objects.all()}
    return {
        each.code: (own[each.code].days, True, own[each.code].reason)
        if each.code in own
        else (each.default_days, False, "")
        for each in (rules() if found is None else found)
    }


def before(rule: Rule, days: int, today: date) -> date | datetime:
    """Rows whose moment lies before this are due on ``today``: the day itself stays whole."""
    first_kept = today - timedelta(days=days)
    if rule.rows().query.resolve_ref(rule.moment).output_field.get_internal_type() == "DateField":
        return first_kept
    return timezone.make_aware(datetime.combine(first_kept, time()))


def dry_run(*, today: date) -> list[Finding]:
    """What each rule would delete today and soon, in one statement. Deletes nothing."""
    chosen = periods()
    counted = _counts(chosen, today)
    return [_finding(each, chosen[each.code], counted.get(each.code), today) for each in rules()]


def _counts(
    chosen: Mapping[str, tuple[int, bool, str]], today: date
) -> dict[str, tuple[int, int, int, date | None]]:
    parts = []
    for each in rules():
        days = chosen[each.code][0]
        due = before(each, days, today)
        soon = before(each, days, today + timedelta(days=SOON_DAYS))
        parts.append(
            each.rows()
            .order_by()
            .annotate(rule_code=Value(each.code), rule_moment=F(each.moment))
            .values("rule_code")
            .annotate(
                kept=Count("pk"),
                due=Count("pk", filter=Q(rule_moment__lt=due)),
                soon=Count("pk", filter=Q(rule_moment__lt=soon)),
                oldest=Cast(Min("rule_moment"), DateField()),
            )
            .values_list("rule_code", "kept", "due", "soon", "oldest")
        )
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True).order_by() if len(parts) > 1 else parts[0]
    return {code: (kept, due, soon, oldest) for code, kept, due, soon, oldest in found}


def _finding(
    rule: Rule,
    chosen: tuple[int, bool, str],
    counted: tuple[int, int, int, date | None] | None,
    today: date,
) -> Finding:
    days, own, reason = chosen
    kept, due, soon, oldest = counted or (0, 0, 0, None)
    next_on = max(oldest + timedelta(days=days + 1), today) if oldest else None
    return Finding(rule, days, own, reason, kept, due, soon - due, oldest, next_on)


def forget(*, today: date) -> dict[str, int]:
    """Delete what is due in the active organisation; returns the number of rows per rule that deleted any."""
    chosen = periods()
    deleted = {}
    for each in rules():
        limit = before(each, chosen[each.code][0], today)
        count = each.delete(each.rows().filter(**{f"{each.moment}__lt": limit}))
        if count:
            deleted[each.code] = count
    return deleted

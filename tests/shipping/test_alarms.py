"""The alarm rules are well formed, and watch figures that exist."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from staffelstab.core.backup import record
from staffelstab.core.health import metrics, surroundings
from staffelstab.core.jobs import deliver
from tests.shipping.conftest import ROOT

GROUPS = yaml.safe_load((ROOT / "ops" / "prometheus" / "rules.yml").read_text(encoding="utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]


def figures(text: str) -> dict[str, set[str]]:
    """Name of a figure → names of its labels."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_rules_are_complete() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) == 8
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "advice"}
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_every_figure_named_exists(db: None, settings: Settings, tmp_path: Path, now: datetime) -> None:
    settings.DATA = tmp_path
    record.write(tmp_path, record.LastBackup(now, 1, "0"))
    DBTaskResult.objects.filter(pk=deliver.enqueue("a", "b", "c").id).update(
        status=TaskResultStatus.FAILED, finished_at=now - timedelta(minutes=1)
    )
    metrics.REQUESTS.labels("portal:start_show", "5xx").inc(0)
    present = figures(metrics.exposition(now).decode())
    for rule in RULES:
        for name, selector in re.findall(r"(staffelstab_\w+)(?:\{([^}]*)\})?", rule["expr"]):
            assert name in present, rule["alert"]
            assert set(re.findall(r"(\w+)=", selector)) <= present[name]


def test_alarm_and_check_agree_on_the_success_of_jobs() -> None:
    [rule] = [rule for rule in RULES if rule["alert"] == "StaffelstabJobsFail"]
    limits = (f"< {surroundings.WORST_RATE}", f">= {surroundings.FEWEST_JOBS}")
    assert [limit in rule["expr"] for limit in limits] == [True, True]
    [waiting] = [rule for rule in RULES if rule["alert"] == "StaffelstabJobsWait"]
    assert f"> {round(surroundings.LATE.total_seconds())}" in waiting["expr"]

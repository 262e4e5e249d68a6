"""``staffelstab report``: the same report as on the screen, kept and written into a folder."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from staffelstab.core.models import AuditEntry
from staffelstab.foresight.models import Report
from tests.factories.foresight import small_house
from tests.world import World

pytestmark = pytest.mark.usefixtures("quick_pdf")


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("report", *words, stdout=out)
    return out.getvalue()


def test_report_of_a_unit_is_kept_and_written(world: World, tmp_path: Path) -> None:
    with world.inside():
        small_house()
    folder = tmp_path / "neu"
    found = json.loads(
        run(
            "--organisation",
            "musterstadt",
            "--unit",
            "50",
            "--as-of",
            "2026-11-22",
            "--out",
            str(folder),
            "--json",
        )
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        f"bericht-50-sozialamt-2026-11-22.{kind}" for kind in ("csv", "pdf", "xlsx")
    ]
    assert found["finding"] == (
        "Eingetragen sind 2 Aufgaben. Heute beherrscht jede Aufgabe mindestens eine Person; 1 beherrscht nur eine."
    )
    with world.inside():
        report = Report.objects.get()
        assert (str(report.pk), report.digest) == (found["report"], found["digest"])
        assert AuditEntry.objects.get(action="foresight.report.made").actor_name == "report"


def test_report_of_the_house_names_its_files(world: World, tmp_path: Path) -> None:
    lines = run("--organisation", "musterstadt", "--as-of", "2026-11-22", "--out", str(tmp_path)).splitlines()
    assert lines == [
        "Noch ist keine Aufgabe eingetragen.",
        *(str(tmp_path / f"bericht-stadt-musterstadt-2026-11-22.{kind}") for kind in ("pdf", "xlsx", "csv")),
    ]


def test_report_of_a_network_is_made_for_who_runs_it(world: World, tmp_path: Path) -> None:
    words = ("--network", "verbund", "--as-of", "2026-11-22", "--out", str(tmp_path))
    lines = run("--organisation", "musterstadt", *words).splitlines()
    assert lines[1:] == [
        str(tmp_path / f"bericht-wissensverbund-2026-11-22.{kind}") for kind in ("pdf", "xlsx", "csv")
    ]
    with world.inside():
        report = Report.objects.get()
        assert (report.subject, report.subject_name, report.state) == ("network", "Wissensverbund", "ready")
    with pytest.raises(
        CommandError, match="Es gibt keinen Verbund „verbund“, den diese Organisation betreibt"
    ):
        run("--organisation", "nebenau", *words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--organisation", "nirgends"), "Eine Organisation „nirgends“ gibt es nicht."),
        (("--organisation", "musterstadt", "--unit", "99"), "Es gibt keine Organisationseinheit „99“."),
        (
            ("--organisation", "musterstadt", "--as-of", "1999-01-01"),
            "Der Stichtag eines Berichts liegt höchstens ein Jahr vor oder nach heute.",
        ),
    ],
)
def test_mistake_is_a_sentence(world: World, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as raised:
        run(*words, "--out", str(tmp_path))
    assert str(raised.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_report_that_cannot_be_made_says_why(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = iter(range(100))
    monkeypatch.setattr("staffelstab.core.revisions.value", lambda *_args: next(moving))
    with pytest.raises(CommandError, match="Verzeichnis wurde geändert"):
        run("--organisation", "musterstadt", "--as-of", "2026-11-22", "--out", str(tmp_path))
    assert list(tmp_path.iterdir()) == []

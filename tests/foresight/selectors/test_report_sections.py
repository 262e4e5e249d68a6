"""What a report says when something is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.utils import translation

from staffelstab.foresight.domain.report_document import Section
from staffelstab.foresight.selectors.report_figures import Coverage, Figures, MeasureCounts
from staffelstab.foresight.selectors.report_sections import document
from tests.factories.reports import FIGURES, FRAME, span


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def section(figures: Figures, key: str) -> Section:
    return next(each for each in document(figures, FRAME).sections if each.key == key)


def test_exits_nobody_has_entered_are_said_to_be_missing() -> None:
    assert FIGURES.exits is not None
    for spans in ((), (span(2027, 0, 0, 0, 0),)):
        found = dataclasses.replace(
            FIGURES, exits=dataclasses.replace(FIGURES.exits, spans=spans, unknown=40)
        )
        assert section(found, "exits").paragraphs == (
            "Es sind keine Austritte eingetragen, über die berichtet werden könnte.",
            (
                "Für rund 40 von rund 40 Beschäftigten ist kein Austritt eingetragen; sie sind in diesen Zahlen nicht "
                "enthalten."
            ),
        )


def test_risks_say_whether_something_is_being_done() -> None:
    assert (
        section(FIGURES, "risks").paragraphs[1]
        == "Für 1 von ihnen ist keine Maßnahme geplant und läuft keine."
    )
    covered = dataclasses.replace(FIGURES, risks=FIGURES.risks[:1])
    assert (
        section(covered, "risks").paragraphs[1] == "Für jede von ihnen ist eine Maßnahme geplant oder läuft."
    )


def test_no_measure_is_a_sentence() -> None:
    found = dataclasses.replace(
        FIGURES, measures=MeasureCounts(planned=0, running=0, done=0, dropped=0, overdue=0)
    )
    assert section(found, "measures").paragraphs == ("Noch ist keine Maßnahme eingetragen.",)


def test_house_without_tasks_has_nothing_to_show() -> None:
    found = dataclasses.replace(
        FIGURES,
        coverage=Coverage(tasks=0, nobody=0, one=0, several=0),
        outlook=(0, 0, 0, 0, 0),
        offices=(),
        risks=(),
    )
    assert section(found, "coverage").tables == ()
    assert section(found, "risks").tables == ()
    assert section(found, "outlook").tables[0].rows[0][1:] == (0, 0.0)


def test_trend_leaves_open_what_one_of_the_two_does_not_show() -> None:
    rows = {row[0]: row[1:] for row in section(FIGURES, "trend").tables[0].rows}
    assert rows["Aufgaben"] == (70, 74, 4)
    assert rows["Offene Maßnahmen"] == (None, 3, None)


def test_what_is_not_shown_is_said_for_units_and_for_small_groups() -> None:
    assert (
        "auch der Ausblick auf die Aufgaben auf Vielfache von 5" in section(FIGURES, "suppression").points[-1]
    )
    small = dataclasses.replace(FIGURES, exits=None, outlook=None)
    assert section(small, "suppression").points[-1].startswith("Diese Gruppe ist zu klein")
    assert (
        section(small, "exits")
        .paragraphs[0]
        .startswith("Keine Zahlen: Die Gruppe hat weniger als 7 Personen")
    )

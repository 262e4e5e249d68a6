"""What a report says when something is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.utils import translation

from staffelstab.foresight.domain.report_document import Kind, Section
from staffelstab.foresight.selectors.report_figures import Coverage, Figures, MeasureCounts
from staffelstab.foresight.selectors.report_sections import document, finding
from staffelstab.foresight.selectors.report_words import covered_today
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
            FIGURES, exits=dataclasses.replace(FIGURES.exits, spans=spans, known=0, unknown=40)
        )
        assert section(found, "exits").paragraphs == (
            "Es sind keine Austritte bekannt, über die berichtet werden könnte.",
            (
                "Für rund 40 Beschäftigte ist kein Austritt bekannt; sie sind in diesen Zahlen nicht enthalten."
            ),
        )


def test_risks_say_whether_something_is_being_done() -> None:
    assert (
        section(FIGURES, "risks").paragraphs[1]
        == "Für 1 dieser Aufgaben ist keine Maßnahme geplant oder im Gang."
    )
    covered = dataclasses.replace(FIGURES, risks=FIGURES.risks[:1])
    assert (
        section(covered, "risks").paragraphs[1]
        == "Für jede dieser Aufgaben ist eine Maßnahme geplant oder im Gang."
    )


def test_risks_without_any_measure_say_so() -> None:
    bare = dataclasses.replace(FIGURES, risks=FIGURES.risks[1:])
    assert (
        section(bare, "risks").paragraphs[1]
        == "Für keine dieser Aufgaben ist eine Maßnahme geplant oder im Gang."
    )


def test_outlook_of_nothing_needs_no_picture_and_a_rounded_one_says_so() -> None:
    found = section(FIGURES, "outlook")
    assert found.tables[0].picture is not None
    assert found.paragraphs[1:] == ("Die Zahlen sind auf Vielfache von 5 gerundet.",)
    assert FIGURES.exits is not None
    house = dataclasses.replace(FIGURES.exits, estimated=False)
    found = section(dataclasses.replace(FIGURES, outlook=(0, 0, 0, 0, 0), exits=house), "outlook")
    assert (found.tables[0].picture, len(found.paragraphs)) == (None, 1)


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
    for key in ("outlook", "risks", "coverage"):
        assert (section(found, key).tables, section(found, key).paragraphs) == (
            (),
            ("Es sind keine Aufgaben eingetragen.",),
        )
    assert finding(found).startswith("Noch ist keine Aufgabe eingetragen. Bis Ende 2028 scheiden rund 15 von")
    nobody = dataclasses.replace(found, exits=None, outlook=None)
    assert finding(nobody) == "Noch ist keine Aufgabe eingetragen."
    assert section(nobody, "outlook").paragraphs == ("Es sind keine Aufgaben eingetragen.",)
    assert not section(nobody, "suppression").points[-1].startswith("Diese Gruppe ist zu klein")


def test_small_house_says_what_is_missing_without_speaking_of_a_group() -> None:
    house = document(
        dataclasses.replace(FIGURES, exits=None, outlook=None), dataclasses.replace(FRAME, unit=False)
    )
    assert house.sections[0].paragraphs == (
        "Keine Zahlen: Es sind weniger als 7 Beschäftigte mit einer Stelle eingetragen.",
    )


@pytest.mark.parametrize(
    ("nobody", "one", "sentence"),
    [
        (2, 63, "Schon heute beherrscht 2 Aufgaben niemand; 63 beherrscht nur eine Person."),
        (1, 1, "Schon heute beherrscht 1 Aufgabe niemand; 1 beherrscht nur eine Person."),
        (1, 0, "Schon heute beherrscht 1 Aufgabe niemand; jede andere beherrschen zwei oder mehr Personen."),
        (2, 0, "Schon heute beherrscht 2 Aufgaben niemand; jede andere beherrschen zwei oder mehr Personen."),
        (0, 63, "Heute beherrscht jede Aufgabe mindestens eine Person; 63 beherrscht nur eine."),
        (0, 1, "Heute beherrscht jede Aufgabe mindestens eine Person; 1 beherrscht nur eine."),
        (0, 0, "Heute beherrschen jede Aufgabe zwei oder mehr Personen."),
        (1000, 1200, "Schon heute beherrscht 1.000 Aufgaben niemand; 1.200 beherrscht nur eine Person."),
    ],
)
def test_sentence_on_today_fits_every_number(nobody: int, one: int, sentence: str) -> None:
    assert covered_today(nobody=nobody, one=one) == sentence


def test_finding_says_what_is_lost_soon_and_names_the_base_of_the_share() -> None:
    assert finding(FIGURES) == (
        "Ohne Gegensteuern ist bis IV/2028 für 10 von 74 Aufgaben wahrscheinlich niemand mehr da. "
        "Schon heute beherrscht 1 Aufgabe niemand; 51 beherrscht nur eine Person. "
        "Bis Ende 2028 scheiden rund 15 von rund 35 Beschäftigten mit bekanntem Austritt aus (43\u00a0%)."
    )
    assert FIGURES.exits is not None
    none_soon = dataclasses.replace(FIGURES, outlook=(0, 0, 0, 5, 5))
    # for a unit the figure is rounded: none may be two
    assert finding(none_soon).startswith("Ohne Gegensteuern ist bis IV/2028 für höchstens 2 von 74 Aufgaben")
    house = dataclasses.replace(none_soon, exits=dataclasses.replace(FIGURES.exits, estimated=False))
    assert finding(house).startswith("Bis IV/2028 verliert wahrscheinlich keine Aufgabe ihr Wissen.")


def test_shares_of_rounded_figures_are_whole_per_cent() -> None:
    exits = section(FIGURES, "exits").tables[0]
    assert (exits.columns[-1].label, exits.columns[-1].kind) == ("Anteil, zusammengezählt", Kind.WHOLE_SHARE)
    assert [row[-1] for row in exits.rows] == [0.14, 0.43]
    outlook = section(FIGURES, "outlook").tables[0]
    assert (outlook.columns[-1].kind, outlook.rows[1][-1]) == (Kind.WHOLE_SHARE, 0.07)
    assert FIGURES.exits is not None
    house = dataclasses.replace(FIGURES, exits=dataclasses.replace(FIGURES.exits, estimated=False))
    outlook = section(house, "outlook").tables[0]
    assert (outlook.columns[-1].kind, outlook.rows[1][-1]) == (Kind.SHARE, 0.068)


def test_exits_say_how_they_are_rounded() -> None:
    assert section(FIGURES, "exits").paragraphs[1:3] == (
        (
            "Alle Zahlen sind auf Vielfache von 5 gerundet, und zwar so, dass die Jahre die Summen ergeben; ein "
            "einzelnes Jahr kann deshalb um bis zu 5 abweichen. Der Anteil bezieht sich auf die Beschäftigten mit "
            "bekanntem Austritt."
        ),
        "Für rund 5 Beschäftigte ist kein Austritt bekannt; sie sind in diesen Zahlen nicht enthalten.",
    )


def test_a_single_span_needs_no_picture() -> None:
    assert FIGURES.exits is not None
    assert section(FIGURES, "exits").tables[0].picture is not None
    one = dataclasses.replace(
        FIGURES, exits=dataclasses.replace(FIGURES.exits, spans=FIGURES.exits.spans[:1])
    )
    assert section(one, "exits").tables[0].picture is None


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

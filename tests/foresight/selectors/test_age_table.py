"""Problems of an age table in sentences."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from staffelstab.foresight.formats.age_table import AgeTableRefused, TableProblem, read_age_table
from staffelstab.foresight.selectors.age_table import SENTENCES, sentence


def test_sentence_names_the_row_and_what_would_be_right() -> None:
    with pytest.raises(AgeTableRefused) as caught:
        read_age_table(b"Alter;Anzahl\njung;7\n", date=dt.date(2026, 6, 30))
    with translation.override("de"):
        assert [sentence(problem) for problem in caught.value.problems] == [
            (
                "Zeile 2: „jung“ ist kein Altersband. Richtig sind zum Beispiel „unter 25“, „25-34“, „25 bis 34“ und "
                "„60 und älter“."
            )
        ]


def test_sentence_about_the_whole_file_has_no_row() -> None:
    with translation.override("en"):
        assert sentence(TableProblem(code="csv.binary")) == (
            "This is no text file. Save the table as CSV (in Excel: “CSV UTF-8”)."
        )


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentence_of_every_code_can_be_written(code: str) -> None:
    problem = TableProblem(code=code, row=3, data={"value": "x", "limit": 1, "oldest": 120, "other": 2})
    assert "%" not in sentence(problem)

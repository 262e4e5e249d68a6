"""Dates and quarters in the language of the reader."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from staffelstab.core.quarters import quarter_words


@pytest.mark.parametrize(
    ("language", "quarter", "short", "moment"),
    [
        ("de", "IV/2028", "21.01.2027", "21.01.2027 16:05"),
        ("en", "Q4 2028", "21 Jan 2027", "21 Jan 2027, 16:05"),
    ],
)
def test_dates_and_quarters_are_written_in_the_language_of_the_reader(
    language: str, quarter: str, short: str, moment: str
) -> None:
    with translation.override(language):
        assert quarter_words(2028, 4) == quarter
        assert date_format(dt.date(2027, 1, 21), "SHORT_DATE_FORMAT") == short
        assert (
            date_format(
                timezone.localtime(dt.datetime(2027, 1, 21, 15, 5, tzinfo=dt.UTC)), "SHORT_DATETIME_FORMAT"
            )
            == moment
        )

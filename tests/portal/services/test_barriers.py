"""The month of § 12b BGG."""

from __future__ import annotations

from datetime import date

import pytest

from staffelstab.core.actors import ANONYMOUS
from staffelstab.portal.services import barriers
from staffelstab.portal.services.barriers import month_later
from tests.world import NOW


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 22), date(2026, 12, 22)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_month_later(day: date, due: date) -> None:
    assert month_later(day) == due


def test_report_needs_somebody_who_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # The database of the tests has an operator from the beginning.
    monkeypatch.setattr(barriers, "_operator_id", lambda: None)
    with pytest.raises(barriers.NobodyResponsible):
        barriers.report_barrier(text="Zu klein", page="/", contact="", actor=ANONYMOUS, now=NOW)

"""What a job's row says of an error is what the worker does about it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.utils import translation

from staffelstab.core import attempts
from staffelstab.core.errors import Stale


def ended_with(state: str) -> DatabaseError:
    """The error of a statement that the server ends with the given state."""
    with pytest.raises(DatabaseError) as caught, connection.cursor() as cursor:
        cursor.execute(f"DO $$BEGIN RAISE EXCEPTION 'words' USING ERRCODE = '{state}'; END$$")
    return caught.value


def met(state: str) -> BaseException:
    return ZeroDivisionError() if state == "" else ended_with(state)


@pytest.mark.parametrize(
    ("state", "number", "expected"),
    [
        ("40P01", 1, True),
        ("40P01", 19, True),
        ("40P01", 20, False),
        ("40P01", None, False),
        ("53100", 1, True),
        ("53100", 20, False),
        ("57P01", 1, True),
        ("57P01", 20, True),
        ("57P01", None, True),
        ("22012", 1, False),
        ("", 1, False),
    ],
)
@pytest.mark.django_db
def test_job_comes_again_after_an_outage(state: str, number: int | None, expected: bool) -> None:  # noqa: FBT001
    error = met(state)
    if number is None:
        assert attempts.comes_again(error) is expected
        return
    with attempts.numbered(number):
        assert attempts.comes_again(error) is expected


@pytest.mark.django_db
def test_number_of_the_attempt_ends_with_the_job() -> None:
    error = ended_with("40P01")
    with attempts.numbered(3):
        assert attempts.comes_again(error) is True
    assert attempts.comes_again(error) is False


def test_refusal_is_noted_in_the_source_language_and_ends_there() -> None:
    noted: list[str] = []
    with translation.override("de"), attempts.failure_noted(noted.append, otherwise="broken"):
        raise Stale
    assert noted == ["Somebody else has changed this entry in the meantime. Please check it and save again."]


def test_unexpected_error_is_noted_and_raised() -> None:
    noted: list[str] = []
    with (
        pytest.raises(ZeroDivisionError),
        attempts.numbered(1),
        attempts.failure_noted(noted.append, otherwise="broken"),
    ):
        raise ZeroDivisionError
    assert noted == ["broken"]


def test_outage_is_raised_and_noted_at_the_last_attempt_only() -> None:
    noted: list[int] = []
    for number in range(1, attempts.LIMIT + 1):
        with (
            pytest.raises(OSError, match="no space"),
            attempts.numbered(number),
            attempts.failure_noted(lambda _sentence, number=number: noted.append(number), otherwise="broken"),
        ):
            raise OSError(28, "no space")
    assert noted == [20]


def test_lost_connection_is_an_outage_without_a_state() -> None:
    assert attempts.comes_again(OperationalError("server closed the connection unexpectedly")) is True

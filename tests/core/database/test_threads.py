"""A thread's connection ends with the thread."""

from __future__ import annotations

import threading
import time

import psycopg
from django.db import connection


def test_connection_of_a_thread_that_ended_is_closed(committed_database: str) -> None:
    numbers: list[int] = []

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            numbers.append(cursor.fetchone()[0])

    for _time in range(3):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    with psycopg.connect(committed_database, autocommit=True) as watching:
        for _time in range(100):  # a backend needs a moment to notice that its client has gone
            open_ones = watching.execute(
                "SELECT count(*) FROM pg_stat_get_activity(NULL) WHERE pid = ANY (%s)", [numbers]
            ).fetchone()
            if open_ones == (0,):
                break
            time.sleep(0.1)
    assert len(set(numbers)) == 3
    assert open_ones == (0,)


def test_thread_whose_connection_was_lost_opens_another(committed_database: str) -> None:
    answers: list[int] = []

    def work() -> None:
        for _time in range(3):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                answers.append(cursor.fetchone()[0])
            connection.connection.close()  # as a stopped server does
            connection.close_if_unusable_or_obsolete()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [1, 1, 1]


def test_connection_of_the_program_itself_stays(committed_database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = cursor.fetchone()
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == first

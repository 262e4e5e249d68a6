"""What `./dev bench kill` looks up after each round, as superuser, past every policy."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from staffelstab.core.database import processes
from staffelstab.core.database.facts import ConnectionFacts
from tools.benchmarks._kill_load import ACCEPTED, BULK_TASKS, IMPORT_ROWS, REFUSED, Operation

RUNNING = ("uploaded", "checking", "applying", "undoing")


class Register:
    """The database behind the program, read directly."""

    def __init__(self, data: Path) -> None:
        self.cluster = (data / "postgres").resolve() / "cluster"

    def ask(self, statement: str, *parameters: object) -> list[Any]:
        """Rows of a statement; waits for a server that is still starting. Raises psycopg.OperationalError."""
        deadline = time.monotonic() + 60
        while True:
            postmaster = processes.read_postmaster(self.cluster)
            try:
                if postmaster is None:
                    raise psycopg.OperationalError("no server")
                facts = ConnectionFacts(postmaster.socket_folder, postmaster.port, "postgres")
                with psycopg.connect(facts.conninfo(database="staffelstab"), autocommit=True) as connection:
                    return connection.execute(statement.encode(), parameters or None).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def one(self, statement: str, *parameters: object) -> Any:
        """The one value of a statement."""
        return self.ask(statement, *parameters)[0][0]


def findings(register: Register, ledger: list[Operation], tasks: list[str]) -> list[str]:
    """What is lost, half there, or there although it was refused."""
    return [
        *_edits(register, [each for each in ledger if each.kind == "edit"]),
        *_measures(register, [each for each in ledger if each.kind == "measure"]),
        *_bulk(register, [each for each in ledger if each.kind == "bulk"], tasks),
        *_imports(register, ledger),
    ]


def _judge(operation: Operation, found: int) -> list[str]:
    if operation.outcome == ACCEPTED and found != 1:
        return [f"{operation.marker}: accepted, found {found} times"]
    if operation.outcome == REFUSED and found:
        return [f"{operation.marker}: refused, but there"]
    return [] if found <= 1 else [f"{operation.marker}: found {found} times"]


def _edits(register: Register, ledger: list[Operation]) -> list[str]:
    """Title and trail agree: the last line of the trail is the title, each applied change has one line."""
    if not ledger:
        return []
    problems = []
    lines = Counter(
        row[0]
        for row in register.ask(
            """SELECT changes->'title'->>1 FROM core_auditentry WHERE object_type = 'workforce.task'
               AND changes->'title'->>1 = ANY (%s)""",
            [each.marker for each in ledger],
        )
    )
    for operation in ledger:
        problems += _judge(operation, lines[operation.marker])
    last = {each.target: each.marker for each in ledger if lines[each.marker]} or {"": ""}
    titles = dict(
        register.ask("SELECT id::text, title FROM workforce_task WHERE id::text = ANY (%s)", list(last))
    )
    problems += [
        f"{task}: title {titles.get(task)!r}, trail says {marker!r}"
        for task, marker in last.items()
        if task and titles.get(task) != marker
    ]
    return problems


def _measures(register: Register, ledger: list[Operation]) -> list[str]:
    """A measure and its line in the trail come together."""
    if not ledger:
        return []
    rows = register.ask(
        """SELECT m.what, (SELECT count(*) FROM core_auditentry a WHERE a.object_id = m.id)
           FROM foresight_measure m WHERE m.what = ANY (%s)""",
        [each.marker for each in ledger],
    )
    found = Counter(what for what, _lines in rows)
    problems = [f"{what}: {lines} lines in the trail" for what, lines in rows if lines != 1]
    for operation in ledger:
        problems += _judge(operation, found[operation.marker])
    return problems


def _bulk(register: Register, ledger: list[Operation], tasks: list[str]) -> list[str]:
    """All tasks have the value of the last applied change, and each applied change wrote a line for each of them."""
    selected = tasks[11 : 11 + BULK_TASKS]
    values = register.ask(
        "SELECT DISTINCT criticality FROM workforce_task WHERE id::text = ANY (%s)", selected
    )
    groups = register.ask(
        """SELECT at, count(*), min(changes->'criticality'->>1) FROM core_auditentry
           WHERE object_id::text = ANY (%s) AND changes ? 'criticality' GROUP BY at ORDER BY at""",
        selected,
    )
    problems = [f"bulk: {len(values)} different values"] if len(values) > 1 and groups else []
    # The first change of all may find some tasks with its value already.
    problems += [f"bulk at {at}: {count} lines" for at, count, _value in groups[1:] if count != BULK_TASKS]
    accepted = [each.target for each in ledger if each.outcome == ACCEPTED]
    written = [value for _at, _count, value in groups]
    recent = written[-len(ledger) :] if ledger else []
    rest = iter(recent)
    problems += [f"bulk: accepted change to {value} is missing" for value in accepted if value not in rest]
    if written and [str(row[0]) for row in values] != written[-1:]:
        problems.append(f"bulk: value {values}, trail says {written[-1]}")
    return problems


def _imports(register: Register, ledger: list[Operation]) -> list[str]:
    """All rows or none: one purpose for all imported tasks, that of the last applied import."""
    problems = []
    rows = register.ask(
        "SELECT purpose, count(*) FROM workforce_task WHERE key LIKE 'KILL-%%' GROUP BY 1",
    )
    if len(rows) > 1 or (rows and rows[0][1] != IMPORT_ROWS):
        problems.append(f"import: half there: {rows}")
    applied = register.ask(
        """SELECT i.id::text, (SELECT count(*) FROM workforce_importchange c WHERE c.batch_id = i.id),
                  (SELECT count(*) FROM core_auditentry a
                   WHERE a.object_id = i.id AND a.action = 'workforce.import.applied')
           FROM workforce_import i WHERE i.state = 'applied' AND i.file_name = 'Aufgaben.csv' ORDER BY i.applied_at"""
    )
    problems += [
        f"import {key}: {lines} lines in the trail" for key, _changes, lines in applied if lines != 1
    ]
    problems += [
        f"import {key}: {count} kept rows" for key, count, _lines in applied[1:] if count != IMPORT_ROWS
    ]
    for operation in ledger:
        if operation.kind == "import" and operation.outcome == ACCEPTED:
            there = register.one(
                "SELECT count(*) FROM workforce_import WHERE id::text = %s", operation.target
            )
            problems += _judge(operation, there)
        if operation.kind == "confirm" and operation.outcome == ACCEPTED:
            there = register.one(
                """SELECT count(*) FROM core_auditentry
                   WHERE object_id::text = %s AND action = 'workforce.import.confirmed'""",
                operation.target,
            )
            problems += _judge(operation, there)
    return problems


def unfinished(register: Register, *, patience: float) -> list[str]:
    """Jobs and imports that are still not done after `patience` seconds, and jobs that failed."""
    deadline = time.monotonic() + patience
    while True:
        jobs = register.ask(
            """SELECT task_path, status FROM django_tasks_database_dbtaskresult
               WHERE status = 'RUNNING' OR (status = 'READY'
                     AND (run_after < now() + interval '1 hour' OR run_after > now() + interval '9 years'))"""
        )
        imports = register.ask(
            "SELECT id::text, state FROM workforce_import WHERE state = ANY (%s)", list(RUNNING)
        )
        if not jobs and not imports:
            break
        if time.monotonic() > deadline:
            return [f"not finished: {row}" for row in [*jobs, *imports]]
        time.sleep(0.2)
    failed = register.ask(
        "SELECT task_path, exception_class_path FROM django_tasks_database_dbtaskresult WHERE status = 'FAILED'"
    )
    return [f"failed: {row}" for row in failed]

"""A data folder on a small disk that fills up: a clear page, nothing accepted lost, work goes on when there is room.

Needs a file system of its own, so it runs where one may be mounted (root); elsewhere the refusal of changes is
tested in ``test_outages`` with figures instead of a disk.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tools.benchmarks._kill_load import ACCEPTED, Lost, Operation, Person, fields_of
from tools.benchmarks.kill import Program

pytestmark = pytest.mark.long  # starts the whole program and fills a disk
SIZE = 400  # MiB


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own. Skips where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="staffelstab-disk-", dir="/var/tmp"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m,mode=0711", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def fill(disk: Path, *, leaving: int) -> Path:
    """Write a file that leaves so many bytes."""
    facts = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, facts.f_bavail * facts.f_frsize - leaving))
    return ballast


def rename(person: Person, task: str, title: str) -> tuple[int, str]:
    """Give a task another title; what the answer says."""
    fields = fields_of(person.open(f"/aufgaben/{task}/bearbeiten/"), "title")
    operation = Operation("edit", title)
    answer = person.send(operation, f"/aufgaben/{task}/bearbeiten/", fields | {"title": title})
    return (answer.status if answer else 0, operation.outcome)


def test_full_disk_refuses_changes_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    program = Program(small_disk, free_port())
    try:
        program.start()
        program.wait()
        person = Person(program.port)
        person.sign_in("kaya")
        page = person.open("/aufgaben/")
        task = page.partition('href="/aufgaben/0')[2]
        task = "0" + task[:35]
        assert rename(person, task, "Vor dem vollen Datenträger") == (302, ACCEPTED)

        ballast = fill(small_disk, leaving=1_000_000)
        fields = fields_of(person.open(f"/aufgaben/{task}/bearbeiten/"), "title")
        operation = Operation("edit", "Verloren")
        refused = person.send(operation, f"/aufgaben/{task}/bearbeiten/", fields | {"title": "Verloren"})
        assert refused is not None
        assert (refused.status, "Es ist kein Platz mehr zum Speichern" in refused.text) == (507, True)
        assert "Vor dem vollen Datenträger" in person.open(f"/aufgaben/{task}/")

        # Even what the program itself writes (its log, the database's) finds no space now.
        ballast.unlink()
        ballast = fill(small_disk, leaving=0)
        time.sleep(3)
        for path in ("/", "/aufgaben/", "/ausblick/wissensrisiko/"):
            assert person.request("GET", path).status in {200, 503, 507}

        ballast.unlink()
        assert program.process is not None
        before = program.process.pid
        program.wait()
        deadline = time.monotonic() + 60
        while True:
            try:
                assert "Vor dem vollen Datenträger" in person.open(f"/aufgaben/{task}/")
                assert rename(person, task, "Danach") == (302, ACCEPTED)
                break
            except Lost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        assert program.process.pid == before
    finally:
        program.stop()

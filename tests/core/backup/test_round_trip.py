"""A backup of a filled database, restored: every row of every table, the files, the policies."""

from __future__ import annotations

import errno
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from staffelstab.config import database, env
from staffelstab.core.backup import archive, dump, restore, stored_files
from staffelstab.core.backup.archive import Manifest
from staffelstab.core.backup.errors import (
    FilesFixed,
    FolderMissing,
    ForeignDatabase,
    InUse,
    NoRoom,
    NotEmpty,
    ProgramsMissing,
    RowsHidden,
    RowsMissing,
    TargetExists,
    TooNew,
)
from staffelstab.core.backup.programs import conninfo, fitting
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.database.provisioning import provision
from staffelstab.core.errors import DomainError
from staffelstab.core.jobs import deliver
from staffelstab.core.tenancy import policies
from tests.guards import rls, rows
from tests.guards.test_rls import REVIEWED
from tests.world import World

pytestmark = pytest.mark.slow  # each starts PostgreSQL's own programs and fills databases

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
COPY = "restored_here"


def owner_of(facts: ConnectionFacts, name: str) -> dict[str, Any]:
    return env.database(database.url(facts, database.OWNER, name))


@pytest.fixture
def filled(committed_database: str) -> Iterator[dict[str, Any]]:
    """The owner's address of a database with a row in every tenant's table, closed by all others."""
    world = World.load()
    with world.inside():
        for make in rows.ROWS.values():
            make()
    deliver.enqueue("a", "b", "c")
    connections["default"].close()
    url = committed_database.replace(f"//{database.APP}@", f"//{database.OWNER}@")
    yield env.database(url)
    connections["default"].close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "imports" / "a").mkdir(parents=True)
    (folder / "imports" / "a" / "1").write_bytes(b"Personalnummer;Nachname\n")
    (folder / "charts").mkdir()
    (folder / "charts" / "ü.svg").write_bytes(b"<svg/>")
    return folder


@pytest.fixture
def empty(postgres: ConnectionFacts, worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with roles and extensions only."""
    name = f"{COPY}_{worker_id}"
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    provision(postgres, database=name)
    yield name
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def back_up(configuration: dict[str, Any], files: Path, target: Path) -> dump.Backup:
    source = dump.Source(configuration, files, "0.1.0", "a secret")
    return dump.to_file(source, target, now=NOW)


def contents(configuration: dict[str, Any]) -> dict[str, list[Any]]:
    """Table → its rows as text, sorted; a row is one text, so that arrays and ranges compare, too."""
    with psycopg.connect(**conninfo(configuration)) as connection:
        return {
            name: sorted(
                row for (row,) in connection.execute(f'SELECT t::text FROM public."{name}" t').fetchall()
            )
            for name in dump.tables(connection)
            if name not in dump.EMPTIED
        }


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def restored(path: Path, target: restore.Target, *, force: bool = False) -> Manifest:
    manifest = archive.verify(path, version="0.1.0")
    restore.restore(path, manifest, target, force=force)
    return manifest


def migrate(configuration: dict[str, Any]) -> None:
    """What ``staffelstab restore`` does next."""
    application = connections.databases["default"]
    connections["default"].close()
    del connections["default"]
    connections.databases["default"] = {**application, **configuration}
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connections["default"].close()
        del connections["default"]
        connections.databases["default"] = application


def test_restored_house_is_equal_row_by_row_and_protected(
    filled: dict[str, Any], files: Path, empty: str, postgres: ConnectionFacts, tmp_path: Path
) -> None:
    before = contents(filled)
    made = back_up(filled, files, tmp_path / "backup.tar.gz")
    target = restore.Target(owner_of(postgres, empty), tmp_path / "elsewhere")
    restored(tmp_path / "backup.tar.gz", target)
    migrate(owner_of(postgres, empty))

    assert contents(owner_of(postgres, empty)) == before
    tenants = {apps.get_model(label)._meta.db_table for label in rows.ROWS}
    assert [name for name in sorted(tenants) if not before[name]] == []
    assert files_in(tmp_path / "elsewhere") == files_in(files)
    assert (made.manifest.files, sum(made.manifest.tables.values())) == (2, sum(map(len, before.values())))
    with psycopg.connect(postgres.conninfo(database=empty, user=rls.APP)) as app:
        declared = dict(policies.FOREIGN_TABLES) | {
            table.name: table.protection for table in policies.tables()
        }
        assert rls.table_findings(app, declared, REVIEWED) == []
        assert rls.role_findings(app) == []
        assert rls.reference_findings(app, list(policies.tables())) == []
        assert app.execute("SELECT count(*) FROM workforce_task").fetchone() == (0,)


def test_sessions_stay_behind(
    filled: dict[str, Any], files: Path, empty: str, postgres: ConnectionFacts, tmp_path: Path
) -> None:
    with psycopg.connect(**conninfo(filled)) as connection:
        connection.execute("INSERT INTO django_session VALUES ('key', 'data', now() + interval '1 day')")
    back_up(filled, files, tmp_path / "backup.tar.gz")
    restored(tmp_path / "backup.tar.gz", restore.Target(owner_of(postgres, empty), tmp_path / "elsewhere"))
    with psycopg.connect(**conninfo(owner_of(postgres, empty))) as connection:
        assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


def test_job_that_ran_during_the_backup_runs_again(
    filled: dict[str, Any], files: Path, empty: str, postgres: ConnectionFacts, tmp_path: Path
) -> None:
    with psycopg.connect(**conninfo(filled)) as connection:
        connection.execute("UPDATE django_tasks_database_dbtaskresult SET status = 'RUNNING'")
    back_up(filled, files, tmp_path / "backup.tar.gz")
    restored(tmp_path / "backup.tar.gz", restore.Target(owner_of(postgres, empty), tmp_path / "elsewhere"))
    with psycopg.connect(**conninfo(owner_of(postgres, empty))) as connection:
        found = connection.execute("SELECT DISTINCT status FROM django_tasks_database_dbtaskresult")
        assert found.fetchall() == [("READY",)]


def test_filled_house_is_only_replaced_when_told_so(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.tar.gz"
    back_up(filled, files, backup)
    before = contents(filled)
    with psycopg.connect(**conninfo(filled)) as connection:
        connection.execute("DELETE FROM core_outboxevent")
        connection.execute("CREATE TABLE left_by_a_newer_version (id int)")
        connection.execute("CREATE VIEW seen AS SELECT * FROM left_by_a_newer_version")
    (files / "charts" / "newer.svg").write_bytes(b"<svg/>")
    target = restore.Target(filled, files)
    with pytest.raises(NotEmpty) as refused:
        restored(backup, target)
    assert refused.value.data["organisations"] == 3
    assert refused.value.data["files"] == 3
    restored(backup, target, force=True)
    assert contents(filled) == before
    assert sorted(files_in(files)) == ["charts/ü.svg", "imports/a/1"]


def test_database_in_use_is_not_replaced(filled: dict[str, Any], files: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar.gz"
    back_up(filled, files, backup)
    with psycopg.connect(**conninfo(filled)), pytest.raises(InUse) as refused:
        restored(backup, restore.Target(filled, files), force=True)
    assert refused.value.data == {"count": 1}


def test_connection_that_is_just_leaving_is_waited_for(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.tar.gz"
    back_up(filled, files, backup)
    leaving = psycopg.connect(**conninfo(filled))
    threading.Timer(0.5, leaving.close).start()
    restored(backup, restore.Target(filled, files), force=True)
    assert leaving.closed is True


def test_file_that_cannot_be_moved_keeps_the_database_as_it_is(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.tar.gz"
    back_up(filled, files, backup)
    with psycopg.connect(**conninfo(filled)) as connection:
        connection.execute("DELETE FROM core_outboxevent")
    before = contents(filled)
    (files / ".replaced").write_text("in the way")
    with pytest.raises(FilesFixed):
        restored(backup, restore.Target(filled, files), force=True)
    assert contents(filled) == before
    (files / ".replaced").unlink()
    assert sorted(files_in(files)) == ["charts/ü.svg", "imports/a/1"]


def test_files_that_fail_after_the_database_stay_where_the_sentence_says(
    filled: dict[str, Any], files: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, elsewhere = tmp_path / "backup.tar.gz", tmp_path / "elsewhere"
    back_up(filled, files, backup)
    before = contents(filled)
    with psycopg.connect(**conninfo(filled)) as connection:
        connection.execute("DELETE FROM core_outboxevent")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(elsewhere)},
        },
    }
    monkeypatch.setitem(connections.databases, "owner", {**connections.databases["default"], **filled})

    def broken(_folder: Path, _fresh: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    # A disk that breaks between the proof and the moment it is needed.
    monkeypatch.setattr(stored_files, "replace", broken)
    with pytest.raises(CommandError, match=r"Input/output error.*elsewhere/\.restoring") as told:
        call_command("restore", str(backup), force=True)
    assert told.value.returncode == 3
    assert contents(filled) == before
    assert files_in(elsewhere / ".restoring" / "files") == files_in(files)
    with psycopg.connect(**conninfo(filled)) as connection:
        rights = connection.execute("SELECT has_table_privilege(%s, 'workforce_task', 'SELECT')", [rls.APP])
        assert rights.fetchone() == (True,)  # `migrate` has run


def test_backup_does_not_take_a_name_that_was_taken_meanwhile(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    source = dump.Source(filled, files, "0.1.0", "a secret")
    with pytest.raises(TargetExists):
        dump.to_file(source, target, now=NOW, progress=lambda *_step: target.write_text("mine") and None)
    assert [(path.name, path.read_text()) for path in tmp_path.glob("*.gz")] == [("backup.tar.gz", "mine")]


def test_full_disk_is_said_to_be_full(filled: dict[str, Any], files: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (files / "imports" / "a" / "2").write_bytes(bytes(8 * 1024**2))
        with pytest.raises(NoRoom):
            back_up(filled, files, small / "backup.tar.gz")
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_backup_without_a_database_is_refused_with_a_sentence(
    filled: dict[str, Any], monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    monkeypatch.setitem(connections.databases, "owner", {**filled, "HOST": str(tmp_path)})
    with pytest.raises(CommandError, match="connection"):
        call_command("backup", to_stdout=True)


def test_foreign_database_is_never_replaced(
    filled: dict[str, Any], files: Path, empty: str, postgres: ConnectionFacts, tmp_path: Path
) -> None:
    back_up(filled, files, tmp_path / "backup.tar.gz")
    there = owner_of(postgres, empty)
    with psycopg.connect(**conninfo(there)) as connection:
        connection.execute("CREATE TABLE wage (id int)")
    with pytest.raises(ForeignDatabase):
        restored(tmp_path / "backup.tar.gz", restore.Target(there, tmp_path / "elsewhere"), force=True)
    assert contents(there) == {"wage": []}


def test_missing_rows_undo_the_whole_restore(filled: dict[str, Any], files: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar.gz"
    back_up(filled, files, backup)
    before, files_before = contents(filled), files_in(files)
    manifest = archive.verify(backup, version="0.1.0")
    manifest.tables["workforce_task"] += 1
    with pytest.raises(RowsMissing):
        restore.restore(backup, manifest, restore.Target(filled, files), force=True)
    assert (contents(filled), files_in(files)) == (before, files_before)


def test_unreadable_dump_undoes_the_whole_restore(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    made = back_up(filled, files, tmp_path / "backup.tar.gz")
    before, files_before = contents(filled), files_in(files)
    archive.extract(tmp_path / "backup.tar.gz", dump=tmp_path / "dump", files=tmp_path / "unused")
    whole = (tmp_path / "dump").read_bytes()
    broken = tmp_path / "broken.tar.gz"
    # Sealed all the same: as if pg_dump itself had written nonsense.
    (tmp_path / "dump").write_bytes(whole[: len(whole) * 2 // 3])
    with broken.open("wb") as file:
        archive.write(file, manifest=made.manifest, dump=tmp_path / "dump", entries=[], total=0)
    with pytest.raises(DomainError):
        restored(broken, restore.Target(filled, files), force=True)
    assert (contents(filled), files_in(files)) == (before, files_before)


def test_backup_as_a_role_that_does_not_see_all_rows_is_refused(
    filled: dict[str, Any], files: Path, tmp_path: Path
) -> None:
    blind = {**filled, "USER": database.APP}
    with pytest.raises(RowsHidden):
        back_up(blind, files, tmp_path / "backup.tar.gz")
    assert list(tmp_path.glob("*.gz*")) == []


def test_backup_overwrites_nothing(filled: dict[str, Any], files: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.tar.gz").write_text("mine")
    with pytest.raises(TargetExists):
        back_up(filled, files, tmp_path / "backup.tar.gz")
    with pytest.raises(FolderMissing):
        back_up(filled, files, tmp_path / "no" / "such" / "folder.tar.gz")
    assert (tmp_path / "backup.tar.gz").read_text() == "mine"


def test_no_fitting_program_is_said_plainly(filled: dict[str, Any]) -> None:
    with pytest.raises(ProgramsMissing) as refused, fitting(filled, at_least=99, server=99):
        pass
    assert refused.value.data["version"] == 99


def test_backup_with_unknown_migrations_is_refused() -> None:
    def made_by(version: str) -> Manifest:
        return Manifest(
            version=version, created_at="", server="18.6", dumped_by=18, secret="", tables={},
            migrations={"core": ["0001_initial", "0099_later"]},
        )  # fmt: skip

    known = {("core", "0001_initial")}
    with pytest.raises(TooNew) as refused:
        restore.check_migrations(made_by("0.2.0"), known, version="0.2.0")
    assert refused.value.data["theirs"] == "0.2.0 (core.0099_later)"
    # Merged since: an older release's single steps are no longer there one by one.
    assert restore.check_migrations(made_by("0.1.0"), known, version="0.2.0") is None

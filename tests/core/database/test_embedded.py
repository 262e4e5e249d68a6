import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from staffelstab.core.database import processes
from staffelstab.core.database.embedded import EmbeddedPostgres, provision
from staffelstab.core.database.errors import (
    DiskFullError,
    FolderAccessError,
    FolderVersionError,
    ServerStartError,
)
from staffelstab.core.database.facts import ConnectionFacts

pytestmark = pytest.mark.slow  # each test starts a database server of its own


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: its parents are private, while the server of a root user must reach the folder.
    with tempfile.TemporaryDirectory(prefix="staffelstab-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name) / "postgres"


def ask(facts: ConnectionFacts, statement: str, *, user: str | None = None) -> list[tuple[object, ...]]:
    with psycopg.connect(facts.conninfo(database="postgres", user=user), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def postmaster_of(folder: Path) -> int:
    postmaster = processes.read_postmaster(folder.resolve() / "cluster")
    assert postmaster is not None
    return postmaster.pid


def test_server_answers_until_stopped(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    facts = server.start()
    pid = postmaster_of(folder)

    assert ask(facts, "SELECT current_setting('listen_addresses'), upper('ä')") == [("", "Ä")]
    assert server.start() == facts

    server.stop()
    server.stop()
    assert processes.is_alive(pid) is False


def test_server_keeps_what_was_saved_before_it_was_stopped(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as facts:
        ask(facts, "CREATE TABLE note AS SELECT 1 AS number")
    with EmbeddedPostgres(folder, durable=False) as facts:
        assert ask(facts, "SELECT number FROM note") == [(1,)]


def test_server_is_durable_unless_told_otherwise(folder: Path) -> None:
    with EmbeddedPostgres(folder) as facts:
        settings = "('fsync', 'full_page_writes', 'synchronous_commit')"
        rows = ask(facts, f"SELECT name, setting FROM pg_settings WHERE name IN {settings} ORDER BY name")
    assert rows == [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")]


def test_server_files_are_private(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as facts:
        modes = [path.stat().st_mode & 0o777 for path in (folder, folder / "cluster", facts.socket_folder)]
    assert modes == [0o700, 0o700, 0o700]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_folder_out_of_reach_is_kept_elsewhere_and_a_throw_away_one_is_removed(folder: Path) -> None:
    folder.parent.chmod(0o700)
    with EmbeddedPostgres(folder, durable=False) as facts:
        home = facts.socket_folder.parent
        assert (folder / "elsewhere").readlink() == home
        assert home.parent == Path("/var/lib/staffelstab/clusters")
    assert (home.exists(), list(folder.iterdir())) == (False, [])


def test_two_servers_run_side_by_side(folder: Path) -> None:
    first = EmbeddedPostgres(folder / "first", durable=False)
    second = EmbeddedPostgres(folder / "second", durable=False)
    with first as first_facts, second as second_facts:
        ask(first_facts, "CREATE TABLE note AS SELECT 1 AS number")
        assert ask(second_facts, "SELECT to_regclass('note')") == [(None,)]


def test_socket_of_a_deep_folder_lies_in_a_short_private_one(folder: Path) -> None:
    deep = folder / ("x" * 60) / ("y" * 60)
    with EmbeddedPostgres(deep, durable=False) as facts:
        assert ask(facts, "SELECT 1") == [(1,)]
        assert facts.socket_folder.parent == Path("/tmp")  # noqa: S108
        assert facts.socket_folder.stat().st_mode & 0o777 == 0o700
    facts.socket_folder.rmdir()


def test_start_after_the_server_was_killed_finds_every_committed_row(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    facts = server.start()
    ask(facts, "CREATE TABLE note AS SELECT 1 AS number")
    with psycopg.connect(facts.conninfo(database="postgres")) as open_connection:
        open_connection.execute("INSERT INTO note VALUES (2)")
        os.kill(postmaster_of(folder), signal.SIGKILL)
        assert ask(server.start(), "SELECT number FROM note") == [(1,)]
        open_connection.close()
    server.stop()


def run_and_kill(folder: Path, ending: str) -> int:
    """Run a program that starts the server, saves a row and kills itself; return the server's process number."""
    script = f"""
import os, signal, psycopg
from pathlib import Path
from staffelstab.core.database import processes
from staffelstab.core.database.embedded import EmbeddedPostgres
folder = Path({str(folder)!r})
server = EmbeddedPostgres(folder)
facts = server.start()
with psycopg.connect(facts.conninfo(database="postgres"), autocommit=True) as connection:
    connection.execute("CREATE TABLE note AS SELECT 1 AS number")
pid = processes.read_postmaster(folder / "cluster").pid
print(pid, flush=True)
{ending}
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=False, stdout=subprocess.PIPE, text=True)
    assert ended.returncode == -signal.SIGKILL
    return int(ended.stdout)


def test_killed_program_leaves_no_server_behind_and_loses_nothing(folder: Path) -> None:
    pid = run_and_kill(folder, ending="")
    assert processes.wait_until_ended([pid], patience=60) is True
    with EmbeddedPostgres(folder) as facts:
        assert ask(facts, "SELECT number FROM note") == [(1,)]


def test_start_at_once_after_the_program_was_killed_waits_for_the_old_server(folder: Path) -> None:
    run_and_kill(folder, ending="")
    with EmbeddedPostgres(folder) as facts:
        assert ask(facts, "SELECT number FROM note") == [(1,)]


def test_server_that_outlived_its_program_is_attached_to_and_stopped_by_the_last_one(folder: Path) -> None:
    orphan = run_and_kill(folder, ending="os.killpg(server._caretaker.pid, signal.SIGKILL)")
    assert processes.is_alive(orphan) is True
    with EmbeddedPostgres(folder) as facts:
        assert postmaster_of(folder) == orphan
        assert ask(facts, "SELECT number FROM note") == [(1,)]
    assert processes.is_alive(orphan) is False


def test_killed_program_leaves_the_server_to_others(folder: Path) -> None:
    with EmbeddedPostgres(folder) as facts:
        pid = postmaster_of(folder)
        run_and_kill(folder, ending="")
        assert processes.wait_until_ended([pid], patience=1) is False
        assert ask(facts, "SELECT number FROM note") == [(1,)]
    assert processes.is_alive(pid) is False


def test_start_after_program_and_server_were_killed_needs_no_repair(folder: Path) -> None:
    run_and_kill(folder, ending="os.kill(pid, signal.SIGKILL)")
    with EmbeddedPostgres(folder) as facts:
        assert ask(facts, "SELECT number FROM note") == [(1,)]


def test_second_program_attaches_and_leaves_the_server_running(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, durable=False), EmbeddedPostgres(folder, durable=False)
    facts = first.start()
    pid = postmaster_of(folder)

    assert second.start() == facts
    second.stop()
    assert ask(facts, "SELECT 1") == [(1,)]

    second.start()
    first.stop()
    assert ask(facts, "SELECT 1") == [(1,)]

    second.stop()
    assert processes.is_alive(pid) is False


def test_process_number_used_by_a_stranger_does_not_hinder_the_start(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    lines = (folder / "cluster" / "postmaster.pid").read_text().splitlines()
    server.stop()
    lines[0] = str(os.getpid())
    (folder / "cluster" / "postmaster.pid").write_text("\n".join(lines) + "\n")

    with server as facts:
        assert ask(facts, "SELECT 1") == [(1,)]


def test_interrupted_first_start_is_repeated(folder: Path) -> None:
    (folder / "cluster.new" / "base").mkdir(parents=True)
    with EmbeddedPostgres(folder, durable=False) as facts:
        assert ask(facts, "SELECT 1") == [(1,)]


def test_folder_of_a_newer_version_is_refused_and_left_alone(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "cluster" / "PG_VERSION").write_text("99\n")

    with pytest.raises(FolderVersionError) as caught:
        EmbeddedPostgres(folder).start()

    assert str(caught.value) == (
        f"The database folder {folder / 'cluster'} was written by PostgreSQL 99; this version of Staffelstab brings "
        "PostgreSQL 18. Nothing was changed. Please install the newer version of Staffelstab that wrote it, or choose "
        "another folder with STAFFELSTAB_DATA."
    )
    assert (folder / "cluster" / "PG_VERSION").read_text() == "99\n"


def test_folder_of_an_older_version_asks_for_a_backup(folder: Path) -> None:
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(FolderVersionError, match="make a backup there and restore it here"):
        EmbeddedPostgres(folder).start()


def test_folder_with_foreign_files_is_refused(folder: Path) -> None:
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster" / "letter.txt").write_text("mine")
    with pytest.raises(FolderAccessError, match="holds files but is no PostgreSQL cluster"):
        EmbeddedPostgres(folder).start()
    assert (folder / "cluster" / "letter.txt").read_text() == "mine"


def test_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    folder.write_text("a file, not a folder")
    with pytest.raises(FolderAccessError, match="cannot be used: "):
        EmbeddedPostgres(folder / "postgres").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_full_disk_is_named(folder: Path) -> None:
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        with pytest.raises(DiskFullError, match="is full"):
            EmbeddedPostgres(folder).start()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_damaged_settings_tell_what_the_server_said(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerStartError, match="no_such_setting"):
        EmbeddedPostgres(folder).start()


def test_provision_is_idempotent_and_makes_the_extensions(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as facts:
        provision(facts, database="staffelstab")
        provision(facts, database="staffelstab")
        with psycopg.connect(facts.conninfo(database="staffelstab")) as connection:
            found = connection.execute("SELECT extname FROM pg_extension ORDER BY extname").fetchall()
            owner = connection.execute(
                "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'staffelstab'"
            ).fetchall()
    assert [name for (name,) in found] == ["btree_gist", "citext", "pg_trgm", "plpgsql", "unaccent", "vector"]
    assert owner == [("staffelstab_owner",)]


def test_provisioned_roles_neither_rule_nor_pass_by_row_level_security(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as facts:
        provision(facts, database="staffelstab")
        roles = ask(
            facts,
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles"
            " WHERE rolname LIKE 'staffelstab%' ORDER BY rolname",
        )
    assert roles == [
        ("staffelstab_app", False, False, False, False, True),
        ("staffelstab_owner", False, False, False, False, True),
    ]


def test_provisioned_app_role_uses_what_the_owner_grants_and_creates_nothing(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as facts:
        provision(facts, database="staffelstab")
        with psycopg.connect(facts.conninfo(database="staffelstab", user="staffelstab_owner")) as owner:
            owner.execute("CREATE TABLE note (id int GENERATED ALWAYS AS IDENTITY, text text)")
            owner.execute("GRANT SELECT, INSERT ON note TO staffelstab_app")
        app = psycopg.connect(facts.conninfo(database="staffelstab", user="staffelstab_app"), autocommit=True)
        with app:
            app.execute("INSERT INTO note (text) VALUES ('a')")
            assert app.execute("SELECT id, text FROM note").fetchall() == [(1, "a")]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE other (id int)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("DROP TABLE note")

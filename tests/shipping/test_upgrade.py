"""Databases filled by earlier releases come up to date, and keep every row: by the way of their backups."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from staffelstab.config import database, env
from staffelstab.core.backup import archive, dump
from staffelstab.core.backup.programs import conninfo
from staffelstab.core.database.embedded import EmbeddedPostgres
from tests.shipping.conftest import ROOT, Installed, running

BACKUPS = sorted((ROOT / "tests" / "shipping" / "backups").glob("*.tar.gz"))
RENAMED: dict[str, str] = {}
"""Tables that a later release renamed: old → new."""
MOVED: frozenset[str] = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""Tables that grow with each migration, by Django itself."""

STALE_KEYS = """SELECT
    (SELECT count(*) FROM workforce_task t JOIN workforce_unit u ON u.id = t.unit_id
     WHERE t.unit_sort_key <> u.sort_key),
    (SELECT count(*) FROM workforce_position p JOIN workforce_unit u ON u.id = p.unit_id
     WHERE p.unit_sort_key <> u.sort_key),
    (SELECT count(*) FROM identity_membership m JOIN identity_account a ON a.id = m.account_id
     WHERE m.sort_key <> a.sort_key OR m.address <> upper(a.email))"""
"""What the database carries along for sorting and searching, where it is not what it should be."""


def test_there_is_a_backup_of_the_first_release() -> None:
    assert BACKUPS[0].name == "0.1.0.tar.gz"


@pytest.mark.parametrize("backup", BACKUPS, ids=lambda path: path.name)
def test_backup_of_a_release_is_whole(backup: Path) -> None:
    manifest = archive.verify(backup, version="99")
    assert f"{manifest.version}.tar.gz" == backup.name
    assert manifest.tables["identity_organisation"] == 4
    assert manifest.tables["workforce_task"] > 800


@pytest.mark.long  # installs the wheel, restores and serves
@pytest.mark.parametrize("backup", BACKUPS, ids=lambda path: path.name)
def test_house_of_an_earlier_release_comes_up_to_date(installed: Installed, port: int, backup: Path) -> None:
    manifest = archive.verify(backup, version="99")
    installed.run("restore", str(backup))
    with EmbeddedPostgres(installed.home / "data" / "postgres") as facts:
        owner = env.database(database.url(facts, database.OWNER))
        with psycopg.connect(**conninfo(owner)) as connection:
            present = set(dump.tables(connection))
            assert connection.execute(STALE_KEYS).fetchone() == (0, 0, 0)
            kept = {
                name: connection.execute(f'SELECT count(*) FROM "{RENAMED.get(name, name)}"').fetchone()
                for name in manifest.tables
                if name not in MOVED
            }
    assert kept == {name: (rows,) for name, rows in manifest.tables.items() if name not in MOVED}
    assert set(manifest.tables) <= present
    facts_checked = json.loads(installed.run("check", "--json"))
    levels = {found["code"]: found["level"] for found in facts_checked["findings"]}
    assert {code: level for code, level in levels.items() if code.startswith("database")} == {
        "database.version": "ok",
        "database.encoding": "ok",
        "database.role": "ok",
        "database.migrations": "ok",
        "database.policies": "ok",
        "database.clock": "ok",
    }
    with running(installed, "serve", "--port", str(port), port=port, STAFFELSTAB_DEMO="1") as browser:
        browser.get("/demo/")
        browser.post("/demo/anmelden/kaya/", {})
        assert "Wohngeld" in browser.get("/aufgaben/")

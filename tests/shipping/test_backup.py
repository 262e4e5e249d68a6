"""The commands themselves, as operators run them: beside a running server, into an empty folder, and refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from staffelstab.core.database.embedded import EmbeddedPostgres
from tests.ports import free_port
from tests.shipping.conftest import Browser, Installed, running

pytestmark = pytest.mark.long  # installs the wheel, starts servers

PASSWORD = "ein langes Kennwort 7"
ACCOUNT = ("account", "create", "verwaltung@musterstadt.example", "--name", "Erika Beispiel")


def sign_in(browser: Browser) -> str:
    browser.get("/konto/anmelden/")
    browser.post("/konto/anmelden/", {"login": "verwaltung@musterstadt.example", "password": PASSWORD})
    return browser.get("/")


def make_house(installed: Installed) -> None:
    installed.run(
        "organisation", "create", "musterstadt", "--name", "Stadt Musterstadt", "--kind", "municipality"
    )
    subprocess.run(
        [
            str(installed.programs / "staffelstab"),
            *ACCOUNT,
            *("--organisation", "musterstadt", "--role", "administrator", "--password-stdin"),
        ],
        env=installed.environment(),
        cwd=installed.home,
        input=f"{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )


def test_backup_of_a_running_house_becomes_another_house(installed: Installed, port: int) -> None:
    make_house(installed)
    file = installed.home / "data" / "files" / "imports" / "1"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"Personalnummer;Nachname\n")
    backup = installed.home / "staffelstab.tar.gz"
    with running(installed, "serve", "--port", str(port), port=port) as browser:
        assert "Erika Beispiel" in sign_in(browser)
        facts = json.loads(installed.run("backup", str(backup), "--json").splitlines()[-1])
        assert (facts["files"], facts["bytes"]) == (1, backup.stat().st_size)
        # Not over the house that is running, and not without being told.
        assert "--force" in installed.run("restore", str(backup), status=1)
        assert "Worker" in installed.run("restore", str(backup), "--force", status=1)
        assert "Erika Beispiel" in browser.get("/")
    with (installed.home / "piped.tar.gz").open("wb") as piped:
        subprocess.run(
            [str(installed.programs / "staffelstab"), "backup", "--to-stdout"],
            env=installed.environment(),
            cwd=installed.home,
            stdout=piped,
            check=True,
        )

    elsewhere = {"STAFFELSTAB_DATA": str(installed.home / "elsewhere")}
    assert "vollständig" in installed.run("restore", "--verify", "piped.tar.gz", **elsewhere)
    assert not (installed.home / "elsewhere").exists()
    told = installed.run("restore", "piped.tar.gz", **elsewhere)
    assert "wiederhergestellt" in told
    assert (installed.home / "elsewhere" / "files" / "imports" / "1").read_bytes() == file.read_bytes()
    second = free_port()
    with running(installed, "serve", "--port", str(second), port=second, **elsewhere) as browser:
        assert "Erika Beispiel" in sign_in(browser)
    # Over a filled house that stands still, when told so.
    assert "wiederhergestellt" in installed.run("restore", str(backup), "--force", **elsewhere)


@pytest.mark.parametrize("place", [9, 5000, -3])
def test_damaged_backup_changes_nothing(installed: Installed, place: int) -> None:
    released = Path(__file__).parent / "backups" / "0.1.0.tar.gz"
    content = bytearray(released.read_bytes())
    content[place] ^= 0x10
    (installed.home / "damaged.tar.gz").write_bytes(content)
    told = installed.run("restore", "damaged.tar.gz", status=1)
    assert "Es wurde nichts geändert." in told
    assert {path.name for path in installed.home.iterdir()} == {"damaged.tar.gz"}


def test_backup_of_a_newer_program_changes_nothing(installed: Installed) -> None:
    released = Path(__file__).parent / "backups" / "0.1.0.tar.gz"
    script = """
import sys
from dataclasses import replace
from pathlib import Path
from staffelstab.core.backup import archive
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
manifest = archive.verify(source, version="99")
archive.extract(source, dump=folder / "dump", files=folder / "unused")
with (folder / "newer.tar.gz").open("wb") as file:
    archive.write(file, manifest=replace(manifest, version="98.0"), dump=folder / "dump", entries=[], total=0)
(folder / "dump").unlink()
"""
    subprocess.run(
        [str(installed.programs / "python"), "-c", script, str(released), str(installed.home)],
        env=installed.environment(
            STAFFELSTAB_SECRET_KEY="x" * 40, DJANGO_SETTINGS_MODULE="staffelstab.config.settings.base"
        ),
        cwd=installed.home,
        check=True,
    )
    told = installed.run("restore", "newer.tar.gz", status=1)
    assert "98.0" in told
    assert {path.name for path in installed.home.iterdir()} == {"newer.tar.gz"}


def test_backup_without_the_owner_is_refused(installed: Installed) -> None:
    installed.run("showmigrations", "core")
    with EmbeddedPostgres(installed.home / "data" / "postgres") as facts:
        url = f"postgresql://staffelstab_app@/staffelstab?host={facts.socket_folder}&port={facts.port}"
        told = installed.run("backup", "x.tar.gz", status=1, DATABASE_URL=url)
    assert "STAFFELSTAB_OWNER_DATABASE_URL" in told
    assert not (installed.home / "x.tar.gz").exists()

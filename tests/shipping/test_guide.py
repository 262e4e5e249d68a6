"""The commands of the operator's guide, run in their order on a real server; its snippets, as far as can be checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from staffelstab.config import env
from staffelstab.config.program import SERVING
from staffelstab.core.database.binaries import program_folder
from staffelstab.core.database.embedded import EmbeddedPostgres
from tests.shipping.conftest import ROOT, Installed

GUIDE = ROOT / "docs" / "operator"
PAGES = ("install", "backup", "upgrade")
TEXT = {page: (GUIDE / f"{page}.md").read_text(encoding="utf-8") for page in PAGES}
_MARKED = re.compile(r"^<!-- (run|file: (\S+)) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

RUNS = {
    page: [body for kind, _path, body in _MARKED.findall(text) if kind == "run"]
    for page, text in TEXT.items()
}
FILES = {path: body for text in TEXT.values() for _kind, path, body in _MARKED.findall(text) if path}
SANDBOX = {
    "/opt/staffelstab/bin": "{programs}",
    "/var/lib/staffelstab": "{home}/var",
    "/var/backups/staffelstab": "{home}/backups",
    "/etc/": "{home}/etc/",
    "/usr/local/sbin/": "{home}/sbin/",
    "--owner staffelstab ": "",
    "runuser -u staffelstab -- ": "",
    "@db.example:5432/staffelstab?sslmode=verify-full": "@/staffelstab?host={socket}",
    "--port 8000": "--port {port}",
    "127.0.0.1:8000": "127.0.0.1:{port}",
}
"""What differs between the guide and the test: folders, users, the address of the database, the port."""

SYSTEMCTL = """#!{python}
# Stands in for systemd: starts and stops what the unit files of the guide say, and nothing else.
import os, re, shlex, signal, subprocess, sys, time
from pathlib import Path
units, running = Path("{home}/etc/systemd/system"), Path("{home}/running")
running.mkdir(exist_ok=True)
words = [word for word in sys.argv[1:] if not word.startswith("--")]
verb, names = words[0], words[1:]
def unit(name):
    return (units / (name if "." in name else name + ".service")).read_text()
def environment(text):
    found = dict(os.environ)
    for optional, path in re.findall(r"^EnvironmentFile=(-?)(.+)$", text, re.M):
        if optional and not Path(path).exists():
            continue
        for line in Path(path).read_text().splitlines():
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                found[key] = value.strip('"')
    return found
def commands(text):
    lines = re.findall(r"^ExecStart=(.+)$", text, re.M)
    return [shlex.split(line.replace("$$", "$").replace("%%", "%")) for line in lines]
for name in names:
    if name.endswith(".timer"):
        assert "OnCalendar=" in unit(name) and unit(name.replace(".timer", ".service"))
        continue
    pid = running / name
    if verb in ("stop", "restart"):
        os.kill(int(pid.read_text()), signal.SIGTERM)
        for _ in range(600):
            try:
                ended = Path("/proc", pid.read_text(), "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            except FileNotFoundError:
                ended = True
            if ended:
                break
            time.sleep(0.1)
        pid.unlink()
    if verb in ("start", "enable", "restart"):
        text = unit(name)
        if "Type=oneshot" in text:
            for command in commands(text):
                subprocess.run(command, env=environment(text), check=True)
        else:
            log = open("{home}/" + name + ".log", "a")
            [command] = commands(text)
            child = subprocess.Popen(
                command, env=environment(text), stdout=log, stderr=log, start_new_session=True)
            pid.write_text(str(child.pid))
"""


def test_every_marked_block_is_understood() -> None:
    for text in TEXT.values():
        assert len(re.findall(r"^<!-- (?:run|file: \S+) -->$", text, re.MULTILINE)) == len(
            _MARKED.findall(text)
        )
    assert {page: len(found) for page, found in RUNS.items()} == {"install": 4, "backup": 3, "upgrade": 1}


def test_settings_named_in_the_guide_exist() -> None:
    named = {
        key
        for path in sorted(GUIDE.glob("*.md"))
        for key in re.findall(
            r"\b(DATABASE_URL|STAFFELSTAB_[A-Z_]*[A-Z])\b(?!_…)", path.read_text(encoding="utf-8")
        )
    }
    unknown = {key for key in named if key.removesuffix("_FILE") not in env.KEYS}
    # The beginning of a family of keys: STAFFELSTAB_OPERATOR_…
    beginnings = {key for key in unknown if any(known.startswith(key) for known in env.KEYS)}
    assert unknown - beginnings == set()


def test_commands_named_in_the_guide_exist() -> None:
    shell = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    called = re.compile(r"(?:^|[/$(| ])staffelstab(?:-admin)? ([a-z_]+)")
    words = {
        word
        for text in TEXT.values()
        for body in (*shell.findall(text), *re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE))
        for line in body.splitlines()
        for word in called.findall(line.split("#", maxsplit=1)[0])
    }
    assert {"migrate", "backup", "restore", "check", "organisation", "account", "network", "serve"} <= words
    assert words - set(get_commands()) - SERVING == set()


def _sandboxed(text: str, places: dict[str, str]) -> str:
    for there, here in SANDBOX.items():
        text = text.replace(there, here.format(**places))
    return text


@pytest.mark.long  # installs the wheel, starts a database server, web server and worker, backs up and restores
def test_commands_of_the_guide_in_their_order(installed: Installed, port: int) -> None:
    home = installed.home
    with EmbeddedPostgres(home / "postgres", durable=False) as facts:
        places = {
            "programs": str(installed.programs),
            "home": str(home),
            "socket": str(facts.socket_folder),
            "port": str(port),
            "python": sys.executable,
        }
        for path, body in FILES.items():
            target = Path(_sandboxed(path, places))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_sandboxed(body, places))
        shim = home / "sbin" / "systemctl"
        shim.write_text(re.sub(r"\{(home|python)\}", lambda match: places[match[1]], SYSTEMCTL))
        shim.chmod(0o755)
        blocks = [block for page in PAGES for block in RUNS[page]]
        script = home / "guide.sh"
        script.write_text("set -eux\n" + "\n".join(_sandboxed(block, places) for block in blocks))
        environment = installed.environment(
            PATH=f"{home}/sbin:{program_folder(None)}:/usr/bin:/bin",
            PGHOST=str(facts.socket_folder),
            PGUSER="postgres",
        )
        del environment["STAFFELSTAB_DATA"]
        try:
            done = subprocess.run(
                ["/bin/sh", str(script)],
                cwd=home,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=900,
                check=False,
            )
        finally:
            for name in ("staffelstab-web", "staffelstab-worker"):
                if (home / "running" / name).exists():
                    subprocess.run([str(shim), "stop", name], env=os.environ, check=False)
        logs = "".join(path.read_text()[-2000:] for path in home.glob("*.log"))
        assert done.returncode == 0, done.stdout[-3000:] + logs
        assert '{"status": "ok"}' in done.stdout
        assert "wiederhergestellt" in done.stdout
        assert len(list((home / "backups").glob("*.tar.gz"))) == 2
        # The guide's mail server does not exist; everything else is in order.
        assert re.findall(r"^Fehler +(\w+ \w+)", done.stdout, re.MULTILINE) == ["Der Mailserver"] * 2


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_units_are_accepted(tmp_path: Path) -> None:
    units = {Path(path).name: body for path, body in FILES.items() if "/systemd/" in path}
    assert len(units) == 4
    for name, body in units.items():
        text = body.replace("/opt/staffelstab/bin/staffelstab", "/bin/true").replace(
            "User=staffelstab", "User=daemon"
        )
        (tmp_path / name).write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [
        line for line in verified.stderr.splitlines() if str(tmp_path) in line or "staffelstab" in line
    ]
    assert complaints == []

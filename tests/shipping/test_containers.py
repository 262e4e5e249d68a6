"""Container files, as far as they can be proved without a container engine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from jsonschema import Draft7Validator

from staffelstab.config import database, env, serving
from staffelstab.config.program import AS_OWNER, SERVING
from staffelstab.core.database.binaries import program_folder
from staffelstab.core.database.embedded import EmbeddedPostgres
from tests.shipping.conftest import ROOT, Installed, running

OPS = ROOT / "ops"
# Without `${HOST}` filled in, as it stands in the file: the parser leaves it alone.
COMPOSE: dict[str, Any] = yaml.safe_load((OPS / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "staffelstab"}


def test_compose_file_agrees_with_the_specification() -> None:
    # The schema of the Compose Specification (Apache License 2.0), as docker-compose 1.29.2 brings it. Younger than
    # it are only anchors under x- keys, which it allows.
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    found = Draft7Validator(schema).iter_errors(COMPOSE)
    assert [f"{'/'.join(map(str, error.path))}: {error.message}" for error in found] == []


def test_a_planted_mistake_disagrees_with_the_specification() -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    wrong = {"services": {"web": {"image": "staffelstab", "read-only": True}}}
    assert len(list(Draft7Validator(schema).iter_errors(wrong))) == 1


@pytest.mark.parametrize("name", SERVICES)
def test_containers_are_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in {"root", "0"}
    assert service["tmpfs"]


def test_only_the_proxy_can_be_reached() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["80:8080", "443:8443"]
    }
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_everything_named_is_there() -> None:
    kinds: dict[str, set[str]] = {"secrets": set(), "volumes": set(), "networks": set()}
    for service in SERVICES.values():
        for kind, names in kinds.items():
            names |= {entry.split(":")[0] for entry in service.get(kind, ())}
    files = {name for name in kinds["volumes"] if name.startswith("./")}
    assert [name for name in sorted(files) if not (OPS / name).exists()] == []
    kinds["volumes"] -= files
    assert kinds == {kind: set(COMPOSE[kind]) for kind in kinds}
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_settings_exist_and_their_secrets_are_mounted(name: str) -> None:
    for key, value in OURS[name]["environment"].items():
        assert key.removesuffix("_FILE") in env.KEYS
        if key.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in OURS[name]["secrets"]
    assert set(re.findall(r"\$\{(\w+)", json.dumps(OURS[name]["environment"]))) == {"HOST"}


def test_only_migration_and_backup_know_the_owner() -> None:
    knowing = {name for name, service in OURS.items() if "owner_database_url" in service["secrets"]}
    assert knowing == {"migrate", "backup"}
    assert knowing <= AS_OWNER


def _words(service: dict[str, Any]) -> list[str]:
    words: list[str] = service["command"]
    if words[0] == "sh":
        words = words[2].removeprefix("exec ").split()
    return words


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    program, command, *arguments = _words(OURS[name])
    assert program == "staffelstab"
    if command in SERVING:
        assert serving.parser(command).parse_args(arguments).port == 8000
    else:
        assert command in get_commands()


def test_image_is_built_by_steps_that_exist() -> None:
    text = (OPS / "Containerfile").read_text(encoding="utf-8")
    steps = " ".join(re.findall(r"^RUN (.*?[^\\])$", text, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    programs = {step.split()[0] for step in steps.split("&&")}
    assert programs <= {"pip", "cd", "uv", "python", "apt-get", "rm", "useradd", "mkdir", "chown"}
    # The same two steps as in the test that installs the wheel.
    assert "uv export --locked --no-dev --no-emit-project --output-file" in steps
    assert "uv build --wheel --out-dir" in steps
    [default] = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    program, command, *arguments = json.loads(default)
    assert (program, serving.parser(command).parse_args(arguments).no_worker) == ("staffelstab", True)
    assert set(re.findall(r"(STAFFELSTAB_\w+)=", text)) <= set(env.KEYS)
    assert f"--uid {OURS['web']['user']} " in text
    packages = set(re.findall(r"lib[a-z0-9.-]+", steps))
    assert packages <= set(re.findall(r"lib[a-z0-9.-]+", (ROOT / ".ci" / "run").read_text(encoding="utf-8")))


def test_health_addresses_exist() -> None:
    checked = {
        name: " ".join(service["healthcheck"]["test"])
        for name, service in SERVICES.items()
        if "healthcheck" in service
    }
    assert set(checked) == {"database", "web", "proxy"}
    assert checked["web"] == "CMD python -m staffelstab.config.answering"
    assert SERVICES["web"]["command"][4:6] == ["--port", "8000"]
    assert "location = /bereit " in (OPS / "nginx.conf").read_text(encoding="utf-8")
    assert ":8080/bereit" in checked["proxy"]


def test_secrets_are_made_once(tmp_path: Path) -> None:
    script = ["sh", str(OPS / "make-secrets.sh"), str(tmp_path / "secrets")]
    subprocess.run(script, check=True, capture_output=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    key = tmp_path / "secrets" / "certificate.key"
    key.touch(mode=0o600)  # as openssl makes it
    subprocess.run(script, check=True, capture_output=True)
    assert key.stat().st_mode & 0o777 == 0o644
    key.unlink()
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    wanted = {entry["file"].removeprefix("./secrets/") for entry in COMPOSE["secrets"].values()}
    assert wanted - set(first) == {"certificate.pem", "certificate.key"}
    assert env.database(first["database_url"])["PASSWORD"] == first["app_password"]
    assert len(first["secret_key"]) == 96
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_setting_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("smtp://mail.example\n")
    monkeypatch.setenv("STAFFELSTAB_EMAIL_URL_FILE", str(tmp_path / "url"))
    assert env.text("STAFFELSTAB_EMAIL_URL") == "smtp://mail.example"
    monkeypatch.setenv("STAFFELSTAB_EMAIL_URL", "smtp://nearer.example")
    assert env.text("STAFFELSTAB_EMAIL_URL") == "smtp://nearer.example"
    monkeypatch.delenv("STAFFELSTAB_EMAIL_URL")
    monkeypatch.setenv("STAFFELSTAB_EMAIL_URL_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(env.SettingError):
        env.text("STAFFELSTAB_EMAIL_URL")


@pytest.mark.long  # starts a database server, migrates, serves
def test_database_script_makes_what_the_program_needs(installed: Installed, port: int) -> None:
    secrets = installed.home / "secrets"
    subprocess.run(["sh", str(OPS / "make-secrets.sh"), str(secrets)], check=True, capture_output=True)
    with EmbeddedPostgres(installed.home / "postgres", durable=False) as facts:
        place = {"PGHOST": str(facts.socket_folder), "PGPORT": str(facts.port)}
        subprocess.run(
            ["sh", str(OPS / "database.sh")],
            env={"PATH": f"{program_folder(None)}:/usr/bin:/bin", "SECRETS": str(secrets), **place},
            check=True,
            capture_output=True,
        )
        (secrets / "here").write_text(database.url(facts, database.APP))
        settings = {
            "DATABASE_URL_FILE": str(secrets / "here"),
            "STAFFELSTAB_SECRET_KEY_FILE": str(secrets / "secret_key"),
            "STAFFELSTAB_METRICS_TOKEN": "k3Yq9vLm2Zx8Rt5Wp7Nc4Bd6",
        }
        installed.run(
            "migrate", **settings, STAFFELSTAB_OWNER_DATABASE_URL=database.url(facts, database.OWNER)
        )
        command = _words(SERVICES["web"])[1:]
        command[command.index("8000")] = str(port)
        with running(installed, *command, port=port, **settings) as browser:
            found = json.loads(installed.run("check", "--json", **settings))
            browser.opener.addheaders = [("Authorization", "Bearer k3Yq9vLm2Zx8Rt5Wp7Nc4Bd6")]
            figures = [browser.get("/metriken/") for _ in range(4)]
    levels = {entry["code"]: entry["level"] for entry in found["findings"]}
    assert {level for code, level in levels.items() if code.startswith(("database", "jobs"))} == {"ok"}
    # Two processes: whichever answers knows the requests of both.
    counted = [
        float(
            re.findall(r'staffelstab_requests_total\{route="portal:metrics_show",status="2xx"\} (\S+)', text)[
                0
            ]
        )
        for text in figures[1:]
    ]
    assert counted == [1.0, 2.0, 3.0]

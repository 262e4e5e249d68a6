"""Import of 10,000 people with positions against a raw COPY of the same rows; what a sign-in costs; invited accounts.

The register is that of the ``import`` benchmark without tasks: units, positions, persons and who holds what, through
check and application into an empty organisation, then copied back into the same tables with their indexes; several
rounds, medians. Then some accounts are invited by list as the screen does it: none of them may have a usable password,
and none may cost the time of a hash. The sign-in is measured as CPU time of this process, by the hasher alone and as
the whole request.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg

from staffelstab.config import database
from staffelstab.core.database.embedded import EmbeddedPostgres

TABLES: Final = ("unit", "position", "person", "holding")
LEFT_OUT: Final = ("Aufgaben", "Zuständigkeiten")
PEOPLE_PER_ROW: Final = 10
"""The register of the ``import`` benchmark has a person for every tenth row."""

ROUNDS, SIGN_INS, INVITED = 5, 10, 1_000
PASSWORD: Final = "ein langes Kennwort 7"  # noqa: S105 - of an account that lives a minute

register: Any = importlib.import_module("tools.benchmarks.import")  # the name is a word of the language


def generate(folder: Path, people: int) -> None:
    """The folder with the four sheets."""
    register.generate(folder, people * PEOPLE_PER_ROW)
    for name in LEFT_OUT:
        (folder / f"{name}.csv").unlink()


def empty(conninfo: str) -> None:
    """Take all people out again."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(f"TRUNCATE {', '.join(f'workforce_{table}' for table in TABLES)} CASCADE")


def imports(source: Path, dump: Path, conninfo: str, rounds: int) -> dict[str, Any]:
    """Seconds of import and copy, medians of the rounds, and the rows written."""
    own, raw = [], []
    written: dict[str, int] = {}
    for _ in range(rounds):
        outcome, seconds, _memory = register.import_once(source, "bench", {})
        if outcome.examination.problems.errors:
            raise SystemExit("the register of the benchmark was refused")
        written = {str(name): sheet.new for name, sheet in outcome.examination.sheets.items()}
        own.append(seconds)
        raw.append(register.raw_copy(conninfo, dump, TABLES))
        empty(conninfo)
    ratios = [mine / theirs for mine, theirs in zip(own, raw, strict=True)]
    return {
        "written": written,
        "import_seconds": round(statistics.median(own), 2),
        "raw_copy_seconds": round(statistics.median(raw), 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(each, 2) for each in ratios],
    }


def invitations(number: int) -> dict[str, Any]:
    """Invite a list of people; milliseconds per person, and how many got a usable password."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from staffelstab.core.actors import system_actor  # noqa: PLC0415 - after setup
    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415 - after setup
    from staffelstab.identity.formats.invitees import Invitee  # noqa: PLC0415 - after setup
    from staffelstab.identity.models import Account  # noqa: PLC0415 - after setup
    from staffelstab.identity.selectors.actors import organisation_id_by_slug  # noqa: PLC0415 - after setup
    from staffelstab.identity.services import accounts  # noqa: PLC0415 - after setup

    organisation_id = organisation_id_by_slug("bench")
    assert organisation_id is not None  # noqa: S101 - made by the caller
    people = [Invitee(email=f"person{n}@stadt.example", name=f"Vorname Nachname{n}") for n in range(number)]
    with activate(TenancyContext(organisation_id)):
        actor = system_actor(organisation_id=organisation_id, reason="benchmark")
        began = time.perf_counter()
        accounts.invite_members(people=people, actor=actor, now=timezone.now(), site="https://stadt.example")
        taken = time.perf_counter() - began
        made = list(Account.objects.filter(email__endswith="@stadt.example"))
    return {
        "invited": len(made),
        "ms_per_person": round(1000 * taken / number, 2),
        "usable_passwords": sum(account.has_usable_password() for account in made),
    }


def cpu_ms(function: Callable[[], object], number: int) -> float:
    """CPU milliseconds of all threads of this process, median."""
    taken = []
    for _ in range(number):
        began = time.process_time()
        function()
        taken.append(1000 * (time.process_time() - began))
    return round(statistics.median(taken), 1)


def sign_in() -> dict[str, Any]:
    """What checking a password costs, alone and with the request around it."""
    from django.contrib.auth.hashers import check_password, make_password  # noqa: PLC0415 - after setup
    from django.test import Client  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from staffelstab.core.actors import system_actor  # noqa: PLC0415 - after setup
    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415 - after setup
    from staffelstab.identity.selectors.actors import organisation_id_by_slug  # noqa: PLC0415 - after setup
    from staffelstab.identity.services import accounts  # noqa: PLC0415 - after setup

    organisation_id = organisation_id_by_slug("bench")
    assert organisation_id is not None  # noqa: S101 - made by the caller
    with activate(TenancyContext(organisation_id)):
        accounts.add_member(
            email="anmeldung@stadt.example",
            display_name="Anna Meldung",
            actor=system_actor(organisation_id=organisation_id, reason="benchmark"),
            now=timezone.now(),
            password=PASSWORD,
        )
    encoded = make_password(PASSWORD)

    def whole() -> None:
        client = Client(SERVER_NAME="localhost")
        words = {"login": "anmeldung@stadt.example", "password": PASSWORD}
        response = client.post("/konto/anmelden/", words)
        if response.status_code != 302:
            raise SystemExit(f"sign-in failed with status {response.status_code}")

    check_password(PASSWORD, encoded)
    whole()
    _name, kind, _version, cost, *_rest = encoded.split("$")
    began = time.perf_counter()
    check_password(PASSWORD, encoded)
    elapsed = 1000 * (time.perf_counter() - began)
    return {
        "hash": kind,
        "cost": cost,
        "check_cpu_ms": cpu_ms(lambda: check_password(PASSWORD, encoded), SIGN_INS),
        "check_elapsed_ms": round(elapsed, 1),
        "request_cpu_ms": cpu_ms(whole, SIGN_INS),
    }


def measure(source: Path, dump: Path, conninfo: str, rounds: int) -> dict[str, Any]:
    """All figures. Runs inside Django."""
    import django  # noqa: PLC0415 - the environment is complete only now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    from staffelstab.portal.management.commands.prepare import collect_static  # noqa: PLC0415 - after setup

    collect_static()
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        call_command("organisation", "create", "bench", "--name", "Bench", stdout=nowhere)
    return imports(source, dump, conninfo, rounds) | {
        "invitations": invitations(INVITED),
        "sign_in": sign_in(),
    }


def main(arguments: list[str] | None = None) -> None:
    """Fill a throw-away folder, measure, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="staffelstab-bench-", dir="/var/tmp") as name:
        base = Path(name)
        base.chmod(0o755)
        source, dump = base / "csv", base / "dump"
        source.mkdir()
        dump.mkdir()
        generate(source, options.people)
        os.environ |= {"STAFFELSTAB_DATA": str(base / "data"), "STAFFELSTAB_SECRET_KEY": "benchmark"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
        with database.running(), EmbeddedPostgres(base / "data" / "postgres") as facts:
            found = measure(source, dump, facts.conninfo(database=database.DATABASE), options.rounds)
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

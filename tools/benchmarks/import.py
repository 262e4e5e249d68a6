"""Import of a register of a million rows, measured against a raw COPY of the same rows into the same tables.

Generates a folder of CSV files, imports it into an empty organisation through the code of the command line (checks,
comparison, before-images, audit, commit), reads the six tables out, empties them, and copies the same rows back as
superuser in one transaction: indexes, foreign keys and durability are those of the import. Then the same folder is
imported twice more, which changes nothing. Prints one JSON object: seconds per step, ratio, peak memory in MiB of
this process and of the database connection.
"""

import argparse
import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from staffelstab.config import database
from staffelstab.core.database.embedded import EmbeddedPostgres

TABLES = ("unit", "position", "person", "holding", "task", "responsibility")
SHARES = {"units": 0.002, "positions": 0.1, "persons": 0.1, "holdings": 0.11, "tasks": 0.2}
"""Rows per sheet as a share of all; responsibilities are the rest."""

VERBS = ("bescheiden", "prüfen", "vorbereiten", "melden", "abrechnen", "überwachen", "genehmigen", "beraten")
NOUNS = (
    *("Wohngeldantrag", "Bauvoranfrage", "Gewerbeanzeige", "Haushaltsplan"),
    *("Straßenschaden", "Reisepass", "Kitaplatz"),
)
LAST = ("Albers", "Demir", "Nowak", "Schröder", "Öztürk", "Groß", "Meyer", "Weiß", "Jankowski", "Lehmann")
FIRST = ("Ines", "Cem", "Maria", "Jörg", "Ülkü", "Anna", "Peter", "Sofia", "Tom", "Karin")


def write(folder: Path, name: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(heads)
        writer.writerows(rows)


def generate(folder: Path, rows: int) -> None:
    """The same folder for the same number of rows, whatever the machine."""
    rng = random.Random(7)  # noqa: S311 - sample data
    count = {sheet: max(2, int(rows * share)) for sheet, share in SHARES.items()}
    units, positions, persons, tasks = (count[name] for name in ("units", "positions", "persons", "tasks"))

    def holdings() -> Iterator[tuple[object, ...]]:
        for number in range(count["holdings"]):
            second = number >= positions
            person = (number + positions // 3) % persons if second else number % persons
            exit_quarter = f"{2026 + rng.randrange(20)}-Q{rng.randrange(1, 5)}" if rng.random() < 0.5 else ""
            band = "" if exit_quarter else "3-5 Jahre"
            yield (
                f"S{number % positions:07}",
                f"P{person:07}",
                "0,5",
                "2019-04-01",
                "",
                exit_quarter,
                band,
                "",
            )

    def responsibilities() -> Iterator[tuple[object, ...]]:
        left = rows - sum(count.values())
        for number in range(left):
            kind = ("zuständig", "Vertretung", "kann helfen")[number // tasks % 3]
            position = (number * 7 + number // tasks) % positions
            yield f"A{number % tasks:07}", f"S{position:07}", kind, "ja" if kind == "Vertretung" else ""

    write(
        folder,
        "Einheiten",
        ("Kürzel", "Name", "Übergeordnet"),
        ((f"E{n:05}", f"Sachgebiet {n}", f"E{(n - 1) // 5:05}" if n else "") for n in range(units)),
    )
    write(
        folder,
        "Stellen",
        ("Stellennummer", "Bezeichnung", "Einheit", "Leitung"),
        (
            (f"S{n:07}", f"Sachbearbeitung {NOUNS[n % 7]}", f"E{n % units:05}", "ja" if n < units else "")
            for n in range(positions)
        ),
    )
    write(
        folder,
        "Personen",
        ("Personalnummer", "Nachname", "Vorname", "E-Mail"),
        (
            (f"P{n:07}", f"{rng.choice(LAST)}-{rng.choice(LAST)}", rng.choice(FIRST), f"p{n}@stadt.example")
            for n in range(persons)
        ),
    )
    heads = (
        "Stellennummer",
        "Personalnummer",
        "Anteil",
        "Von",
        "Bis",
        "Austrittsquartal",
        "Austrittsband",
        "Austritt fest",
    )
    write(folder, "Besetzungen", heads, holdings())
    task_heads = (
        "Schlüssel",
        "Titel",
        "Einheit",
        "Zweck",
        "LeiKa",
        "Produkt",
        "Kritikalität",
        "Positionsrisiko",
        "Häufigkeit",
    )
    write(
        folder,
        "Aufgaben",
        (*task_heads, "Frist", "Mindestbesetzung"),
        (
            (
                f"A{n:07}",
                f"{NOUNS[n % 7]} {n} {VERBS[n % 8]}",
                f"E{n % units:05}",
                f"Damit Anliegen der Art {n % 997} zügig erledigt werden.",
                f"99{n % 10**12:012}" if n % 3 else "",
                f"{n % 90 + 10}.{n % 9}.{n % 7}",
                n % 5 + 1,
                n % 4 + 1,
                "täglich",
                "6 Wochen nach Antrag",
                2,
            )
            for n in range(tasks)
        ),
    )
    write(folder, "Zuständigkeiten", ("Aufgabe", "Stellennummer", "Art", "Bereit"), responsibilities())


def import_once(folder: Path, slug: str, steps: dict[str, float]) -> tuple[Any, float, int]:
    """One import with its commit: outcome, seconds, peak memory of the connection in MiB. Fills ``steps``."""
    # Local imports: Django is set up only after the database runs.
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from staffelstab.core.actors import system_actor  # noqa: PLC0415
    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415
    from staffelstab.identity.selectors.actors import organisation_id_by_slug  # noqa: PLC0415
    from staffelstab.workforce.services.imports import runs  # noqa: PLC0415

    last, since = "start", time.perf_counter()

    def progress(step: str, _done: int, _total: int) -> None:
        nonlocal last, since
        if step != last:
            now = time.perf_counter()
            steps[last] = steps.get(last, 0.0) + now - since
            last, since = step, now

    organisation_id = organisation_id_by_slug(slug)
    assert organisation_id is not None  # noqa: S101 - made by the caller
    begin = time.perf_counter()
    with activate(TenancyContext(organisation_id)):
        actor = system_actor(organisation_id=organisation_id, reason="benchmark")
        outcome = runs.import_file(
            path=folder, name="register", actor=actor, now=timezone.now(), progress=progress
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
    progress("end", 0, 0)
    return outcome, time.perf_counter() - begin, peak_of(pid)


def peak_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def raw_copy(conninfo: str, folder: Path, tables: Sequence[str] = TABLES) -> float:
    """Read the tables out, empty them, copy them back in one transaction. Returns the seconds of the latter."""
    names = [f"workforce_{table}" for table in tables]
    with psycopg.connect(conninfo) as connection:
        for name in names:
            with (
                (folder / name).open("wb") as file,
                connection.cursor().copy(f"COPY {name} TO STDOUT") as copy,
            ):
                file.writelines(bytes(block) for block in copy)
        connection.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        connection.commit()
        begin = time.perf_counter()
        for name in names:
            with (
                (folder / name).open("rb") as file,
                connection.cursor().copy(f"COPY {name} FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
        connection.commit()
        return time.perf_counter() - begin


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="staffelstab-bench-", dir="/var/tmp") as name:
        base = Path(name)
        base.chmod(0o755)
        source, dump = base / "csv", base / "dump"
        source.mkdir()
        dump.mkdir()
        generate(source, options.rows)
        os.environ |= {"STAFFELSTAB_DATA": str(base / "data"), "STAFFELSTAB_SECRET_KEY": "benchmark"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "staffelstab.config.settings.base"
        with database.running(), EmbeddedPostgres(base / "data" / "postgres") as facts:
            measure(source, dump, facts.conninfo(database=database.DATABASE), options.rows)


def measure(source: Path, dump: Path, conninfo: str, rows: int) -> None:
    import django  # noqa: PLC0415 - the environment is complete only now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        call_command("organisation", "create", "bench", "--name", "Bench", stdout=nowhere)
    steps: dict[str, float] = defaultdict(float)
    outcome, seconds, connection_peak = import_once(source, "bench", steps)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    copy_seconds = raw_copy(conninfo, dump)
    again, again_seconds, _peak = import_once(source, "bench", defaultdict(float))
    figures = {
        "rows": rows,
        "state": outcome.state.value,
        "problems": outcome.examination.problems.total,
        "written": sum(sheet.new for sheet in outcome.examination.sheets.values()),
        "import_seconds": round(seconds, 2),
        "raw_copy_seconds": round(copy_seconds, 2),
        "ratio": round(seconds / copy_seconds, 2),
        "unchanged_seconds": round(again_seconds, 2),
        "unchanged": sum(sheet.unchanged for sheet in again.examination.sheets.values()),
        "process_mib": memory,
        "connection_mib": connection_peak,
        "steps": {step: round(value, 2) for step, value in steps.items() if value >= 0.05},
    }
    print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Cost of a page of a list with 10,000 and with 1,000,000 rows, against the same page with 1,000 rows.

Fills three organisations of ten departments with as many tasks, persons and accounts, and asks the pages of the three
lists as the screens do: the first page, a page deep inside, sorted by another column, filtered, searched. Times are
medians in one process, the sizes in turns, drawing included; nothing comes from the keep. The slow statements can be
printed too (``--plans``).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from staffelstab.config import database
from staffelstab.core.database.embedded import EmbeddedPostgres

SIZES = (1_000, 10_000, 1_000_000)
ROUNDS = 9
SEARCHES = {
    "tasks": {
        "rare": "{number}",
        "one in 270": "777",
        "every eighth": "bescheiden",
        "all": "antrag",
    },
    "positions": {"rare": "{number}", "one in 270": "777", "number": "S77", "all": "sachbearbeitung"},
    "persons": {"rare": "nachname{number}", "one in 270": "777", "all": "vorname"},
    "accounts": {
        "rare": "nachname{number}",
        "rare address": "p{number}@",
        "one in 270": "777",
        "all": "vorname",
    },
    "head": {
        "rare": "{number}",
        "one in 270": "777",
        "every eighth": "bescheiden",
        "all": "antrag",
        "two words": "antrag {number}",
        "nothing": "xyzxyz",
    },
}
"""What is searched for. The tasks of every eighth stand together in the list, behind a quarter of all others."""

FILL = """
INSERT INTO identity_organisation (id, slug, name, short_name, kind, ags, colour, is_operator, created_at)
VALUES (%(house)s, %(slug)s, %(slug)s, '', 'municipality', '', '#0b4f6c', false, now());
CREATE TEMPORARY TABLE unit ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS id FROM generate_series(1, greatest(10, least(500, %(size)s / 200))) n;
INSERT INTO workforce_unit (id, organisation_id, code, name, sort_key, parent_id, ancestor_ids, changed_at)
SELECT unit.id, %(house)s, 'E' || n, 'Sachgebiet ' || n, 'sachgebiet ' || lpad(n::text, 5, '0'), above.id,
       array_remove(ARRAY[above.id, unit.id], NULL), now()
FROM unit LEFT JOIN (SELECT n AS place, id FROM unit WHERE n <= 10) above
    ON unit.n > 10 AND above.place = unit.n %% 10 + 1;
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT n, uuidv7() AS task, uuidv7() AS position, uuidv7() AS person, uuidv7() AS account,
       (ARRAY['bescheiden', 'pruefen', 'vorbereiten', 'melden', 'abrechnen', 'ueberwachen', 'genehmigen', 'beraten'])
           [n %% 8 + 1] || ' nr ' || n AS words
FROM generate_series(1, %(size)s) n;
INSERT INTO workforce_position (id, organisation_id, number, title, sort_key, unit_id, is_lead, changed_at)
SELECT position, %(house)s, 'S' || n, 'Sachbearbeitung ' || n,
       's' || lpad(n::text, 8, '0') || ' sachbearbeitung ' || n, unit.id, false, now()
FROM made JOIN (SELECT id, row_number() OVER () - 1 AS place, count(*) OVER () AS units
                FROM workforce_unit WHERE organisation_id = %(house)s) unit ON unit.place = made.n %% unit.units;
INSERT INTO workforce_person
    (id, organisation_id, personnel_number, last_name, first_name, email, sort_key, changed_at)
SELECT person, %(house)s, 'P' || n, 'Nachname' || n, 'Vorname', '', 'nachname' || n || ' vorname', now() FROM made;
INSERT INTO workforce_holding
    (id, organisation_id, position_id, person_id, share, exit_band, exit_fixed, changed_at)
SELECT uuidv7(), %(house)s, position, person, 1, '', false, now() FROM made;
INSERT INTO workforce_task
    (id, organisation_id, key, title, sort_key, search, unit_id, purpose, service_key, product, topic, audience,
     frequency, deadline, criticality, changed_at)
SELECT task, %(house)s, 'A' || n, 'Antrag ' || words, 'antrag ' || words, 'antrag ' || words || ' a' || n, unit.id, '',
       CASE WHEN n %% 3 = 0 THEN '99' || lpad((n %% 700)::text, 12, '0') ELSE '' END, '',
       (ARRAY['family', 'taxes', ''])[n %% 3 + 1], '', '', '', n %% 5 + 1, now()
FROM made JOIN (SELECT id, row_number() OVER () - 1 AS place, count(*) OVER () AS units
                FROM workforce_unit WHERE organisation_id = %(house)s) unit ON unit.place = made.n %% unit.units;
INSERT INTO workforce_responsibility (id, organisation_id, task_id, position_id, kind, ready, changed_at)
SELECT uuidv7(), %(house)s, task, position, 'responsible', false, now() FROM made;
INSERT INTO identity_account (id, password, email, display_name, sort_key, is_active, created_at)
SELECT account, '!', 'p' || n || '@' || %(slug)s || '.example', 'Vorname Nachname' || n, 'vorname nachname' || n,
       true, now()
FROM made;
INSERT INTO identity_membership (id, organisation_id, account_id, since)
SELECT uuidv7(), %(house)s, account, '2020-01-01' FROM made;
INSERT INTO identity_rolegrant (id, organisation_id, account_id, role)
SELECT uuidv7(), %(house)s, account, role
FROM (SELECT account FROM made WHERE n = 1) one, unnest(ARRAY['administrator', 'knowledge_manager', 'personnel']) role;
"""


def houses() -> dict[int, str]:
    """Size → key of the organisation."""
    return {size: f"00000000-0000-7000-8000-{size:012}" for size in SIZES}


def fill(superuser: str) -> None:
    """Write the rows past row-level security, organisation by organisation, and let PostgreSQL look at them."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        for size, house in houses().items():
            if connection.execute("SELECT 1 FROM identity_organisation WHERE id = %s", [house]).fetchone():
                continue
            began = time.perf_counter()
            with psycopg.ClientCursor(connection) as cursor, connection.transaction():
                cursor.execute(FILL, {"house": house, "slug": f"haus-{size}", "size": size})
            sys.stderr.write(f"{size} rows of each kind in {time.perf_counter() - began:.0f} s\n")
        connection.execute("VACUUM ANALYZE")


LISTS = {
    "tasks": (
        "/aufgaben/",
        (
            "sort=unit",
            "sort=-unit",
            "sort=criticality",
            "sort=-criticality",
            "sort=-title",
            "kritikalitaet=5",
            "einheit={unit}",
        ),
    ),
    "positions": ("/aufgaben/stellen/", ("sort=unit", "sort=-unit", "sort=-number", "einheit={unit}")),
    "persons": ("/aufgaben/personen/", ("einheit={unit}",)),
    "accounts": ("/verwaltung/konten/", ("role=administrator",)),
    "head": ("/suche/", ()),
}
"""List → address, and what its parameters are varied by. *head*: the search over everything in the head of the page."""


def measure(*, plans: bool, only: list[str]) -> dict[str, dict[str, dict[int, float]]]:
    """List → question → rows → milliseconds. Runs inside Django."""
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.test import Client  # noqa: PLC0415

    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415
    from staffelstab.core.ui import kept  # noqa: PLC0415
    from staffelstab.identity.models import Account  # noqa: PLC0415
    from staffelstab.workforce.models import Unit  # noqa: PLC0415

    clients: dict[int, Client] = {}
    units: dict[int, str] = {}
    for size, house in houses().items():
        with activate(TenancyContext(house)):  # type: ignore[arg-type]
            account = Account.objects.get(email=f"p1@haus-{size}.example")
            units[size] = str(Unit.objects.order_by("-sort_key").values_list("pk", flat=True)[3])
        clients[size] = Client(SERVER_NAME="localhost")
        clients[size].force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])

    def cost(client: Client, address: str) -> float:
        kept.store.clear()
        began = time.perf_counter()
        response = client.get(address)
        taken = 1000 * (time.perf_counter() - began)
        if response.status_code != 200:
            raise SystemExit(f"{address}: status {response.status_code}")
        return taken

    found: dict[str, dict[str, dict[int, float]]] = {}
    for name in only:
        asked = {size: questions(name, clients[size], size, units[size]) for size in SIZES}
        for question in asked[SIZES[0]]:
            times: dict[int, list[float]] = {size: [] for size in SIZES}
            # In turns: what else runs on the machine meets all sizes.
            for _ in range(ROUNDS + 1):
                for size in SIZES:
                    times[size].append(cost(clients[size], asked[size][question]))
            medians = {size: statistics.median(each[1:]) for size, each in times.items()}
            found.setdefault(name, {})[question] = medians
            sys.stderr.write(
                f"{name:9} {question:20} {'  '.join(f'{each:8.1f}' for each in medians.values())}\n"
            )
            if plans:
                explain(clients[SIZES[-1]], asked[SIZES[-1]][question])
    return found


def questions(name: str, client: Any, size: int, unit: str) -> dict[str, str]:
    """What is asked of a list → address."""
    path, variations = LISTS[name]
    return {
        "first page": path,
        **({"deep inside": path + deep(client, path, size)} if path in MIDDLE else {}),
        **{text.split("{")[0]: f"{path}?{text.format(unit=unit)}" for text in variations},
        **{
            f"search, {kind}": f"{path}?q={text.format(number=size - 3)}"
            for kind, text in SEARCHES[name].items()
        },
    }


MIDDLE = {
    "/aufgaben/": "antrag melden nr {0}",
    "/aufgaben/stellen/": "s{0:08} sachbearbeitung {0}",
    "/aufgaben/personen/": "nachname{0}",
    "/verwaltung/konten/": "vorname nachname{0}",
}
"""Sort key in the middle of a list."""


def deep(client: Any, path: str, size: int) -> str:
    """The cursor of a page in the middle: made of the last row of the first page by exchanging the sort key."""
    import base64  # noqa: PLC0415 - only here

    page = client.get(path).content.decode()
    cursor = re.search(r"after=([\w-]+)", page)
    if cursor is None:
        return ""
    text = cursor[1]
    values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    values[0] = MIDDLE[path].format(size // 2)
    made = base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"?after={made}"


def explain(client: Any, address: str) -> None:
    """Print how long each statement of a page takes."""
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from staffelstab.core.ui import kept  # noqa: PLC0415

    kept.store.clear()
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    for each in captured:
        if float(each["time"]) > 0.01:
            sys.stderr.write(f"      {float(each['time']) * 1000:7.0f} ms  {each['sql'][:600]}\n")


def inside(*, plans: bool, only: list[str]) -> None:
    """The part that runs in a process with Django."""
    import django  # noqa: PLC0415 - the settings are in the environment by now

    django.setup()
    from staffelstab.portal.management.commands.prepare import collect_static  # noqa: PLC0415 - after setup

    collect_static()
    sys.stdout.write(json.dumps(measure(plans=plans, only=only)))


def main(arguments: list[str] | None = None) -> None:
    """Fill a throw-away folder (or use ``--data`` again), measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a data folder to use again; default: a new one")
    parser.add_argument("--plans", action="store_true", help="print the slow statements at the largest size")
    parser.add_argument(
        "--only", action="append", choices=LISTS, help="one list; may be given several times; default: all"
    )
    options = parser.parse_args(arguments)
    folder = options.data or Path(tempfile.mkdtemp(prefix="staffelstab-bench-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    os.environ.update({"STAFFELSTAB_DATA": str(folder), "STAFFELSTAB_SECRET_KEY": "bench"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
    with database.running():
        os.environ.pop("STAFFELSTAB_OWNER_DATABASE_URL", None)
        with EmbeddedPostgres(folder / "postgres") as facts:
            fill(facts.conninfo(database=database.DATABASE))
            only = options.only or list(LISTS)
            code = f"from tools.benchmarks import lists; lists.inside(plans={options.plans}, only={only})"
            done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    report(json.loads(done.stdout))
    if options.data is None:
        shutil.rmtree(folder, ignore_errors=True)


def report(found: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print milliseconds per size and the ratio of the largest to the smallest."""
    for name, questions in found.items():
        for question, times in questions.items():
            cells = "  ".join(f"{times[str(size)]:8.1f}" for size in SIZES)
            ratio = times[str(SIZES[-1])] / times[str(SIZES[0])]
            sys.stdout.write(f"{name:9} {question:20} {cells}  ratio {ratio:5.1f}\n")


if __name__ == "__main__":
    main()

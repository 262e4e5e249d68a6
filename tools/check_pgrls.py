"""Analyse the row-level security of the migrated schema with pgrls; exceptions stand in `pgrls.toml`.

Starts a throw-away server, migrates it as an installation would, and passes further arguments on to `pgrls lint`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from staffelstab.config import database

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "pgrls.toml"

# The rules that speak of a policy which admits every row: true of the owner's, which is its purpose.
MAINTENANCE_RULES = ("SEC005", "SEC008", "SEC028", "SEC038")

_MAINTENANCE = """
    SELECT format('%%s.%%s.%%s', n.nspname, c.relname, p.polname), p.polroles = ARRAY[owner.oid]
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles owner ON owner.rolname = %s AND NOT owner.rolsuper AND NOT owner.rolbypassrls
    WHERE p.polname = 'maintenance' ORDER BY 1
"""

# They carry an account's sort key to its memberships, in every house, and a unit's to its tasks and positions, with
# the rights of whoever writes; nothing else (docs/adr/0013).
SORT_KEY_TRIGGERS = [
    "public.identity_account.account_sort_key",
    "public.identity_membership.membership_sort_key",
    "public.workforce_position.position_unit_sort_key",
    "public.workforce_task.task_unit_sort_key",
    "public.workforce_unit.unit_sort_key_changed",
    "public.workforce_unit.unit_sort_key_given",
]

# Two note a topic, one waits for a lock; none reads or writes a row.
_ROWLESS = """
    SELECT format('%s.%s.%s', n.nspname, c.relname, t.tgname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace AND NOT p.prosecdef
      AND p.proname IN ('core_touch', 'core_touch_audited', 'workforce_register_written') ORDER BY 1
"""


def rowless_triggers(connection: psycopg.Connection) -> list[str]:
    """Return `schema.table.trigger` of the triggers that touch no row, with the rights of whoever writes."""
    return [str(name) for (name,) in connection.execute(_ROWLESS)]


def maintenance_policies(connection: psycopg.Connection, *, owner: str) -> list[str]:
    """Return `schema.table.policy` of the policies that hold for the owner role and for nobody else."""
    return [str(name) for name, alone in connection.execute(_MAINTENANCE, [owner]) if alone]


def configuration(policies: list[str], triggers: list[str]) -> str:
    """Return a configuration that adds the owner's policies and the triggers without rows to `pgrls.toml`."""
    lines = [f"extends = {json.dumps(str(CONFIGURATION))}"]
    lines += ["[lint.rules.SEC013]", f"allowlist = {json.dumps([*triggers, *SORT_KEY_TRIGGERS])}"]
    for rule in MAINTENANCE_RULES:
        lines += [f"[lint.rules.{rule}]", f"allowlist = {json.dumps(policies)}"]
    return "\n".join(lines) + "\n"


def lint(*, folder: Path, owner_url: str, arguments: list[str]) -> int:
    """Run `pgrls lint` on a migrated database; `folder` takes the configuration. Returns its exit status."""
    with psycopg.connect(owner_url) as connection:
        policies = maintenance_policies(connection, owner=database.OWNER)
        triggers = rowless_triggers(connection)
    path = folder / "pgrls.toml"
    path.write_text(configuration(policies, triggers), encoding="utf-8")
    program = str(Path(sys.executable).parent / "pgrls")
    command = [program, "lint", f"--config={path}", f"--database-url={owner_url}", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT).returncode


def main(arguments: list[str]) -> int:
    """Return the status of `pgrls lint`: 0 when it finds nothing that is not excepted."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "staffelstab.config.settings.base"
    for name in ("DATABASE_URL", "STAFFELSTAB_OWNER_DATABASE_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="staffelstab-pgrls-") as name:
        folder = Path(name)
        # The server of a root user runs as another one, who must be able to enter the folder.
        folder.chmod(0o711)
        os.environ["STAFFELSTAB_DATA"] = str(folder)
        with database.running():
            owner_url = os.environ["STAFFELSTAB_OWNER_DATABASE_URL"]
            return lint(folder=folder, owner_url=owner_url, arguments=arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The program ``staffelstab``: Django's commands and ours, with the database made ready before them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from importlib import metadata

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from staffelstab.config import database, env, serving
from staffelstab.core.database.errors import EmbeddedPostgresError

ALIASES = {
    "import": "import_workbook",
    "export": "export_workbook",
    "staff-session": "staff_session",
    "--version": "version",
    "--help": "help",
    "-h": "help",
}
"""Names users type → names Python can import."""

SERVING = {"serve", "demo"}
WITHOUT_DATABASE = {"help", "version", "makemigrations", "collectstatic", "compilemessages"}
AS_OWNER = {"migrate", "municipalities", "operator", "backup", "restore"}
"""Commands that keep the owner's address of the embedded database; all others see the application's only."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 well, 1 a refusal with a sentence on stderr, 2 wrong usage."""
    argv = list(sys.argv[1:] if arguments is None else arguments) or ["help"]
    argv[0] = ALIASES.get(argv[0], argv[0])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
    wants_help = "--help" in argv or "-h" in argv
    if argv[0] in SERVING and wants_help:
        serving.parser(argv[0]).print_help()
        return 0
    # A forecast of a file needs no organisation, hence no database.
    of_a_file = argv[0] == "forecast" and not any(each.startswith("--o") for each in argv)
    if argv[0] in WITHOUT_DATABASE or wants_help or of_a_file:
        return run_command(argv)
    if argv[0] == "restore":
        # Before any folder or database is made or opened: is this a whole backup that this program can read?
        refused = _verify(argv[1:])
        if refused or "--verify" in argv:
            return refused
    if argv[0] == "demo":
        serving.environment_for_demo(str(database.data_folder() / "demo"))
    if argv[0] in SERVING:
        serving.ends_when_told()
    try:
        with database.running(migrated=argv[0] != "restore") as embedded:
            if embedded and argv[0] not in AS_OWNER:
                os.environ.pop("STAFFELSTAB_OWNER_DATABASE_URL", None)
            if argv[0] not in SERVING:
                return run_command(argv)
            serving.serve(argv[0], argv[1:], embedded=embedded)
    except KeyboardInterrupt:
        if argv[0] not in SERVING:
            raise
    except (EmbeddedPostgresError, serving.ServingError, env.SettingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _verify(arguments: list[str]) -> int:
    # A process of its own, with a secret of its own: Django's settings would otherwise make the data folder.
    words = [*arguments, *([] if "--verify" in arguments else ["--verify", "--quiet"])]
    environment = os.environ | {
        "STAFFELSTAB_SECRET_KEY": env.text("STAFFELSTAB_SECRET_KEY") or secrets.token_hex()
    }
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", _RUN_DJANGO, "restore", *words], env=environment, check=False
    ).returncode


_RUN_DJANGO = """import sys
from staffelstab.config import program
sys.exit(program.run_command(sys.argv[1:]))"""


def run_command(argv: list[str]) -> int:
    """Run one of Django's or our commands on the database the environment names. Returns the exit status."""
    if argv[0] == "version":
        # Django's own would say which Django this is.
        sys.stdout.write(f"Staffelstab {metadata.version('staffelstab')}\n")
        return 0
    try:
        _ = settings.INSTALLED_APPS  # reads the environment
    except (ValueError, OSError, ImproperlyConfigured) as error:
        sys.stderr.write(f"The configuration cannot be used: {error}\n")
        return 1
    try:
        execute_from_command_line(["staffelstab", *argv])
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The program ``staffelstab``: Django's commands and ours, with the database made ready before them."""

from __future__ import annotations

import os
import sys

ALIASES = {"import": "import_workbook", "--help": "help", "-h": "help"}
"""Names users type → names Python can import."""

WITHOUT_DATABASE = {"help", "version", "--version", "makemigrations", "collectstatic", "compilemessages"}


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 well, 1 a refusal with a sentence on stderr, 2 wrong usage."""
    argv = list(sys.argv[1:] if arguments is None else arguments) or ["help"]
    argv[0] = ALIASES.get(argv[0], argv[0])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
    wants_help = "--help" in argv or "-h" in argv
    if argv[0] in WITHOUT_DATABASE or wants_help:
        return _execute(argv)
    if argv[0] == "demo":
        prepare_demo()
    return _with_database(argv)


def prepare_demo() -> None:
    """The demo has a data folder of its own beside the ordinary one, and one-click personas."""
    # Local import: the environment has to be complete before settings are read.
    from staffelstab.config import database, env  # noqa: PLC0415

    if not env.text("STAFFELSTAB_DATA"):
        os.environ["STAFFELSTAB_DATA"] = str(database.data_folder() / "demo")
    os.environ["STAFFELSTAB_DEMO"] = "1"


def _with_database(argv: list[str]) -> int:
    from staffelstab.config import database  # noqa: PLC0415 - reads the environment
    from staffelstab.core.database.errors import EmbeddedPostgresError  # noqa: PLC0415

    try:
        with database.running() as embedded:
            if not embedded or argv[0] not in {"migrate", "sqlmigrate", "showmigrations"}:
                owner = os.environ.pop("STAFFELSTAB_OWNER_DATABASE_URL", "") if embedded else ""
                try:
                    return _execute(argv)
                finally:
                    if owner:
                        os.environ["STAFFELSTAB_OWNER_DATABASE_URL"] = owner
            return _execute(argv)
    except EmbeddedPostgresError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _execute(argv: list[str]) -> int:
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(["staffelstab", *argv])
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

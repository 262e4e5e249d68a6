"""``staffelstab backup FILE``: database and stored files in one archive, while the program runs."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psycopg
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from staffelstab.core.backup import dump, record
from staffelstab.core.backup.console import shown
from staffelstab.core.backup.errors import OwnerMissing
from staffelstab.core.errors import DomainError

VERSION: Final = version("staffelstab")


def files_folder() -> Path:
    """The folder of stored files. Raises CommandError where they are kept elsewhere."""
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "location"):
        raise CommandError(_("The stored files lie in no folder: back them up where they are."))
    return Path(default_storage.location)


def owner() -> dict[str, Any]:
    """The owner's description of the database. Raises OwnerMissing."""
    if "owner" not in connections.databases:
        raise OwnerMissing
    return connections.databases["owner"]


class Command(BaseCommand):
    """Exit status 0: the backup is complete and was read again; 1: there is none, with a sentence why."""

    help = "Write a backup of database and stored files into one file, while the program runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``FILE`` or ``--to-stdout``."""
        parser.add_argument("file", type=Path, nargs="?", help="a new file, for example staffelstab.tar.gz")
        parser.add_argument("--to-stdout", action="store_true", help="write the backup to standard output")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: object, **options: Any) -> None:
        """Back up, then note it for ``check`` and the figures of monitoring."""
        target: Path | None = options["file"]
        if (target is None) is not options["to_stdout"]:
            raise CommandError(_("Please name a file, or --to-stdout."))
        beginning, now = time.monotonic(), timezone.now()
        try:
            source = dump.Source(owner(), files_folder(), VERSION, settings.SECRET_KEY)
            with shown() as progress:
                if target is None:
                    with tempfile.TemporaryDirectory(prefix="staffelstab-") as folder:
                        made = dump.to_stream(
                            source, sys.stdout.buffer, now=now, workspace=Path(folder), progress=progress
                        )
                    sys.stdout.buffer.flush()
                else:
                    made = dump.to_file(source, target.absolute(), now=now, progress=progress)
        except (DomainError, OSError, psycopg.Error) as error:
            raise CommandError(error.message if isinstance(error, DomainError) else str(error)) from error
        record.write(settings.DATA, record.LastBackup(now, made.written.size, made.written.sha256))
        self._report(made, target, time.monotonic() - beginning, as_json=options["json"])

    def _report(self, made: dump.Backup, target: Path | None, seconds: float, *, as_json: bool) -> None:
        manifest = made.manifest
        facts = {
            "file": str(target) if target else None,
            "created_at": manifest.created_at,
            "version": manifest.version,
            "bytes": made.written.size,
            "sha256": made.written.sha256,
            "tables": len(manifest.tables),
            "rows": sum(manifest.tables.values()),
            "files": manifest.files,
            "seconds": round(seconds, 1),
        }
        # Standard output belongs to the backup itself when that goes there.
        out = self.stdout if target else self.stderr
        if as_json:
            out.write(json.dumps(facts, ensure_ascii=False))
            return
        out.write(
            _(
                "Backup written and checked: %(file)s, %(size)s, %(rows)s rows in %(tables)s tables, %(files)s files."
            )
            % {**facts, "file": target or "–", "size": filesizeformat(made.written.size)}
        )
        out.write(_("The secret key is not part of it: keep it elsewhere."))

"""``staffelstab restore FILE``: a backup back into an empty installation, or with ``--force`` over a filled one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from staffelstab.core.backup import archive, dump, restore
from staffelstab.core.backup.console import shown
from staffelstab.core.backup.errors import FilesUnfinished
from staffelstab.core.errors import DomainError
from staffelstab.core.management.commands.backup import VERSION, files_folder, owner


class Command(BaseCommand):
    """Exit status 0: restored, or with --verify: can be restored; 1: nothing was changed, with a sentence why.

    3: the database was restored, the stored files were not all put in place; the sentence says where they are.
    """

    help = "Restore a backup into an empty installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``FILE [--verify] [--force] [--json]``."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--verify", action="store_true", help="check the backup only, change nothing")
        parser.add_argument(
            "--force", action="store_true", help="replace everything that is there now; there is no way back"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--quiet", action="store_true", help="say nothing where all is well")

    def handle(self, *_args: object, **options: Any) -> None:
        """Check all, then change all."""
        beginning = time.monotonic()
        path: Path = options["file"]
        unfinished: FilesUnfinished | None = None
        try:
            with shown() as progress:
                manifest = archive.verify(path, version=VERSION, progress=progress)
                loader = MigrationLoader(None, ignore_no_migrations=True)
                restore.check_migrations(manifest, set(loader.disk_migrations or ()), version=VERSION)
                if not options["verify"]:
                    # No connection of our own may hold locks on what is replaced.
                    connections.close_all()
                    if options["force"]:
                        self.stderr.write(_("All present data are being replaced by the backup."))
                    target = restore.Target(owner(), files_folder())
                    try:
                        restore.restore(path, manifest, target, force=options["force"], progress=progress)
                    except FilesUnfinished as error:
                        unfinished = error
        except (DomainError, OSError, psycopg.Error) as error:
            raise CommandError(error.message if isinstance(error, DomainError) else str(error)) from error
        if not options["verify"]:
            # Brings an older backup up to date, and writes policies and rights from the models.
            call_command("migrate", verbosity=0, interactive=False)
        if unfinished:
            raise CommandError(unfinished.message, returncode=3)
        self._report(manifest, time.monotonic() - beginning, options)

    def _report(self, manifest: archive.Manifest, seconds: float, options: dict[str, Any]) -> None:
        if options["quiet"]:
            return
        same_secret = manifest.secret == dump.fingerprint(settings.SECRET_KEY)
        facts = {
            "restored": not options["verify"],
            "created_at": manifest.created_at,
            "version": manifest.version,
            "tables": len(manifest.tables),
            "rows": sum(manifest.tables.values()),
            "files": manifest.files,
            "same_secret": same_secret,
            "seconds": round(seconds, 1),
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        if options["verify"]:
            sentence = _(
                "The backup of %(created_at)s is complete: %(rows)s rows, %(files)s files. Nothing changed."
            )
        else:
            sentence = _("The backup of %(created_at)s has been restored: %(rows)s rows, %(files)s files.")
        self.stdout.write(sentence % facts)
        if not options["verify"] and not same_secret:
            self.stdout.write(
                _(
                    "The secret key is not the one of the backup: second factors and links in mails of that time "
                    "no longer work. Set STAFFELSTAB_SECRET_KEY to the former one if you have it."
                )
            )

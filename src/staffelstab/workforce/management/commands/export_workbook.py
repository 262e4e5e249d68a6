"""``staffelstab export PATH --organisation SLUG``: the register as a workbook that can be imported again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext

from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.workforce.formats.workbook_export import ExportTooLargeError, write_csv_zip, write_xlsx
from staffelstab.workforce.selectors.imports import register_rows


class Command(BaseCommand):
    """XLSX, or a zip of CSV files when the path ends in ``.zip``."""

    help = "Export the register in the format of the import."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """PATH decides the form by its ending."""
        parser.add_argument("path", type=Path, help="file to write: .xlsx, or .zip for CSV files")
        parser.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Export. An existing file is replaced only when the new one is complete."""
        organisation_id = organisation_id_by_slug(options["organisation"])
        if organisation_id is None:
            raise CommandError(
                gettext("There is no organisation “%(slug)s”.") % {"slug": options["organisation"]}
            )
        path: Path = options["path"]
        actor = system_actor(organisation_id=organisation_id, reason="staffelstab export")
        if not path.name:
            raise CommandError(gettext("The file “%(name)s” cannot be written.") % {"name": path})
        unfinished = path.with_name(f"{path.name}.new")
        try:
            with activate(TenancyContext(organisation_id)), unfinished.open("wb") as target:
                rows = register_rows(actor=actor, day=timezone.localdate())
                (write_csv_zip if path.suffix.lower() == ".zip" else write_xlsx)(target, rows)
            unfinished.replace(path)
        except ExportTooLargeError as error:
            unfinished.unlink()
            raise CommandError(
                gettext("The register is too large for a workbook. Choose a file name that ends in .zip.")
            ) from error
        except OSError as error:
            raise CommandError(gettext("The file “%(name)s” cannot be written.") % {"name": path}) from error
        self.stdout.write(str(path))

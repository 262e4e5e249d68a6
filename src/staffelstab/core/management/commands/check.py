"""``staffelstab check``: is this installation well, and what to do where it is not.

Takes the place of Django's command of that name, whose checks of the settings are its first question.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from staffelstab.core.health import checks
from staffelstab.core.health.findings import Finding, Level


class Command(BaseCommand):
    """Exit status 0: no errors (there may be warnings); 1: at least one error."""

    help = "Check configuration, database, policies, mail, files, jobs and backups of this installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``[--json] [--mail-to ADDRESS] [--language de|en]``."""
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument(
            "--mail-to", default="", metavar="ADDRESS", help="send a test mail to this address"
        )
        parser.add_argument("--language", choices=["de", "en"], default="de", help="language of the findings")

    def handle(self, *_args: object, **options: Any) -> None:
        """Ask, print, and leave with the status that fits."""
        with translation.override(options["language"]):
            found: list[Finding] = []
            for finding in checks.run(now=timezone.now(), mail_to=options["mail_to"]):
                found.append(finding)
                if not options["json"]:
                    self._print(finding)
            worst = checks.worst(found)
            if options["json"]:
                facts = {"level": worst, "findings": [asdict(finding) for finding in found]}
                self.stdout.write(json.dumps(facts, ensure_ascii=False))
            else:
                self.stdout.write(_sentence(worst))
        if worst is Level.ERROR:
            sys.exit(1)

    def _print(self, finding: Finding) -> None:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.ERROR: self.style.ERROR,
        }
        words = {Level.OK: _("ok"), Level.WARNING: _("warning"), Level.ERROR: _("error")}
        self.stdout.write(f"{styles[finding.level](f'{words[finding.level]:<8}')} {finding.message}")
        if finding.advice:
            self.stdout.write(f"{'':<8} → {finding.advice}")


def _sentence(worst: Level) -> str:
    return {
        Level.OK: _("All is well."),
        Level.WARNING: _("It works; see the warnings."),
        Level.ERROR: _("Something is wrong; see the errors."),
    }[worst]

"""``staffelstab prepare``: static files, and the demo's data where asked for. ``serve`` and ``demo`` run it first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from staffelstab.portal.selectors import demo as selectors
from staffelstab.portal.services import demo as services


def collect_static() -> None:
    """Hash and compress the static files into the data folder, when the package has changed since the last time."""
    package = Path(__file__).resolve().parents[3]
    files = [path for path in package.glob("*/static/**/*") if path.is_file()]
    current = f"{len(files)} {max(path.stat().st_mtime_ns for path in files)}"
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    if stamp.exists() and stamp.read_text() == current:
        return
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(current)


class Command(BaseCommand):
    """Make ready what serving needs."""

    help = "Collect static files; with --demo load the demo and list its personas."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--demo``."""
        parser.add_argument("--demo", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Progress goes to stderr, the list of personas to stdout."""
        collect_static()
        if not options["demo"]:
            return
        if not services.is_loaded():
            self.stderr.write("Preparing the demo …")
            services.load_demo(today=timezone.localdate(), now=timezone.now(), say=self.stderr.write)
        for house in selectors.houses():
            self.stdout.write(f"\n{house.name}")
            for persona in house.personas:
                self.stdout.write(f"  {persona.name} ({persona.roles}): {persona.does}")
        self.stdout.write("")

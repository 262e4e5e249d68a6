"""``staffelstab demo``: a network of four invented organisations, with one-click personas."""

from __future__ import annotations

import webbrowser
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from staffelstab.portal.management.commands import serve
from staffelstab.portal.selectors import demo as selectors
from staffelstab.portal.services import demo as services


class Command(serve.Command):
    """Load the demo when it is not there, then serve it."""

    help = "Run the demo: invented organisations, real code paths."

    def add_arguments(self, parser: CommandParser) -> None:
        """As ``serve``, without a browser where none is wanted."""
        super().add_arguments(parser)
        parser.add_argument("--no-browser", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, serve, announce."""
        serve.collect_static()
        if not services.is_loaded():
            self.stdout.write("Preparing the demo …")
            services.load_demo(today=timezone.localdate(), now=timezone.now(), say=self.stdout.write)
        self.run(options, on_ready=lambda address: self.announce(address, browser=not options["no_browser"]))

    def announce(self, address: str, *, browser: bool) -> None:
        """Print the address and the personas."""
        self.stdout.write(f"\nStaffelstab answers at {address}demo/\n")
        for house in selectors.houses():
            self.stdout.write(f"\n{house.name}")
            for persona in house.personas:
                self.stdout.write(f"  {persona.name} ({persona.roles}): {persona.does}")
        self.stdout.write("\nStop with Ctrl+C.")
        self.stdout.flush()
        if browser:
            webbrowser.open(f"{address}demo/")

"""``staffelstab operator``: who belongs to the operating staff, and help for accounts of several organisations."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from staffelstab.core.errors import DomainError
from staffelstab.core.management.commands.migrate import as_owner
from staffelstab.identity.services import operators


class Command(BaseCommand):
    """Appoint and dismiss, as the database's owner. A refusal is a sentence on stderr and exit status 1."""

    help = "Appoint or dismiss accounts of the operating staff, who may ask for sessions in organisations."

    def add_arguments(self, parser: CommandParser) -> None:
        """``add|remove|reset-factors EMAIL``, ``correct EMAIL [--name N] [--address A]``, ``list``."""
        actions = parser.add_subparsers(
            dest="action", required=True, metavar="add|remove|list|reset-factors|correct"
        )
        texts = {
            "add": "appoint an account",
            "remove": "end an appointment; running sessions end with it",
            "reset-factors": "remove all second factors of any account whose owner has lost them",
        }
        for name, text in texts.items():
            actions.add_parser(name, help=text).add_argument("email")
        correct = actions.add_parser("correct", help="change name or address of any account")
        correct.add_argument("email")
        correct.add_argument("--name", default="", help="the new name")
        correct.add_argument("--address", default="", help="the new e-mail address to sign in with")
        actions.add_parser("list", help="print addresses and days of appointment")

    def handle(self, *_args: object, action: str, email: str = "", **options: str) -> None:
        """Do it."""
        with as_owner():
            try:
                self._act(action, email, name=options.get("name", ""), address=options.get("address", ""))
            except DomainError as error:
                raise CommandError(error.message) from error

    def _act(self, action: str, email: str, *, name: str, address: str) -> None:
        if action == "list":
            for known, since in operators.listed():
                self.stdout.write(f"{known}\t{timezone.localtime(since):%Y-%m-%d}")
            return
        if action == "add":
            operators.appoint(email=email, now=timezone.now())
        elif action == "remove":
            operators.dismiss(email=email)
        elif action == "correct":
            operators.correct(email=email, name=name, address=address)
        else:
            operators.reset_factors(email=email)
        self.stdout.write(email)

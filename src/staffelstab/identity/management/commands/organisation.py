"""``staffelstab organisation create SLUG --name NAME``: a new house on this installation."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from staffelstab.core.errors import DomainError
from staffelstab.identity.enums import OrganisationKind
from staffelstab.identity.services.organisations import create_organisation


class Command(BaseCommand):
    """Create organisations. Prints the short name; a refusal is a sentence on stderr and exit status 1."""

    help = "Create an organisation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``create SLUG --name NAME [--kind …] [--ags …]``."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="create")
        create = actions.add_parser("create", help="create an organisation and print its short name")
        create.add_argument("slug", help="short name in addresses and commands, e.g. brueckenfeld")
        create.add_argument("--name", required=True, help="full name, e.g. “Stadt Brückenfeld”")
        create.add_argument("--short-name", default="", help="name for the page head")
        create.add_argument("--kind", default=OrganisationKind.MUNICIPALITY, choices=OrganisationKind.values)
        create.add_argument("--ags", default="", help="official municipality key, 8 or 12 digits")

    def handle(self, *_args: object, **options: str) -> None:
        """Create it."""
        try:
            organisation = create_organisation(
                slug=options["slug"],
                name=options["name"],
                short_name=options["short_name"],
                kind=options["kind"],
                ags=options["ags"],
                now=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        except ValidationError as error:
            fields = [f"{name}: {' '.join(found)}" for name, found in error.message_dict.items()]
            raise CommandError("\n".join(fields)) from error
        self.stdout.write(organisation.slug)

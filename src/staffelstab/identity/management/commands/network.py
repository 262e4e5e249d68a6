"""``staffelstab network create SLUG --name NAME --operator SLUG``: a new network on this installation."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Organisation
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.identity.services.organisations import create_network


class Command(BaseCommand):
    """Create networks. Prints the short name; a refusal is a sentence on stderr and exit status 1."""

    help = "Create a network of organisations."

    def add_arguments(self, parser: CommandParser) -> None:
        """``create SLUG --name NAME --operator SLUG``."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="create")
        create = actions.add_parser("create", help="create a network and print its short name")
        create.add_argument("slug", help="short name, e.g. wissensverbund")
        create.add_argument("--name", required=True, help="full name")
        create.add_argument("--operator", required=True, metavar="SLUG", help="organisation that runs it")

    def handle(self, *_args: object, **options: str) -> None:
        """Create it."""
        organisation_id = organisation_id_by_slug(options["operator"])
        if organisation_id is None:
            raise CommandError(f"There is no organisation “{options['operator']}”.")
        try:
            with activate(TenancyContext(organisation_id)):
                operator = Organisation.objects.get(pk=organisation_id)
                made = create_network(
                    slug=options["slug"], name=options["name"], operator=operator, now=timezone.now()
                )
        except DomainError as error:
            raise CommandError(error.message) from error
        except ValidationError as error:
            fields = [f"{name}: {' '.join(found)}" for name, found in error.message_dict.items()]
            raise CommandError("\n".join(fields)) from error
        self.stdout.write(made.slug)

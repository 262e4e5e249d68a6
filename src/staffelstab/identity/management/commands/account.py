"""``staffelstab account create EMAIL --name NAME --organisation SLUG --role ROLE``: the first way in."""

from __future__ import annotations

import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account
from staffelstab.identity.selectors.actors import organisation_id_by_slug, roles_of
from staffelstab.identity.services import accounts


class Command(BaseCommand):
    """Give a person access, in addition to roles held already. An existing account keeps its password.

    Prints the e-mail address; a refusal is a sentence on stderr and exit status 1.
    """

    help = "Create an account, or give an existing one access to an organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        """``create EMAIL --name NAME --organisation SLUG [--role ROLE …] [--password-stdin]``."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="create")
        create = actions.add_parser("create", help="give a person access and print the e-mail address")
        create.add_argument("email", help="address to sign in with")
        create.add_argument("--name", required=True, help="first name and last name")
        create.add_argument(
            "--organisation", required=True, metavar="SLUG", help="short name of the organisation"
        )
        create.add_argument(
            "--role", action="append", default=[], choices=Role.values, help="may be given several times"
        )
        create.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password of a new account from standard input; without it the person sets one "
            "by “Forgotten your password?”",
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Create it."""
        email, slug = str(options["email"]), str(options["organisation"])
        organisation_id = organisation_id_by_slug(slug)
        if organisation_id is None:
            raise CommandError(f"There is no organisation “{slug}”.")
        account = Account(email=email.strip().lower(), display_name=str(options["name"]))
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            validate_email(account.email)
            if password is not None:
                validate_password(password, account)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        actor = system_actor(organisation_id=organisation_id, reason="account create")
        with activate(TenancyContext(organisation_id)):
            membership = accounts.add_member(
                email=account.email,
                display_name=account.display_name,
                actor=actor,
                now=timezone.now(),
                password=password,
            )
            held = [
                (grant.role, grant.unit_id)
                for grant in roles_of([membership.account_id]).get(membership.account_id, [])
            ]
            wanted = [*held, *((role, None) for role in options["role"])]  # type: ignore[attr-defined]
            accounts.set_roles(membership=membership, grants=wanted, actor=actor, now=timezone.now())
        self.stdout.write(account.email)

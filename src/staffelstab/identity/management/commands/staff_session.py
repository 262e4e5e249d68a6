"""``staffelstab staff-session open|list|end``: access of the operating staff to one organisation, for a time."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, StaffSession
from staffelstab.identity.selectors import staff
from staffelstab.identity.selectors.actors import all_organisation_ids, organisation_id_by_slug
from staffelstab.identity.services import staff_sessions


class Command(BaseCommand):
    """Open, list and end sessions. A refusal is a sentence on stderr and exit status 1."""

    help = "Open, list and end sessions of the operating staff in an organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        """``open SLUG --account EMAIL --reason TEXT [--minutes N]``, ``list [--organisation SLUG]``, ``end ID``."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="open|list|end")
        begin = actions.add_parser("open", help="open a session and print its key")
        begin.add_argument("slug", help="short name of the organisation")
        begin.add_argument("--account", required=True, metavar="EMAIL", help="one of the operating staff")
        begin.add_argument("--reason", required=True, help="the organisation reads it")
        begin.add_argument("--minutes", type=int, default=60, help="at most 240, default 60")
        shown = actions.add_parser("list", help="print sessions, latest first")
        shown.add_argument("--organisation", default="", metavar="SLUG")
        shown.add_argument("--json", action="store_true")
        actions.add_parser("end", help="end a session now").add_argument("session", type=UUID, metavar="ID")

    def handle(self, *_args: object, **options: object) -> None:
        """Do it."""
        try:
            {"open": self._open, "list": self._list, "end": self._end}[str(options["action"])](options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _open(self, options: dict[str, object]) -> None:
        opened = staff_sessions.open_session(
            slug=str(options["slug"]),
            reason=str(options["reason"]),
            duration=timedelta(minutes=int(str(options["minutes"]))),
            actor=_actor(str(options["account"])),
            now=timezone.now(),
        )
        self.stdout.write(str(opened.pk))

    def _list(self, options: dict[str, object]) -> None:
        slug = str(options["organisation"])
        wanted = organisation_id_by_slug(slug) if slug else None
        if slug and wanted is None:
            raise CommandError(f"There is no organisation “{slug}”.")
        rows = [_shown(row) for key in ([wanted] if wanted else all_organisation_ids()) for row in _of(key)]
        rows.sort(key=lambda row: row["from"], reverse=True)
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            self.stdout.write("\t".join(row.values()))

    def _end(self, options: dict[str, object]) -> None:
        wanted = options["session"]
        for key in all_organisation_ids():
            with activate(TenancyContext(key)):
                found = StaffSession.objects.filter(pk=wanted).first()
                if found is not None:
                    actor = system_actor(organisation_id=key, reason="staff-session end")
                    staff_sessions.end_session(session=found, actor=actor, now=timezone.now())
                    self.stdout.write(str(wanted))
                    return
        raise CommandError(f"There is no session {wanted}.")


def _actor(email: str) -> Actor:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_account_id(%s)", [email.strip()])
        key = cursor.fetchone()[0]
    if key is None:
        raise CommandError(f"There is no account with the address {email}.")
    account_id = UUID(str(key))
    with activate(TenancyContext(account_id=account_id)):
        name = Account.objects.get(pk=account_id).display_name
    operator = staff.is_operator(account_id)
    if not operator:
        raise CommandError(f"{email} does not belong to the operating staff. See: staffelstab operator add")
    return Actor(account_id=account_id, display_name=name, operator=operator)


def _of(organisation_id: UUID) -> list[StaffSession]:
    with activate(TenancyContext(organisation_id)):
        return list(StaffSession.objects.order_by("-opened_at"))


def _shown(row: StaffSession) -> dict[str, str]:
    return {
        "id": str(row.pk),
        "organisation": row.organisation_name,
        "who": row.account_name,
        "from": row.opened_at.isoformat(timespec="seconds"),
        "until": row.until.isoformat(timespec="seconds"),
        "state": "running" if row.runs(timezone.now()) else "ended" if row.ended_at else "expired",
        "reason": row.reason,
    }

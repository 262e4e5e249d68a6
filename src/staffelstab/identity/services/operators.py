"""Who belongs to the operating staff. Written by the database's owner role only: the program cannot appoint anybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError, on_violation
from staffelstab.identity.models import Account, Operator
from staffelstab.identity.services.particulars import AddressNotUsable


class UnknownAccount(DomainError):
    """No account has the address."""

    code = "identity.unknown_account"
    template = _("There is no account with the address %(email)s.")


@transaction.atomic
def appoint(*, email: str, now: datetime) -> bool:
    """Make the account one of the operating staff. Returns whether it is new. Raises UnknownAccount."""
    _operator, created = Operator.objects.get_or_create(
        account_id=_account_id(email), defaults={"since": now}
    )
    return created


@transaction.atomic
def dismiss(*, email: str) -> bool:
    """End the appointment; running sessions end with it. Returns whether there was one. Raises UnknownAccount."""
    deleted, _by_model = Operator.objects.filter(account_id=_account_id(email)).delete()
    return bool(deleted)


@transaction.atomic
def reset_factors(*, email: str) -> int:
    """Remove all second factors of an account, whatever it opens. Returns how many. Raises UnknownAccount."""
    deleted, _by_model = Authenticator.objects.filter(user_id=_account_id(email)).delete()
    return int(deleted)


@transaction.atomic
def correct(*, email: str, name: str = "", address: str = "") -> None:
    """Change the name or the address of an account, whatever it opens; what is empty stays.

    Raises UnknownAccount, AddressNotUsable.
    """
    account = Account.objects.select_for_update().get(pk=_account_id(email))
    with on_violation({"account_email_unique": AddressNotUsable()}), transaction.atomic():
        account.correct(
            name=name.strip() or account.display_name, email=address.strip().lower() or account.email
        )


def listed() -> list[tuple[str, datetime]]:
    """Addresses of the operating staff with the day of their appointment."""
    rows = Operator.objects.order_by("account__email")
    return list(rows.values_list("account__email", "since"))


def _account_id(email: str) -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_account_id(%s)", [email.strip()])
        found = cursor.fetchone()[0]
    if found is None:
        raise UnknownAccount(email=email)
    return UUID(str(found))

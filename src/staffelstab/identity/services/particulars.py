"""Name and e-mail address of an account: corrected by the administration, or as a sign-in provider says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from staffelstab.core import audit, outbox, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError, Stale, on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.gateways import mail, vault
from staffelstab.identity.models import Account, Membership, Organisation
from staffelstab.identity.services.accounts import account_id_by_email
from staffelstab.identity.services.security import require_only_here

Particulars = tuple[str, str]
"""Name and e-mail address."""


class AddressNotUsable(DomainError):
    """Another account has the address. Which one, and where, is nobody's business."""

    code = "identity.address_not_usable"
    template = gettext_lazy("This address cannot be used; perhaps it belongs to another account.")


@transaction.atomic
def correct(
    *, membership: Membership, to: Particulars, seen: Particulars, actor: Actor, now: datetime
) -> bool:
    """Correct the name or the address of a member whose account opens this organisation alone.

    ``seen``: what the form showed. The person is told at the old address when it changes. Returns whether anything
    did. Raises PermissionRefused, SeveralOrganisations, Stale, AddressNotUsable.
    """
    permissions.require(actor, "identity.account.manage")
    require_only_here(account_id=membership.account_id, now=now)
    account = Account.objects.select_for_update().get(pk=membership.account_id)
    if seen != (account.display_name, account.email):
        raise Stale
    return _change(membership, account, to, actor, now)


@transaction.atomic
def follow(*, membership: Membership, to: Particulars, actor: Actor, now: datetime) -> bool:
    """Take over what the sign-in provider of the member says; the address stays where another account has the new one.

    Returns whether anything changed. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.account.manage")
    account = Account.objects.select_for_update().get(pk=membership.account_id)
    name, email = to
    taken = account_id_by_email(email.strip().lower()) not in {None, account.pk}
    return _change(membership, account, (name, account.email if taken else email), actor, now)


def _change(membership: Membership, account: Account, to: Particulars, actor: Actor, now: datetime) -> bool:
    before = {"display_name": account.display_name, "email": account.email}
    after = {"display_name": to[0].strip(), "email": to[1].strip().lower()}
    if before == after:
        return False
    # Two people may take the same address at the same moment: the database decides.
    with on_violation({"account_email_unique": AddressNotUsable()}), transaction.atomic():
        account.correct(name=after["display_name"], email=after["email"])
    if after["email"] != before["email"]:
        # The old address is nobody's business in the queue of events, which is kept for weeks.
        payload = {"account": str(account.pk), "sealed": vault.seal(before["email"])}
        outbox.publish("identity.address.changed", payload, at=now)
    membership.account = account
    changes = audit.differences(before, after)
    audit.record(actor, "identity.membership.corrected", membership, at=now, changes=changes)
    return True


def send_address_notice(*, account_id: UUID, sealed: str) -> None:
    """Tell the old address that it no longer signs in. As the system (job)."""
    account = Account.objects.get(pk=account_id)
    organisation = Organisation.objects.get(pk=current_organisation())
    with override(settings.LANGUAGE_CODE):
        context = {"name": account.display_name, "organisation": organisation.name, "email": account.email}
        subject = _("Your e-mail address for signing in was changed")
        mail.send("identity/account/mail/address", vault.unseal(sealed), subject=subject, context=context)

"""What an organisation demands at sign-in, and helping somebody who has lost the second factor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from staffelstab.core import audit, editions, outbox, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.identity.enums import Role, SignInKind
from staffelstab.identity.gateways import mail
from staffelstab.identity.models import Account, Membership, Organisation
from staffelstab.identity.selectors import staff
from staffelstab.identity.selectors.actors import valid_on
from staffelstab.identity.services import sign_ins


class SeveralOrganisations(DomainError):
    """The account opens more than this organisation."""

    code = "identity.several_organisations"
    template = gettext_lazy(
        "This account opens other organisations or belongs to the operating staff. Please ask whoever runs the "
        "installation."
    )


def demand_of(organisation: Organisation) -> str:
    """A short text that changes with the roles whose holders need a second factor; a form carries it."""
    return editions.edition(organisation.second_factor_roles)


@transaction.atomic
def demand_second_factor(
    *,
    organisation: Organisation,
    roles: Iterable[str],
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> Organisation:
    """Set the roles whose holders need a second factor. It counts from their next request on.

    ``seen``: :func:`demand_of` when the form was opened. Raises PermissionRefused, ValueError for an unknown role, and
    Stale when somebody else has changed them since.
    """
    permissions.require(actor, "identity.organisation.edit", organisation)
    organisation.refresh_from_db(from_queryset=Organisation.objects.select_for_update())
    before = list(organisation.second_factor_roles)
    # in the order in which the roles are shown
    wanted = {Role(role) for role in roles}
    if wanted != set(before):
        editions.compare(demand_of(organisation), seen)
    organisation.second_factor_roles = [role.value for role in Role if role in wanted]
    organisation.save(update_fields=["second_factor_roles"])
    changes = audit.differences(
        {"second_factor_roles": before}, {"second_factor_roles": organisation.second_factor_roles}
    )
    audit.record(actor, "identity.organisation.changed", organisation, at=now, changes=changes)
    return organisation


@transaction.atomic
def reset_factors(*, membership: Membership, actor: Actor, now: datetime) -> int:
    """Remove all second factors of a member who has lost them, end the sessions, and tell the person by mail.

    Only for accounts that open this organisation alone: nobody weakens the sign-in of another house. Returns how many
    factors were removed. Raises PermissionRefused, SeveralOrganisations.
    """
    permissions.require(actor, "identity.account.manage")
    account_id = membership.account_id
    require_only_here(account_id=account_id, now=now)
    # Second factors are out of reach of the organisation; here, and nowhere else, it acts on behalf of the account.
    with activate(TenancyContext(account_id=account_id)):
        factors = Authenticator.objects.filter(user_id=account_id)
        count = int(factors.count())
        factors.delete()
        for session in UserSession.objects.filter(user_id=account_id):
            session.end()
    audit.record(actor, "identity.membership.reset", membership, at=now)
    outbox.publish("identity.factors.reset", {"account": str(account_id)}, at=now)
    return count


def require_only_here(*, account_id: UUID, now: datetime) -> None:
    """Raises SeveralOrganisations where the account opens more than the active organisation."""
    if staff.is_operator(account_id) or _has_other_seat(account_id, current_organisation(), now):
        raise SeveralOrganisations


@transaction.atomic
def end_sessions(*, membership: Membership, actor: Actor, now: datetime) -> int:
    """Sign a member out on all devices, say because one was lost. Returns how many sessions ended.

    Also for accounts of several organisations: whoever is signed out can sign in again. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.account.manage")
    with activate(TenancyContext(account_id=membership.account_id)):
        sessions = list(UserSession.objects.filter(user_id=membership.account_id))
        for session in sessions:
            session.end()
    sign_ins.record(kind=SignInKind.ENDED, account_id=membership.account_id, now=now)
    audit.record(actor, "identity.membership.signed_out", membership, at=now)
    return len(sessions)


def _has_other_seat(account_id: UUID, house: UUID, now: datetime) -> bool:
    with activate(TenancyContext(account_id=account_id)):
        seats = Membership.visible.filter(account_id=account_id).filter(valid_on(day_of(now)))
        return seats.exclude(organisation_id=house).exists()


def send_reset_notice(*, account_id: UUID) -> None:
    """Mail that the second factors were removed. As the system (job)."""
    account = Account.objects.get(pk=account_id)
    organisation = Organisation.objects.get(pk=current_organisation())
    with override(settings.LANGUAGE_CODE):
        context = {"name": account.display_name, "organisation": organisation.name}
        subject = _("Your second factor was removed")
        mail.send("identity/security/mail/reset", account.email, subject=subject, context=context)

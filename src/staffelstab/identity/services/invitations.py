"""The mail that tells a new member how to get in."""

from __future__ import annotations

from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override

from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.gateways import mail
from staffelstab.identity.models import Account, Organisation
from staffelstab.identity.selectors import single_sign_on

TEMPLATE = "identity/account/mail/invitation"


def send_invitation(*, account_id: UUID, site: str) -> None:
    """Mail the link to set a password, or to sign in where that is the way in. As the system (job).

    Who has a password signs in with it; a house that demands a sign-in provider names the provider, as a password would
    not open it.
    """
    account = Account.objects.get(pk=account_id)
    organisation = Organisation.objects.get(pk=current_organisation())
    demanded = [each.name for each in single_sign_on.demanded_by(organisation.slug)]
    new = not demanded and not account.has_usable_password()
    with override(settings.LANGUAGE_CODE):
        context = {
            "name": account.display_name,
            "organisation": organisation.name,
            "new": new,
            "providers": get_text_list(demanded),
            "url": site.rstrip("/") + (_password_path(account) if new else reverse("account_login")),
            "forgotten_url": site.rstrip("/") + reverse("account_reset_password"),
            "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        }
        subject = _("Your access to the knowledge platform of %(organisation)s") % context
        mail.send(TEMPLATE, account.email, subject=subject, context=context)


def _password_path(account: Account) -> str:
    key = default_token_generator.make_token(account)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": key}
    )

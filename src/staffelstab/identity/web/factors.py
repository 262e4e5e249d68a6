"""How allauth's second factors behave here: our words, encrypted secrets, a picture without inline style."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.identity.gateways import vault
from staffelstab.identity.models import Account

logger = logging.getLogger("staffelstab.security")

PROGRAM = "Staffelstab"
QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


class FactorAdapter(DefaultMFAAdapter):
    """Our wording and encryption."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy("This factor cannot be removed."),
        "cannot_generate_recovery_codes": gettext_lazy("Please set up a second factor first."),
        "incorrect_code": gettext_lazy("The code is not correct. Please take the one that is shown now."),
        "unverified_email": gettext_lazy("Your e-mail address is not confirmed yet."),
    }

    def get_totp_issuer(self) -> str:
        """The name under which the app on the phone lists the account."""
        return f"{PROGRAM} {self.request.get_host().partition(':')[0]}"

    def build_totp_svg(self, url: str) -> str:
        """The QR code: dark on white in every theme, one path, no style attribute."""
        code = qrcode.QRCode(border=QUIET)
        code.add_data(url)
        code.make()
        rows: list[list[bool]] = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return format_html(
            '<svg class="qr-code" role="img" aria-label="{label}" viewBox="0 0 {size} {size}" '
            'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
            '<path d="{path}" fill="#000"/></svg>',
            label=_("QR code with the secret below"),
            size=len(rows),
            path=path,
        )

    def encrypt(self, text: str) -> str:
        """Secrets of one-time codes and of recovery codes are never stored in the clear."""
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What ``encrypt`` made.

        Sealed under another secret key it is lost: no code fits it, and its owner needs help as for a lost device.
        """
        try:
            return vault.unseal(encrypted_text)
        except InvalidToken:
            logger.warning("the secret of a second factor was sealed under another secret key")
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: Account, type: str) -> str:  # noqa: A002 - as allauth names it
        """A name for a new passkey, until its owner gives it a better one."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """This installation as the browser's dialog names it."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": PROGRAM}

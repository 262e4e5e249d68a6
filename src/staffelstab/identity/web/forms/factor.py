"""Forms of second factors: allauth's, with our labels."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "off", "spellcheck": "false"}


def _code(form: forms.Form, help_text: Any) -> None:
    field = form.fields["code"]
    field.label = _("Code")
    field.help_text = help_text
    field.widget = forms.TextInput(attrs=_CODE)
    field.error_messages["required"] = _("Please enter the code.")


_EITHER = _("The six digits your app shows now, or one of your emergency codes.")


class AuthenticateForm(base.AuthenticateForm):
    """The code of the app or an emergency code, while signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _EITHER)


class ReauthenticateForm(base.ReauthenticateForm):
    """The same before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _EITHER)


class ActivateCodesForm(totp.ActivateTOTPForm):
    """The first code proves that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _("The six digits your app shows for this account now."))


def _named(form: forms.Form) -> None:
    form.fields["name"] = forms.CharField(
        label=_("Name of the passkey"),
        max_length=60,
        help_text=_("By which you recognise it, e.g. “work laptop” or “blue key”."),
        error_messages={"required": _("Please give the passkey a name.")},
    )


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A new passkey. Whether it alone is enough to sign in is decided by what it can do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self)
        # Without a name the passkey is kept all the same: the device may have stored it already.
        self.fields["name"].required = False
        self.fields["credential"].error_messages["required"] = _(
            "The passkey did not arrive. Please try again; this needs JavaScript."
        )
        del self.fields["passwordless"]


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self)

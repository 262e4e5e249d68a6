"""Forms of second factors: allauth's, with our labels."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.identity.web import sign_in_log

_CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "off",
    "spellcheck": "false",
}


def _code(form: forms.Form, help_text: Any) -> None:
    field = form.fields["code"]
    field.label = _("Security code")
    field.help_text = help_text
    field.widget = forms.TextInput(attrs=_CODE)
    field.error_messages["required"] = _("Please enter the code.")


_EITHER = _("The six digits your app shows now, or one of your emergency codes.")


class _NotesLimit(base.BaseAuthenticateForm):
    """Notes that codes were refused after many failures; a wrong code says so by a signal."""

    def clean_code(self) -> str:
        """The code. Raises ValidationError."""
        try:
            return str(super().clean_code())
        except forms.ValidationError as error:
            if error.code == "too_many_login_attempts":
                sign_in_log.note_refusal(context.request, self.user, error, "app")
            raise


class AuthenticateForm(_NotesLimit, base.AuthenticateForm):
    """The code of the app or an emergency code, while signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _EITHER)


class ReauthenticateForm(_NotesLimit, base.ReauthenticateForm):
    """The same before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _EITHER)


class ActivateCodesForm(totp.ActivateTOTPForm):
    """The first code proves that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _("The six digits your app shows for this account now."))


class CredentialField(forms.JSONField):
    """What the browser's passkey ceremony answered (WebAuthn Level 3, JSON form). Anything else is a refusal."""

    widget = forms.HiddenInput
    default_error_messages = {
        "required": _("The passkey did not arrive. Please try again; this needs JavaScript."),
        "invalid": _("The passkey did not arrive. Please try again; this needs JavaScript."),
    }

    def clean(self, value: Any) -> Any:
        """The answer as a mapping of the expected shape. Raises ValidationError."""
        found = super().clean(value)
        if not (isinstance(found, dict) and all(isinstance(found.get(name), str) for name in _TEXTS)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        response = found.get("response")
        if not isinstance(response, dict) or not isinstance(response.get("clientDataJSON"), str):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


_TEXTS = ("id", "rawId", "type")


class _NotesRefusal(webauthn.AuthenticateWebAuthnForm):
    """Notes that a passkey was refused, for which there is no signal."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """The passkey. Raises ValidationError."""
        try:
            return super().clean_credential()
        except forms.ValidationError as error:
            sign_in_log.note_refusal(context.request, self.user, error, "passkey")
            raise


class PasskeyForm(_NotesRefusal):
    """A passkey as the second step of signing in."""


class PasskeyLoginForm(_NotesRefusal, webauthn.LoginWebAuthnForm):
    """A passkey instead of a password."""


class PasskeyReauthenticateForm(_NotesRefusal, webauthn.ReauthenticateWebAuthnForm):
    """A passkey before something delicate."""


def _named(form: forms.Form) -> None:
    form.fields["name"] = forms.CharField(
        label=_("Name of the passkey"),
        max_length=60,
        help_text=_("By which you recognise it, e.g. “work laptop” or “blue key”."),
        error_messages={"required": _("Please give the passkey a name.")},
    )


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A new passkey. Whether it alone is enough to sign in is decided by what it can do."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self)
        # Without a name the passkey is kept all the same: the device may have stored it already.
        self.fields["name"].required = False
        del self.fields["passwordless"]


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self)

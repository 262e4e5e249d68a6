"""Forms of signing in and of passwords: allauth's, with our labels and one sentence of help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

RULE = _("At least 12 characters. Several words in a row are easy to remember and hard to guess.")


def _name(form: forms.Form, **labels: StrPromise) -> None:
    """Set the labels; a label stands above its field, so the placeholder and allauth's help go."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = ""
        field.widget.attrs.pop("placeholder", None)


class _TwicePassword(forms.Form):
    """The sentence for two passwords that differ."""

    def clean(self) -> dict[str, object]:
        """As allauth does it, in our words."""
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        values: dict[str, object] = super().clean() or {}
        if first and second and first != second:
            self.errors.pop("password2", None)
            self.add_error("password2", _("Please type the same password twice."))
        return values


class LoginForm(allauth_forms.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(
            self,
            login=_("E-mail address"),
            password=_("Password"),
            remember=_("Stay signed in on this device"),
        )
        self.fields["remember"].help_text = _(
            "Only on a device that nobody else uses. Ends after 12 hours, and earlier when nobody uses it."
        )
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Ask for a link by mail. The answer on the screen is the same for every address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, email=_("E-mail address"))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link, or to an unknown address a mail that says so: both take the same time."""
        if self.users:
            return str(super().save(request, **kwargs))
        email = str(self.cleaned_data["email"])
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class ResetPasswordKeyForm(_TwicePassword, allauth_forms.ResetPasswordKeyForm):
    """A new password after following the link of a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, password1=_("New password"), password2=_("New password, once more"))
        self.fields["password1"].help_text = RULE


class ChangePasswordForm(_TwicePassword, allauth_forms.ChangePasswordForm):
    """A new password while signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(
            self,
            oldpassword=_("Current password"),
            password1=_("New password"),
            password2=_("New password, once more"),
        )
        self.fields["password1"].help_text = RULE


class SetPasswordForm(_TwicePassword, allauth_forms.SetPasswordForm):
    """A first password of somebody who came in without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, password1=_("New password"), password2=_("New password, once more"))
        self.fields["password1"].help_text = RULE


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password once more before something delicate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, password=_("Password"))

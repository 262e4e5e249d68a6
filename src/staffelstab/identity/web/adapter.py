"""How allauth behaves here: no self-registration, our wording, our start page."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffelstab.identity.enums import SignInKind
from staffelstab.identity.models import Account
from staffelstab.identity.selectors import single_sign_on
from staffelstab.identity.selectors.actors import has_seat
from staffelstab.identity.web import sign_in_log

PASSWORD_ERRORS: dict[str, Promise] = {
    "password_too_short": _("The password needs at least 12 characters."),
    "password_too_common": _("This password is on the lists attackers try first. Please choose another one."),
    "password_too_similar": _("The password resembles your name or your e-mail address."),
    "password_entirely_numeric": _("The password must not consist of digits only."),
}

WAYS: dict[str, Promise] = {
    "reauthenticate": _("Confirm with the password"),
    "mfa_reauthenticate:webauthn": _("Confirm with a passkey"),
    "mfa_reauthenticate": _("Confirm with a code"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by a visitor."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is locked."),
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("The password is not correct."),
        "invalid_login": _("The e-mail address or the password is not correct."),
        "invalid_password_reset": _("This link is no longer valid."),
        "rate_limited": _("That was many attempts in a short time. Please wait a minute and try again."),
        "too_many_login_attempts": _(
            "Too many failed attempts. Please wait five minutes or set a new password."
        ),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The start page; whoever belongs to no organisation learns what to do about it."""
        if isinstance(request.user, Account) and not has_seat(
            account=request.user, today=timezone.localdate(), closed=single_sign_on.closed_to(request)
        ):
            return reverse("identity:seat_choose")
        return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Signed in: note on the session which provider it came through, so that the provider can end it."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        came = single_sign_on.came_through(request)
        if came:
            known = {"provider": came["id"], "sub": came["sub"], "sid": came["sid"]}
            UserSession.objects.filter(session_key=request.session.session_key).update(data=known)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. Raises ValidationError when there were too many, and notes it."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_log.note_typed(SignInKind.LIMITED, request, str(credentials.get("email", "")))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password, at signing in and at confirming."""
        sign_in_log.note_typed(SignInKind.FAILED, request, str(credentials.get("email", "")))

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponse:
        """The page of locked accounts; note that somebody knew the password of one."""
        sign_in_log.note(SignInKind.CLOSED, request, user)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """The devices signed in: only this one is left."""
        return reverse("usersessions_list")

    def format_email_subject(self, subject: str) -> str:
        """Without the host name in brackets."""
        return str(subject)

    def clean_password(self, password: str, user: Account | None = None) -> str:
        """Apply the rules of the settings, in our words. Raises ValidationError."""
        try:
            return str(super().clean_password(password, user=user))
        except ValidationError as error:
            sentences = [PASSWORD_ERRORS.get(str(each.code), each.message) for each in error.error_list]
            raise ValidationError(sentences) from error

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """The ways to confirm that it is you, in our words and order: the first one is asked for."""
        known = list(WAYS)
        found = sorted(super().get_reauthentication_methods(user), key=lambda way: known.index(way["id"]))
        return [{**way, "description": WAYS[way["id"]]} for way in found]

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the account's owner that something about signing in has changed."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it; templates see the account as ``user`` only where there is one."""
        super().send_mail(template_prefix, email, {"user": None, **context})


def display(account: Account) -> str:
    """The name shown for an account."""
    return str(account)

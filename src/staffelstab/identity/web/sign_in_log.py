"""Hands on what allauth and Django say about signing in to ``services.sign_ins``."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import timezone

from staffelstab.identity.enums import SignInKind
from staffelstab.identity.models import Account
from staffelstab.identity.selectors.devices import marks
from staffelstab.identity.services import sign_ins
from staffelstab.identity.web import sessions

SECOND = {
    Authenticator.Type.TOTP: "app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "codes",
}
FIRST = {"socialaccount": "provider"}


def note(kind: SignInKind, request: HttpRequest, account: Account | None, way: str = "") -> None:
    """Record what happened to an account, or to nobody known."""
    account_id = account.pk if account is not None else None
    sign_ins.record(kind=kind, account_id=account_id, way=way, **_circumstances(request))


def note_typed(kind: SignInKind, request: HttpRequest, email: str) -> None:
    """Record what happened to the account with an address that was typed, without the address."""
    sign_ins.record_by_email(kind=kind, email=email, way="password", **_circumstances(request))


def note_refusal(request: HttpRequest, account: Account | None, error: ValidationError, way: str) -> None:
    """Record that a second factor or passkey was refused."""
    limited = error.code == "too_many_login_attempts"
    note(SignInKind.LIMITED if limited else SignInKind.FACTOR_FAILED, request, account, way)


def _circumstances(request: HttpRequest) -> dict[str, Any]:
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        address = None  # no address, as on a socket
    return {
        "now": getattr(request, "now", None) or timezone.now(),
        "address": address,
        "device": marks(request.headers.get("User-Agent", "")),
    }


def way_in(request: HttpRequest, account: Account) -> str:
    """How the account has just come in: ``password``, ``password+app``, ``passkey``, ``provider``."""
    steps = []
    for each in get_authentication_records(request, account):
        if each["method"] == "mfa":
            steps.append(SECOND.get(each.get("type"), "mfa"))
        else:
            steps.append(FIRST.get(each["method"], each["method"]))
    return "+".join(dict.fromkeys(steps))


def _on_begin(request: HttpRequest, **_more: object) -> None:
    sessions.begin(request)


def _on_sign_in(request: HttpRequest, user: Account, **_more: object) -> None:
    note(SignInKind.SIGNED_IN, request, user, way_in(request, user))


def _on_sign_out(request: HttpRequest, user: Account | None, **_more: object) -> None:
    request.session_left = True  # type: ignore[attr-defined]
    if user is not None:
        ended = getattr(request, "session_over", "")
        note(SignInKind.EXPIRED if ended else SignInKind.SIGNED_OUT, request, user)


def _on_password(request: HttpRequest, user: Account, **_more: object) -> None:
    note(SignInKind.PASSWORD, request, user)


def _on_factor_failed(user: Account, authenticator: Authenticator, **_more: object) -> None:
    note(SignInKind.FACTOR_FAILED, context.request, user, SECOND[authenticator.type])


def _on_factor_added(
    request: HttpRequest, user: Account, authenticator: Authenticator, **_more: object
) -> None:
    kind = SignInKind.CODES if _codes(authenticator) else SignInKind.FACTOR_ADDED
    note(kind, request, user, SECOND[authenticator.type])


def _on_factor_removed(
    request: HttpRequest, user: Account, authenticator: Authenticator, **_more: object
) -> None:
    note(SignInKind.FACTOR_REMOVED, request, user, SECOND[authenticator.type])


def _codes(authenticator: Authenticator) -> bool:
    return bool(authenticator.type == Authenticator.Type.RECOVERY_CODES)


def connect() -> None:
    """Listen. Called once, when the program starts."""
    for signal, receiver in (
        (user_logged_in, _on_begin),
        (user_logged_out, _on_sign_out),
        (account_signals.user_logged_in, _on_sign_in),
        (account_signals.password_changed, _on_password),
        (account_signals.password_set, _on_password),
        (account_signals.password_reset, _on_password),
        (factor_signals.authentication_failed, _on_factor_failed),
        (factor_signals.authenticator_added, _on_factor_added),
        (factor_signals.authenticator_reset, _on_factor_added),
        (factor_signals.authenticator_removed, _on_factor_removed),
    ):
        signal.connect(receiver, dispatch_uid=f"staffelstab.{receiver.__name__}")

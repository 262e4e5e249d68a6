"""Second factors of the own account: allauth's views with our forms and pages.

A change of factors ends the account's sessions on all other devices: whoever came in before the change has to show
the new factor.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import app_settings
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.recovery_codes.internal import flows
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from staffelstab.identity.web.forms import factor as factor_forms


class _EndsOtherSessions:
    """Ends the other sessions of the account once the form has done its work."""

    request: HttpRequest

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do it, then sign out the other devices."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        end_other_sessions(self.request, self.request.user)
        return response


class _ProvesFactor(_EndsOtherSessions):
    """Whoever has just shown a new factor need not show it again to see the emergency codes."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Do it, and count it as a confirmation."""
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", reauthenticated=True)
        return response


class OverviewView(base.IndexView):
    """Which factors the account has, and what to do next."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds whether the organisation demands one and none is there."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        found = context["authenticators"]
        house = self.request.house
        context.update(
            {
                "codes": found.get(Authenticator.Type.TOTP),
                "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
                "emergency": found.get(Authenticator.Type.RECOVERY_CODES),
                "demanded": house is not None and house.second_factor_missing,
                "house_name": house.name if house else "",
            }
        )
        return context


class AuthenticateView(base.AuthenticateView):
    """The second step of signing in."""

    form_class = factor_forms.AuthenticateForm
    webauthn_form_class = factor_forms.PasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds which kinds of factor the account has: only those are offered."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        kinds = set(
            Authenticator.objects.filter(user_id=self.stage.login.user.pk).values_list("type", flat=True)
        )
        context["has_codes"] = Authenticator.Type.TOTP in kinds
        context["has_passkey"] = Authenticator.Type.WEBAUTHN in kinds
        return context


class ReauthenticateView(base.ReauthenticateView):
    """A code before something delicate."""

    form_class = factor_forms.ReauthenticateForm


class ActivateCodesView(_ProvesFactor, totp.ActivateTOTPView):
    """Set up one-time codes."""

    form_class = factor_forms.ActivateCodesForm


class DeactivateCodesView(_EndsOtherSessions, totp.DeactivateTOTPView):
    """Give them up."""


class AddPasskeyView(_ProvesFactor, webauthn.AddWebAuthnView):
    """Add a passkey."""

    form_class = factor_forms.AddPasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep the form with its errors: allauth's view drops what it is given."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, **kwargs}


class PasskeyLoginView(webauthn.LoginWebAuthnView):
    """Sign in with a passkey alone."""

    form_class = factor_forms.PasskeyLoginForm


class PasskeyReauthenticateView(webauthn.ReauthenticateWebAuthnView):
    """A passkey before something delicate."""

    form_class = factor_forms.PasskeyReauthenticateForm

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Say so and ask again: allauth leads to the sign-in page, which sends whoever is signed in away."""
        for message in form.errors.get("credential", []):
            get_adapter().add_message(self.request, messages.ERROR, message=message)
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


class RenamePasskeyView(webauthn.EditWebAuthnView):
    """Give it another name."""

    form_class = factor_forms.RenamePasskeyForm


class RemovePasskeyView(_EndsOtherSessions, webauthn.RemoveWebAuthnView):
    """Give it up."""


class GenerateCodesView(_EndsOtherSessions, recovery_codes.GenerateRecoveryCodesView):
    """New emergency codes instead of the old ones."""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa")
def show_codes(request: HttpRequest) -> HttpResponse:
    """The emergency codes, once: a POST shows them, a GET says what will happen. Raises Http404 without any."""
    found = Authenticator.objects.filter(
        user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    if found is None:
        raise Http404
    codes: list[str] = []
    if request.method == "POST":
        shown, may_see = flows.view_recovery_codes(request)
        codes = shown.get_unused_codes() if shown and may_see else []
        if not codes:
            get_adapter().add_message(
                request, messages.ERROR, message=_("These codes were shown already. Make new ones.")
            )
            return redirect("mfa_view_recovery_codes")
    context = {
        "codes": codes,
        "text": "\r\n".join(codes),
        "seen": found.wrap().did_view and not codes,
        "total": app_settings.RECOVERY_CODE_COUNT,
        "left": len(found.wrap().get_unused_codes()),
    }
    return render(request, "mfa/recovery_codes/index.html", context)


overview = OverviewView.as_view()
authenticate = AuthenticateView.as_view()
reauthenticate = ReauthenticateView.as_view()
activate_codes = ActivateCodesView.as_view()
deactivate_codes = DeactivateCodesView.as_view()
passkey_login = PasskeyLoginView.as_view()
passkey_reauthenticate = PasskeyReauthenticateView.as_view()
add_passkey = AddPasskeyView.as_view()
rename_passkey = RenamePasskeyView.as_view()
remove_passkey = RemovePasskeyView.as_view()
generate_codes = GenerateCodesView.as_view()

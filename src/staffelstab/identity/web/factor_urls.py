"""Addresses of second factors under ``/konto/zweiter-faktor/``, by allauth's names."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView

from staffelstab.identity.web.views import factor

urlpatterns = [
    path("", factor.overview, name="mfa_index"),
    path("pruefen/", factor.authenticate, name="mfa_authenticate"),
    path("bestaetigen/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("app/", factor.activate_codes, name="mfa_activate_totp"),
    path("app/entfernen/", factor.deactivate_codes, name="mfa_deactivate_totp"),
    path(
        "passkeys/",
        login_required(RedirectView.as_view(pattern_name="mfa_index")),
        name="mfa_list_webauthn",
    ),
    path("passkeys/neu/", factor.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/bestaetigen/", factor.passkey_reauthenticate, name="mfa_reauthenticate_webauthn"),
    path("passkeys/anmelden/", factor.passkey_login, name="mfa_login_webauthn"),
    path("passkeys/<int:pk>/", factor.rename_passkey, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/entfernen/", factor.remove_passkey, name="mfa_remove_webauthn"),
    path("notfallcodes/", factor.show_codes, name="mfa_view_recovery_codes"),
    path("notfallcodes/neu/", factor.generate_codes, name="mfa_generate_recovery_codes"),
]

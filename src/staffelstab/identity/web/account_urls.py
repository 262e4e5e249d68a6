"""Addresses of signing in: allauth's views and names, our forms, and nothing that is not offered here.

No self-registration, no change of the e-mail address, no sign-in by code: an administrator keeps the accounts.
"""

from __future__ import annotations

from allauth.account import views
from django.conf import settings
from django.urls import include, path, re_path

from staffelstab.identity.web.forms import sign_in
from staffelstab.identity.web.views import password, provider
from staffelstab.identity.web.views.session import session_list

urlpatterns = [
    path(
        "anmelden/",
        provider.SignInView.as_view(form_class=sign_in.LoginForm, extra_context={"demo": settings.DEMO}),
        name="account_login",
    ),
    path("abmelden/", provider.sign_out, name="account_logout"),
    path("anbieter/<slug:provider_id>/", provider.provider_login, name="openid_connect_login"),
    path("anbieter/<slug:provider_id>/zurueck/", provider.provider_callback, name="openid_connect_callback"),
    path("anbieter/<slug:provider_id>/abmelden/", provider.provider_logout, name="openid_connect_logout"),
    path("gesperrt/", views.account_inactive, name="account_inactive"),
    path(
        "bestaetigen/",
        views.ReauthenticateView.as_view(form_class=sign_in.ReauthenticateForm),
        name="account_reauthenticate",
    ),
    path("kennwort/", password.change, name="account_change_password"),
    path("kennwort/setzen/", password.set_first, name="account_set_password"),
    path(
        "kennwort-vergessen/",
        views.PasswordResetView.as_view(form_class=sign_in.ResetPasswordForm),
        name="account_reset_password",
    ),
    path("kennwort-vergessen/gesendet/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^kennwort-vergessen/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordResetFromKeyView.as_view(form_class=sign_in.ResetPasswordKeyForm),
        name="account_reset_password_from_key",
    ),
    path(
        "kennwort-vergessen/fertig/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("zweiter-faktor/", include("staffelstab.identity.web.factor_urls")),
    path("sitzungen/", session_list, name="usersessions_list"),
]

"""Signing in and out through another system (OpenID Connect)."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.gateways import oidc
from staffelstab.identity.selectors import single_sign_on as providers
from staffelstab.identity.services import single_sign_on
from staffelstab.identity.web import sessions
from staffelstab.identity.web.provider_adapter import unreachable

logger = logging.getLogger("staffelstab.single_sign_on")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Begin: a page that leads on to the provider. Raises NotFound.

    A redirect in answer to the form would be stopped by our own content security policy (``form-action``), at the
    provider or at whatever it forwards to.
    """
    described = providers.provider(provider_id)
    context: dict[str, object] = {"provider": described.name, "url": ""}
    if request.method == "POST":
        try:
            context["url"] = oidc.DescribedProvider(request, described).redirect_from_request(request).url
        except (RequestException, OAuth2Error) as error:
            logger.warning("provider %s cannot be asked: %s", described.id, type(error).__name__)
            return unreachable(request, described.name)
    return _leading_on(render(request, "identity/provider/login.html", context), str(context["url"]))


def _leading_on(page: HttpResponse, url: str) -> HttpResponse:
    """The page forwards by itself; its link is for browsers that do not."""
    if url:
        page.headers["Refresh"] = f"0; url={url}"
    return page


class CallbackView(OAuth2CallbackView):
    """allauth's, with the nonce handed to the client and the issuer of the answer checked (RFC 9207)."""

    def _get_state(self, request: HttpRequest, provider: oidc.DescribedProvider) -> Any:
        state, response = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce", "")
            issuer = request.GET.get("iss", provider.described.issuer)
            if issuer.rstrip("/") != provider.described.issuer.rstrip("/"):
                return None, render_authentication_error(request, provider)
        return state, response


@login_not_required
@never_cache
@require_GET
def provider_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Come back from the provider: signed in, or a page that says why not. Raises NotFound."""
    described = providers.provider(provider_id)
    # Whoever is signed in now does not count: accounts are looked for as at any sign-in.
    with activate(TenancyContext()):
        view = CallbackView.adapter_view(oidc.ProviderClient(request, described.id))
        response: HttpResponse = view(request)
    return response


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def provider_logout(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The provider says that a session or a person has been signed out (back-channel logout). Raises NotFound."""
    described = providers.provider(provider_id)
    try:
        claims = oidc.logout(described, request.POST.get("logout_token"))
    except OAuth2Error as error:
        logger.warning("logout token of provider %s refused: %s", described.id, error)
        return JsonResponse({"error": "invalid_request"}, status=400)
    except RequestException:
        return JsonResponse({"error": "temporarily_unavailable"}, status=503)
    single_sign_on.end_sessions(
        provider=described, subject=str(claims.get("sub", "")), session_id=str(claims.get("sid", ""))
    )
    return HttpResponse(status=200)


class SignInView(LoginView):
    """E-mail and password, and the providers of the installation."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the providers, by name and address."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["providers"] = [
            {"name": each.name, "url": reverse("openid_connect_login", args=[each.id])}
            for each in providers.providers()
        ]
        word = self.request.GET.get("ende", "")
        context["ended"] = word if word in {sessions.UNUSED, sessions.AGED} else ""
        return context


class SignOutView(LogoutView):
    """Signing out here, and at the provider somebody came in through."""

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Sign out here first: that must not depend on the other system."""
        came = providers.came_through(request)
        back = self.get_redirect_url()
        self.logout()
        described = next((each for each in providers.providers() if each.id == came.get("id")), None)
        if described is None:
            return redirect(back)
        try:
            url = oidc.end_session_url(
                described,
                id_token=came["id_token"],
                back=request.build_absolute_uri(reverse("account_login")),
            )
        except (RequestException, OAuth2Error):
            logger.warning("provider %s did not say where to sign out", described.id)
            url = ""
        if not url:
            return redirect(back)
        page = render(request, "identity/provider/logout.html", {"provider": described.name, "url": url})
        return _leading_on(page, url)


sign_out = SignOutView.as_view()

"""How allauth lets people in who come through a sign-in provider: by our rules, with our pages."""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from requests import RequestException

from staffelstab.core.errors import DomainError
from staffelstab.identity.enums import SignInKind
from staffelstab.identity.gateways.oidc import DescribedProvider
from staffelstab.identity.models import Account
from staffelstab.identity.selectors import single_sign_on as providers
from staffelstab.identity.services import single_sign_on
from staffelstab.identity.web import sign_in_log


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Providers come from the operator's file; who may come in, the services decide."""

    def get_provider(
        self, request: HttpRequest, provider: str, _client_id: str | None = None, **_kwargs: Any
    ) -> DescribedProvider:
        """One provider by its id. Raises NotFound."""
        return DescribedProvider(request, providers.provider(provider))

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: SocialLogin) -> bool:
        """Never: whoever may come in has an account by then."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Settle account, memberships and roles. Raises ImmediateHttpResponse with a page for who stays outside."""
        provider, claims = sociallogin.provider.described, sociallogin.claims
        try:
            account_id = single_sign_on.admit(
                provider=provider,
                subject=sociallogin.account.uid,
                claims=claims,
                account_id=sociallogin.user.pk if sociallogin.is_existing else None,
                now=request.now,  # type: ignore[attr-defined]
            )
        except DomainError as error:
            known = sociallogin.user if sociallogin.is_existing else None
            sign_in_log.note(SignInKind.NOT_ADMITTED, request, known, "provider")
            page = refused(request, provider.name, error.message, error.status)
            raise ImmediateHttpResponse(page) from error
        if request.user.is_authenticated:
            get_account_adapter(request).logout(request)
        sociallogin.account = SocialAccount.objects.get(provider=provider.id, uid=sociallogin.account.uid)
        sociallogin.user = Account.objects.get(pk=account_id)
        request.session[providers.PROVIDER_KEY] = {
            "id": provider.id,
            "account": str(account_id),
            "sub": sociallogin.account.uid,
            "sid": str(claims.get("sid", "")),
            "id_token": sociallogin.id_token,
        }

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: DescribedProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Say in plain words what happened. Raises ImmediateHttpResponse."""
        known = extra_context or {}
        sign_in_log.note(SignInKind.NOT_ADMITTED, request, None, "provider")
        if isinstance(exception, RequestException):
            raise ImmediateHttpResponse(unreachable(request, provider.name))
        reason = _("The answer of %(provider)s could not be verified. Nobody was signed in.")
        status = 403
        if error == AuthError.CANCELLED:
            reason = _("You have stopped the sign-in.")
        elif exception is None and not known.get("state"):
            reason = _("The sign-in took too long or was begun in another window. Please begin again.")
            status = 400
        words = reason % {"provider": provider.name}
        raise ImmediateHttpResponse(refused(request, provider.name, words, status))


def unreachable(request: HttpRequest, name: str) -> HttpResponse:
    """The page for a provider that does not answer."""
    words = _("%(provider)s does not answer at the moment. Please try again in a few minutes.")
    return refused(request, name, words % {"provider": name}, 503)


def refused(request: HttpRequest, name: str, reason: str, status: int) -> HttpResponse:
    """The page that says why nobody was signed in."""
    context = {"provider": name, "reason": reason}
    return render(request, "identity/provider/callback.html", context, status=status)

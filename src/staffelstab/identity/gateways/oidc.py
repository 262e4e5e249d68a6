"""OpenID Connect providers: discovery, keys, tokens. On allauth's client, but no token counts unverified.

allauth skips the signature of a token it fetched itself, as the specification allows; here signature, issuer,
audience, times and nonce of every token are checked, those of back-channel logout (OpenID Connect Back-Channel Logout
1.0) among them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.http import HttpRequest

from staffelstab.identity.domain.single_sign_on import Provider

# Signatures only the provider can make: no HMAC with the client's secret, and never none.
ALGORITHMS: Final = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
KEPT: Final = 600
"""Seconds for which the provider's configuration and keys are kept."""
LEEWAY: Final = 60
"""Seconds by which the clocks of both machines may differ."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


class TokenRefused(OAuth2Error):
    """A token is not what the provider would have given us; the text says which check failed, never its content."""


def configuration(provider: Provider) -> Mapping[str, Any]:
    """The provider's own description of itself. Raises RequestException, TokenRefused for a foreign issuer."""
    found = _fetch(
        provider, "configuration", provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    )
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        raise TokenRefused("issuer of the configuration")
    return found


def _fetch(provider: Provider, what: str, url: str, *, fresh: bool = False) -> Mapping[str, Any]:
    key = f"oidc:{provider.id}:{what}:{url}"
    found = None if fresh else cache.get(key)
    if not isinstance(found, dict):
        with get_adapter().get_requests_session() as session:
            response = session.get(url)
            response.raise_for_status()
            found = response.json()
        if not isinstance(found, dict):
            raise TokenRefused(what)
        cache.set(key, found, KEPT)
    return found


def _key(provider: Provider, token: str) -> jwt.PyJWK:
    """The key that signed the token; keys are fetched anew when it is not among those known. Raises TokenRefused."""
    kid = jwt.get_unverified_header(token).get("kid")
    url = configuration(provider)["jwks_uri"]
    for fresh in (False, True):
        keys = [
            key
            for key in _fetch(provider, "keys", url, fresh=fresh).get("keys", [])
            if key.get("use", "sig") == "sig" and kid in {None, key.get("kid")}
        ]
        if len(keys) == 1:
            return jwt.PyJWK(keys[0])
    raise TokenRefused("key")


def _verified(provider: Provider, token: object, required: list[str]) -> dict[str, Any]:
    if not isinstance(token, str):
        raise TokenRefused("token")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(provider, token).key,
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=configuration(provider)["issuer"],
            leeway=LEEWAY,
            options={"require": [*required, "iss", "aud", "iat", "exp"]},
        )
    except (jwt.PyJWTError, KeyError, AttributeError, TypeError) as error:
        raise TokenRefused(type(error).__name__) from error
    return claims


def identity(provider: Provider, token: object, *, nonce: str) -> dict[str, Any]:
    """The claims of an ID token. Raises TokenRefused, RequestException."""
    claims = _verified(provider, token, ["sub"])
    if not nonce or not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
        raise TokenRefused("nonce")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise TokenRefused("azp")
    return claims


def logout(provider: Provider, token: object) -> dict[str, Any]:
    """The claims of a logout token: ``sid``, ``sub`` or both name what ends. Each counts once.

    Raises TokenRefused, RequestException.
    """
    claims = _verified(provider, token, ["jti", "events"])
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefused("events")
    if "nonce" in claims:
        raise TokenRefused("nonce")
    if not (isinstance(claims.get("sid"), str) or isinstance(claims.get("sub"), str)):
        raise TokenRefused("sid or sub")
    if not cache.add(f"oidc:{provider.id}:jti:{claims['jti']}", value=True, timeout=24 * 3600):
        raise TokenRefused("jti")
    return claims


def end_session_url(provider: Provider, *, id_token: str, back: str) -> str:
    """Where the provider ends its own session (RP-Initiated Logout 1.0); empty when it offers no such place.

    Raises RequestException, TokenRefused.
    """
    place = configuration(provider).get("end_session_endpoint")
    if not place:
        return ""
    asked = {
        "client_id": provider.client_id,
        "post_logout_redirect_uri": back,
        **({"id_token_hint": id_token} if id_token else {}),
    }
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"


class ProviderClient(OpenIDConnectOAuth2Adapter):
    """allauth's client for one of our providers."""

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        self.nonce = ""

    @property
    def settings(self) -> Provider:
        """What the operator wrote about it."""
        found: Provider = self.get_provider().described
        return found

    @property
    def openid_config(self) -> Mapping[str, Any]:
        """Kept for some minutes, and checked."""
        return configuration(self.settings)

    def complete_login(
        self, request: HttpRequest, _app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Verify what came back; the claims of token and userinfo end up on ``login.claims``.

        Raises OAuth2Error, RequestException.
        """
        id_token = kwargs["response"].get("id_token")
        claims = identity(self.settings, id_token, nonce=self.nonce)
        if self.settings.userinfo and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
                raise TokenRefused("sub of userinfo")
            # What is signed counts before what is not.
            claims = {**more, **claims}
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.claims, login.id_token = claims, id_token
        return login


class DescribedProvider(OpenIDConnectProvider):
    """A provider of the operator's file as allauth wants to see it."""

    oauth2_adapter_class = ProviderClient
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, described: Provider) -> None:
        self.described = described
        app = SocialApp(
            provider=self.id,
            provider_id=described.id,
            name=described.name,
            client_id=described.client_id,
            secret=described.client_secret,
            settings={"server_url": described.issuer},
        )
        super().__init__(request, app=app)

    def get_scope(self) -> list[str]:
        """As the operator wrote."""
        return list(self.described.scopes)

    def extract_extra_data(self, _data: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing is kept: the claims are read anew at each sign-in."""
        return {}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Only where to go afterwards comes from the request; neither scopes nor parameters nor the purpose."""
        kept = {
            key: value
            for key, value in super().get_redirect_from_request_kwargs(request).items()
            if key == "next_url"
        }
        nonce = secrets.token_urlsafe(24)
        return {
            **kept,
            "process": "login",
            "scope": self.get_scope(),
            "auth_params": {"nonce": nonce},
            "nonce": nonce,
        }

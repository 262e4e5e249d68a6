"""Who may read the figures of monitoring: whoever knows the token, or asks from a configured network."""

from __future__ import annotations

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def permitted(request: HttpRequest) -> bool:
    """Whether this request may read the figures; without configuration nobody may."""
    return _knows_token(request) or _is_near(request)


def _knows_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.METRICS_TOKEN
    return (
        bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), wanted.encode())
    )


def _is_near(request: HttpRequest) -> bool:
    address = client_address(request)
    return address is not None and any(address in network for network in settings.METRICS_NETWORKS)


def client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The address the request comes from, as far as it can be believed; None where it cannot.

    Behind ``STAFFELSTAB_PROXIES`` proxies it is the entry of ``X-Forwarded-For`` that the outermost of them wrote. A
    forwarded request without a configured proxy has no address: the proxy's own would admit the whole world.
    """
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        given = forwarded[-proxies] if len(forwarded) >= proxies else ""
    else:
        given = "" if forwarded else request.META.get("REMOTE_ADDR", "")
    try:
        found = ip_address(given)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found

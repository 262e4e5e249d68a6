"""Secrets at rest: encrypted under the secret key of the installation before they reach the database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    """The text encrypted and authenticated, as ASCII."""
    return _keys(_secrets()).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """What was sealed. Raises ``cryptography.fernet.InvalidToken`` under another secret key or for a changed text."""
    return _keys(_secrets()).decrypt(sealed.encode("ascii")).decode()


def _secrets() -> tuple[str, ...]:
    return tuple(map(str, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)))


@cache
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(secret))) for secret in secrets])


def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"staffelstab: secrets of second factors").derive(
        secret.encode()
    )

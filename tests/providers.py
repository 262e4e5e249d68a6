"""A sign-in provider on this machine that says what a test tells it to say, true or false.

For what a well-behaved provider never does: wrong signatures, foreign issuers, old tokens. The browser tests use a
real one (Canaille).
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from staffelstab.identity.domain.single_sign_on import Provider

CLIENT, SECRET = "staffelstab", "ein Geheimnis"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

OWN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class FakeProvider:
    """What the provider answers with; tests change it."""

    port: int = 0
    subject: dict[str, Any] = field(default_factory=lambda: {"sub": "s-1"})
    userinfo: dict[str, Any] | None = None
    token_changes: dict[str, Any] = field(default_factory=dict)
    configuration_changes: dict[str, Any] = field(default_factory=dict)
    key: Any = OWN_KEY
    kid: str | None = "k1"
    algorithm: str = "RS256"
    published: tuple[str, ...] = ("k1",)
    broken: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    """Parameters of the last authorization request."""
    exchanged: dict[str, str] = field(default_factory=dict)
    """Parameters of the last token request."""

    @property
    def issuer(self) -> str:
        """Where it lives."""
        return f"http://127.0.0.1:{self.port}"

    def described(self, **changes: Any) -> Provider:
        """As the operator would describe it."""
        values = {
            "id": "haus",
            "name": "Haus-Anmeldung",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "organisations": ("musterstadt",),
            "email_domains": ("musterstadt.example",),
            **changes,
        }
        return Provider(**values)

    def configuration(self) -> dict[str, Any]:
        """The answer of discovery."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            **self.configuration_changes,
        }

    def keys(self) -> dict[str, Any]:
        """Public halves."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OWN_KEY.public_key()))
        return {"keys": [{**public, "kid": kid, "use": "sig", "alg": "RS256"} for kid in self.published]}

    def sign(self, claims: dict[str, Any]) -> str:
        """A token. Claims that are None are left out."""
        kept = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.kid} if self.kid else {}
        return jwt.encode(kept, self.key, algorithm=self.algorithm, headers=headers)

    def id_token(self) -> str:
        """The ID token of the sign-in that was asked for."""
        now = int(time.time())
        standard = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
        }
        return self.sign({**standard, **self.subject, **self.token_changes})

    def logout_token(self, **changes: Any) -> str:
        """A logout token."""
        now = int(time.time())
        standard = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": f"j-{time.monotonic_ns()}",
            "events": {LOGOUT_EVENT: {}},
            "sub": self.subject["sub"],
        }
        return self.sign({**standard, **changes})

    def tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint; PKCE and the client's secret are checked as a real one does."""
        self.exchanged = form
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge.decode().rstrip("=") != self.asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        if form.get("client_secret") != SECRET or form.get("code") != "a-code":
            return 400, {"error": "invalid_client"}
        return 200, {"access_token": "an-access-token", "token_type": "Bearer", "id_token": self.id_token()}


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            place = urlsplit(self.path).path
            answers = {
                "/.well-known/openid-configuration": provider.configuration,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.subject if provider.userinfo is None else provider.userinfo,
            }
            if place in provider.broken:
                self._answer(500, {"error": "broken"})
            else:
                self._answer(200, answers[place]())

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.tokens({name: values[0] for name, values in parse_qs(text).items()}))

        def log_message(self, *_args: object) -> None:
            """Silent."""

    return Handler


@contextmanager
def running() -> Iterator[FakeProvider]:
    """The provider, listening on a port of 127.0.0.1 for the duration of the block."""
    provider = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

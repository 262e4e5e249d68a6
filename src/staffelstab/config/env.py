"""The environment, read in one place. Every key is described in ``docs/operator/settings.md`` (a test compares)."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from staffelstab.identity.domain.single_sign_on import Provider
from staffelstab.identity.formats.providers import parse

KEYS: Final = {
    "DATABASE_URL": "PostgreSQL of the application role: postgresql://app:secret@host/staffelstab; empty: embedded",
    "STAFFELSTAB_OWNER_DATABASE_URL": "the same database as its owner role; only `staffelstab migrate` needs it",
    "STAFFELSTAB_APP_ROLE": "name of the application role, default staffelstab_app",
    "STAFFELSTAB_DATA": "folder of the embedded database, files and the generated secret",
    "STAFFELSTAB_SECRET_KEY": "secret of sessions and links; default: generated once in the data folder",
    "STAFFELSTAB_HOSTS": "host names the program answers to, comma separated; default localhost",
    "STAFFELSTAB_ORIGINS": "trusted origins behind a proxy, comma separated, e.g. https://wissen.example.de",
    "STAFFELSTAB_PROXIES": "number of reverse proxies whose X-Forwarded-For is believed, default 0",
    "STAFFELSTAB_HTTPS": "1 when users reach the program through HTTPS: secure cookies, HSTS",
    "STAFFELSTAB_HSTS": "how far browsers insist on HTTPS: host, subdomains (default) or preload",
    "STAFFELSTAB_IDLE_MINUTES": "after how many minutes without use a session ends, 15 to 720, default 120",
    "STAFFELSTAB_DEBUG": "1 shows technical error pages; never in production",
    "STAFFELSTAB_DEMO": "1 offers one-click personas; only for demonstrations",
    "STAFFELSTAB_EMAIL_URL": "smtp://user:secret@host:587?tls=1; empty: mails are written to the log",
    "STAFFELSTAB_EMAIL_FROM": "sender of mails",
    "STAFFELSTAB_FILES": "folder of uploaded files, default files/ in the data folder",
    "STAFFELSTAB_OPERATOR_NAME": "imprint: who runs this installation",
    "STAFFELSTAB_OPERATOR_ADDRESS": "imprint: postal address, lines separated by |",
    "STAFFELSTAB_OPERATOR_EMAIL": "imprint: e-mail address",
    "STAFFELSTAB_OPERATOR_PHONE": "imprint: telephone number",
    "STAFFELSTAB_OPERATOR_REPRESENTATIVE": "imprint: who represents the operator",
    "STAFFELSTAB_OPERATOR_PRIVACY_CONTACT": "privacy page: data protection officer, e-mail or address",
    "STAFFELSTAB_SIGN_IN_FILE": "TOML file of sign-in providers (OpenID Connect), see single-sign-on.md; empty: none",
    "STAFFELSTAB_METRICS_TOKEN": "whoever knows it may read the figures at /metriken/; empty: nobody",
    "STAFFELSTAB_METRICS_NETWORKS": "networks from which /metriken/ may be read, e.g. 10.0.0.0/8; empty: none",
    "STAFFELSTAB_LOG_LEVEL": "level of the log, default INFO",
}


class SettingError(ValueError):
    """A setting cannot be used; the message is for the administrator."""


def text(key: str, default: str = "") -> str:
    """A setting as text; ``KEY_FILE`` names a file with it instead, as containers keep their secrets.

    Raises KeyError for a key that is not described, SettingError for a file that cannot be read.
    """
    if key not in KEYS:
        raise KeyError(key)
    given = os.environ.get(key, "").strip()
    named = os.environ.get(f"{key}_FILE", "").strip()
    if named and not given:
        try:
            given = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"{key}_FILE names {named}, which cannot be read.") from error
    return given or default


def flag(key: str) -> bool:
    """Whether a setting is switched on."""
    return text(key).lower() in {"1", "true", "yes", "on", "ja"}


def number(key: str, *, default: int, least: int, most: int) -> int:
    """A whole number within its limits. Raises SettingError for anything else."""
    given = text(key, str(default))
    if not given.isdecimal() or not least <= int(given) <= most:
        raise SettingError(f"{key} has to be a whole number from {least} to {most}, not {given}.")
    return int(given)


def choice(key: str, default: str, known: tuple[str, ...]) -> str:
    """One of the words known. Raises SettingError for another one."""
    given = text(key, default).lower()
    if given not in known:
        raise SettingError(f"{key} has to be one of {', '.join(known)}, not {given}.")
    return given


def words(key: str, default: str = "") -> list[str]:
    """A comma separated setting."""
    return [word.strip() for word in text(key, default).split(",") if word.strip()]


def secret_key(data_folder: Path) -> str:
    """The secret of this installation: given, or generated once in a file only its owner can read."""
    given = text("STAFFELSTAB_SECRET_KEY")
    if given:
        return given
    data_folder.mkdir(parents=True, exist_ok=True)
    path = data_folder / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        value = secrets.token_urlsafe(50)
        file.write(value)
    return value


# How long a database may be silent before it counts as lost; parameters of the URL come first. In seconds, the user
# timeout in milliseconds. Without them a network that swallows packets would hold a request for a quarter of an hour
# (unacknowledged data) or two hours (an idle connection).
_PATIENCE: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def database(url: str) -> dict[str, Any]:
    """A PostgreSQL URL as a Django database. Raises ValueError for another scheme."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("the database URL must begin with postgresql://")
    options: dict[str, Any] = _PATIENCE | dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(options.pop("port", "") or parts.port or ""),
        # Transaction pooling: no server-side cursors, no prepared statements, no session state.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"prepare_threshold": None, **options},
    }


def sign_in_providers() -> tuple[Provider, ...]:
    """The sign-in providers of the operator's file. Raises OSError, ProviderFileError."""
    named = text("STAFFELSTAB_SIGN_IN_FILE")
    if not named:
        return ()
    path = Path(named)

    def secret(kind: str, name: str) -> str:
        # The file names the variable, so that several providers can have secrets of their own.
        if kind == "env":
            return os.environ.get(name, "").strip()
        return (path.parent / name).read_text(encoding="utf-8").strip()

    return parse(path.read_text(encoding="utf-8"), secret=secret)


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mails go."""

    backend: str
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False


def mail() -> Mail:
    """The mail setting. Raises ValueError for another scheme than smtp."""
    url = text("STAFFELSTAB_EMAIL_URL")
    if not url:
        return Mail("django.core.mail.backends.console.EmailBackend")
    parts = urlsplit(url)
    if parts.scheme != "smtp":
        raise ValueError("the mail URL must begin with smtp://")
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        parts.hostname or "localhost",
        parts.port or 25,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        dict(parse_qsl(parts.query)).get("tls") == "1",
    )

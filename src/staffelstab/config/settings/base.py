"""Settings of every installation. The environment is read by ``config.env`` only."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from django.utils.csp import CSP

from staffelstab.config import env
from staffelstab.core.database.binaries import default_data_folder

PACKAGE = Path(__file__).resolve().parents[2]
DATA = Path(env.text("STAFFELSTAB_DATA") or default_data_folder())

SECRET_KEY = env.secret_key(DATA)
DEBUG = env.flag("STAFFELSTAB_DEBUG")
DEMO = env.flag("STAFFELSTAB_DEMO")
ALLOWED_HOSTS = env.words("STAFFELSTAB_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("STAFFELSTAB_ORIGINS")

INSTALLED_APPS = [
    "staffelstab.portal",
    "staffelstab.foresight",
    "staffelstab.workforce",
    "staffelstab.vocabulary",
    "staffelstab.identity",
    "staffelstab.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "staffelstab.core.health.metrics.MetricsMiddleware",
    "staffelstab.core.ui.compression.CompressionMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "staffelstab.core.ui.middleware.LanguageMiddleware",
    "staffelstab.core.ui.middleware.TracelessMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "staffelstab.core.ui.middleware.TenancyMiddleware",
    "staffelstab.identity.web.middleware.AccountStateMiddleware",
    "staffelstab.identity.web.middleware.SignInMiddleware",
]

ACTOR_RESOLVER = "staffelstab.identity.web.sessions.resolve"
ROOT_URLCONF = "staffelstab.config.urls"
WSGI_APPLICATION = "staffelstab.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "staffelstab.core.ui.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "staffelstab.core.templatetags.ui",
            ],
        },
    }
]
FORM_RENDERER = "staffelstab.core.ui.forms.FormRenderer"

# --- Database: the application role; the owner role only where it is given (migrate) -----------------------
APP_ROLE = env.text("STAFFELSTAB_APP_ROLE", "staffelstab_app")
DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgresql:///staffelstab"))}
if env.text("STAFFELSTAB_OWNER_DATABASE_URL"):
    DATABASES["owner"] = env.database(env.text("STAFFELSTAB_OWNER_DATABASE_URL"))
# How long a change waits for another one (an import, say) before its page says that the data are busy.
LOCK_PATIENCE = "20s"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "staffelstab_cache",
        # One table for all processes: the limits on attempts live here, and nothing else that is big. More entries
        # than this are dropped, so it has to be more than one attacker can make within the time they count.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
        "OPTIONS": {"id_function": "staffelstab.core.ids.new_id"},
    }
}

# --- Sign-in ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    # Length and known passwords count; composition rules and forced changes do not (BSI ORP.4, NIST 800-63B).
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "display_name")}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "staffelstab.identity.web.passwords.ContextWordsValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:start_show"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "staffelstab.identity.web.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "allauth.account.forms.EmailAwarePasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = (
    False  # this device; the others are signed out (identity.web.views.password)
)
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_USER_DISPLAY = "staffelstab.identity.web.adapter.display"
USERSESSIONS_TRACK_ACTIVITY = False
SIGN_IN_PROVIDERS = env.sign_in_providers()
SOCIALACCOUNT_ADAPTER = "staffelstab.identity.web.provider_adapter.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds; somebody is waiting for the page
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A whole town hall may share one address: the limit per account is the strict one. Codes of second factors count as
# failed sign-ins of their account.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/15m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_ADAPTER = "staffelstab.identity.web.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A passkey cannot be guessed; the limit keeps the work bounded.
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.text("STAFFELSTAB_PROXIES", "0"))
# A session ends this long after the sign-in, used or not, and when it has not been used for the other time.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 60 * env.number("STAFFELSTAB_IDLE_MINUTES", default=120, least=15, most=720)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Messages may name people: they wait in the session, not in a cookie of the browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Transport and browser ----------------------------------------------------------------------------------
HTTPS = env.flag("STAFFELSTAB_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
# Browsers take a name with this prefix from this host alone, through HTTPS, for the whole host.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}sprache"
THEME_COOKIE_NAME = f"{COOKIE_PREFIX}staffelstab_theme"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    HSTS = env.choice("STAFFELSTAB_HSTS", "subdomains", ("host", "subdomains", "preload"))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS != "host"
    SECURE_HSTS_PRELOAD = HSTS == "preload"
CSRF_FAILURE_VIEW = "staffelstab.core.ui.errors.forbidden"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}

# --- Language and time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "staffelstab.config.formats"
USE_I18N = True
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

# --- Files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.text("STAFFELSTAB_FILES", str(DATA / "files"))},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
# Bytes: with less on the disk of data or files nothing new is accepted. The embedded server's log grows by 16 MiB.
SPARE_SPACE = 64 * 1024 * 1024
IMPORT_LARGEST_FILE = 200 * 1024 * 1024  # bytes

# --- Mail ---------------------------------------------------------------------------------------------------
_mail = env.mail()
MAILERS = {
    "default": {
        "BACKEND": _mail.backend,
        "OPTIONS": (
            {
                "host": _mail.host,
                "port": _mail.port,
                "username": _mail.user,
                "password": _mail.password,
                "use_tls": _mail.tls,
                "timeout": 20,
            }
            if _mail.backend.endswith("smtp.EmailBackend")
            else {}
        ),
    }
}
DEFAULT_FROM_EMAIL = env.text("STAFFELSTAB_EMAIL_FROM", "staffelstab@localhost")

# --- Imprint ------------------------------------------------------------------------------------------------
OPERATOR = {
    "name": env.text("STAFFELSTAB_OPERATOR_NAME"),
    "address": env.text("STAFFELSTAB_OPERATOR_ADDRESS"),
    "email": env.text("STAFFELSTAB_OPERATOR_EMAIL"),
    "phone": env.text("STAFFELSTAB_OPERATOR_PHONE"),
    "representative": env.text("STAFFELSTAB_OPERATOR_REPRESENTATIVE"),
    "privacy_contact": env.text("STAFFELSTAB_OPERATOR_PRIVACY_CONTACT"),
}

# --- Monitoring: read by whoever knows the token or asks from one of the networks ----------------------------
METRICS_TOKEN = env.text("STAFFELSTAB_METRICS_TOKEN")
METRICS_NETWORKS = tuple(ip_network(word) for word in env.words("STAFFELSTAB_METRICS_NETWORKS"))

# --- Log: structured, without personal values ---------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "staffelstab.core.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("STAFFELSTAB_LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
# E-mail addresses are unique by a constraint on lower(email), not by the column.
SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004"]

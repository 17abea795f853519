"""Every setting, its value from the environment; each stands in docs/operations/settings.md."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from quanyu.kernel.access.rules import REPORTER, reach

ROOT = Path(__file__).resolve().parents[2]


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


# ------------------------------------------------------------------ the city and its home
QUANYU_HOME = Path(_text("QUANYU_HOME") or Path.home() / ".local/share/quanyu")
QUANYU_CITY = _text("QUANYU_CITY", "34/01/")
QUANYU_DEMO = _text("QUANYU_DEMO") == "1"
QUANYU_SCHEMA = _text("QUANYU_SCHEMA", "city")
QUANYU_QUEUE_SCHEMA = _text("QUANYU_QUEUE_SCHEMA", "queue")
QUANYU_URL = _text("QUANYU_URL")
QUANYU_PHONE = _text("QUANYU_PHONE")
QUANYU_FILING = _text("QUANYU_FILING")
QUANYU_BASE_MAP = _text("QUANYU_BASE_MAP")

# ------------------------------------------------------------------ secrets
SECRET_KEY = _text("QUANYU_SECRET_KEY")
QUANYU_FIELD_KEYS: dict[str, str] = json.loads(_text("QUANYU_FIELD_KEYS", "{}"))
QUANYU_INDEX_KEY = _text("QUANYU_INDEX_KEY")
QUANYU_KEYS_FILE = _text("QUANYU_KEYS_FILE")
QUANYU_CRYPTO = _text("QUANYU_CRYPTO", "aes")

# ------------------------------------------------------------------ limits
QUANYU_REPORTS_A_MINUTE = _number("QUANYU_REPORTS_A_MINUTE", 600 if QUANYU_DEMO else 30)
QUANYU_REPORTS_A_DAY = _number("QUANYU_REPORTS_A_DAY", 0 if QUANYU_DEMO else 200)
QUANYU_CODES_A_MINUTE = _number("QUANYU_CODES_A_MINUTE", 20)
QUANYU_KEPT_DAYS: dict[str, int] = json.loads(_text("QUANYU_KEPT_DAYS", "{}"))
QUANYU_REVEALS_AN_HOUR = _number("QUANYU_REVEALS_AN_HOUR", 60)
QUANYU_FILE_BYTES = _number("QUANYU_FILE_BYTES", 10 * 2**20)
QUANYU_EXPORT_ROWS = _number("QUANYU_EXPORT_ROWS", 5_000)
QUANYU_FILES_AT_ONCE = _number("QUANYU_FILES_AT_ONCE", 6)
QUANYU_TRUSTED_PROXY = _text("QUANYU_TRUSTED_PROXY")
QUANYU_PROXY_HEADER = _text("QUANYU_PROXY_HEADER", "X-Forwarded-For")
QUANYU_LINK_HOURS = max(1, _number("QUANYU_LINK_HOURS", 72))
QUANYU_GRANT_DAYS = max(1, _number("QUANYU_GRANT_DAYS", 365))
QUANYU_REQUEST_DAYS = max(1, _number("QUANYU_REQUEST_DAYS", 14))
QUANYU_REVIEW_DAYS = max(1, _number("QUANYU_REVIEW_DAYS", 30))
QUANYU_DEPUTY_DAYS = max(1, _number("QUANYU_DEPUTY_DAYS", 30))
QUANYU_IDLE_MINUTES = max(1, _number("QUANYU_IDLE_MINUTES", 30))

# ------------------------------------------------------------------ ways to people
QUANYU_MAIL_HOST = _text("QUANYU_MAIL_HOST")
QUANYU_MAIL_PORT = _number("QUANYU_MAIL_PORT", 587)
QUANYU_MAIL_TLS = _text("QUANYU_MAIL_TLS", "starttls")
QUANYU_MAIL_USER = _text("QUANYU_MAIL_USER")
QUANYU_MAIL_PASSWORD = _text("QUANYU_MAIL_PASSWORD")
QUANYU_MAIL_FROM = _text("QUANYU_MAIL_FROM")
QUANYU_SMS = _text("QUANYU_SMS")
QUANYU_SMS_RECEIPTS = _text("QUANYU_SMS_RECEIPTS")

# ------------------------------------------------------------------ database
DATABASE_URL = _text("QUANYU_DATABASE_URL")
APP_DATABASE_URL = _text("QUANYU_APP_DATABASE_URL")
QUANYU_POOL = _number("QUANYU_POOL", 8)


def _database(url: str, *, role: str | None) -> dict[str, Any]:
    parts = urlsplit(url)
    path = f"-c search_path={QUANYU_SCHEMA},{QUANYU_QUEUE_SCHEMA}"
    options: dict[str, Any] = {"options": path, "application_name": "quanyu"}
    if role:
        # Whoever says nothing is a reporter: reads nothing, may open a case in the city.
        nobody = reach(REPORTER, city=QUANYU_CITY)
        options |= {
            # Several at once answer many people; one question by several processes answers one, and
            # to begin these takes longer than all that a page asks.
            "options": f"{path} -c statement_timeout=60s -c app.reach={nobody}"
            " -c max_parallel_workers_per_gather=0",
            "assume_role": role,
            "prepare_threshold": 5,
            # Who waits longer for a connection is answered by nobody any more.
            "pool": {"min_size": 1, "max_size": QUANYU_POOL, "timeout": 10},
        }
    return {
        "ENGINE": "quanyu.kernel.access.postgres",
        "NAME": unquote(parts.path.lstrip("/")) or "quanyu",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


# The application acts as quanyu_app, under row security; migrate, backup and restore as owner.
DATABASES = {
    "default": _database(APP_DATABASE_URL or DATABASE_URL, role="quanyu_app"),
    "owner": _database(DATABASE_URL, role=None),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ------------------------------------------------------------------ what the house is made of
DOMAINS = ["regions", "organisations", "events", "gateway"]
KERNEL = [
    "accounts",
    "audit",
    "calendar",
    "codes",
    "files",
    "jobs",
    "operations",
    "notices",
    "privacy",
    "quotas",
    "tables",
    "workflow",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *[f"quanyu.kernel.{name}" for name in KERNEL],
    *[f"quanyu.{name}" for name in DOMAINS],
    "quanyu.web",
]
MIDDLEWARE = [
    "quanyu.web.watch.Watched",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quanyu.web.middleware.Policy",
    "quanyu.web.middleware.Problems",
    "quanyu.web.middleware.Keepable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "quanyu.kernel.accounts.oidc.AskFirst",
    "quanyu.kernel.accounts.http.OneTransaction",
]
ROOT_URLCONF = "quanyu.web.urls"
WSGI_APPLICATION = "quanyu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "quanyu.web.context.face",
            ],
        },
    }
]

# ------------------------------------------------------------------ sign-in
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "quanyu.kernel.accounts.passwords.Long"},
    {"NAME": "quanyu.kernel.accounts.passwords.Mixed"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "email"]},
    },
]
# allauth gives the steps of a sign-in; pages, addresses and limits are ours (kernel/accounts).
ACCOUNT_ADAPTER = "quanyu.kernel.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "quanyu.kernel.accounts.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
MFA_TOTP_TOLERANCE = 1  # a phone's clock, and the time to type
# Staff may come by the city's identity provider (docs/operations/sign-in.md): all three, or none.
QUANYU_OIDC_ISSUER = _text("QUANYU_OIDC_ISSUER")
QUANYU_OIDC_CLIENT_ID = _text("QUANYU_OIDC_CLIENT_ID")
QUANYU_OIDC_CLIENT_SECRET = _text("QUANYU_OIDC_CLIENT_SECRET")
QUANYU_OIDC_ONLY = _text("QUANYU_OIDC_ONLY") == "1"
SOCIALACCOUNT_ADAPTER = "quanyu.kernel.accounts.adapters.Provider"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
LOGIN_URL = "/desk/sign-in"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
    }
}
SESSION_ENGINE = "quanyu.kernel.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "quanyu"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "quanyu.web.pages.csrf_failure"

# ------------------------------------------------------------------ web
DEBUG = False
ALLOWED_HOSTS = _text("QUANYU_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_HANDLERS = ["quanyu.kernel.files.uploads.ToDisk"]
DATA_UPLOAD_MAX_NUMBER_FILES = 12
SECURE_CONTENT_TYPE_NOSNIFF = True
# Behind a proxy that speaks TLS: it must set X-Forwarded-Proto itself, whatever a client sends.
QUANYU_HTTPS = _text("QUANYU_HTTPS") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if QUANYU_HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = QUANYU_HTTPS
if QUANYU_HTTPS:
    # A browser takes a cookie of this name from this very host alone, and over TLS alone.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-quanyu", "__Host-csrf"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Only once the whole host speaks TLS for good: browsers refuse plain HTTP for so long.
SECURE_HSTS_SECONDS = _number("QUANYU_HSTS_SECONDS", 0) if QUANYU_HTTPS else 0
QUANYU_SECURITY_CONTACT = _text("QUANYU_SECURITY_CONTACT")
SECURE_REFERRER_POLICY = "same-origin"
STATIC_URL = "/static/"
_collected = ROOT / "staticfiles"
# A checkout whose static files nobody has collected yet serves them from where they stand.
STATIC_ROOT = _collected if _collected.exists() else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "quanyu.web.static_files.Hashed"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MIMETYPES = {
    ".geojson": "application/geo+json",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

# ------------------------------------------------------------------ words and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ------------------------------------------------------------------ the operator's eyes
QUANYU_SLOW_REQUEST = _number("QUANYU_SLOW_REQUEST", 1000)
QUANYU_SLOW_STATEMENT = _number("QUANYU_SLOW_STATEMENT", 200)
QUANYU_METRICS_TOKEN = _text("QUANYU_METRICS_TOKEN")
LOG_FORMAT = _text("QUANYU_LOG_FORMAT") or ("text" if QUANYU_DEMO else "json")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "quanyu.web.logs.JsonLines"},
        "text": {"()": "quanyu.web.logs.TextLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": _text("QUANYU_LOG", "WARNING")},
    # What was answered stands in our own line of each request; a 404 is no warning.
    "loggers": {"django.request": {"level": "ERROR"}, "quanyu.access": {}},
}

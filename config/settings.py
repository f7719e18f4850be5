"""All settings, read from top to bottom; what an installation may change comes from the environment."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from kombu import Queue

from config.environment import (
    embedded_redis_socket,
    env_bool,
    env_int,
    env_list,
    env_text,
    running_address,
    secret_key,
)
from config.workbench import NAVIGATION

BASE_DIR = Path(__file__).resolve().parent.parent
# The one place that says it is pyproject.toml.
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

# Everything that this installation writes lies under one folder.
FOOLRATE_DATA = Path(env_text("FOOLRATE_DATA") or BASE_DIR / "var").expanduser().resolve()
FOOLRATE_DATA.mkdir(parents=True, exist_ok=True)

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = secret_key(FOOLRATE_DATA)
# Hashes and seals the ids that recruiters give to people; docs/recruiting.md says what a change means.
PARTICIPANT_ID_KEY = env_text("PARTICIPANT_ID_KEY")
if PARTICIPANT_ID_KEY and len(PARTICIPANT_ID_KEY) < 32:
    raise ImproperlyConfigured("PARTICIPANT_ID_KEY must have at least 32 characters")
PARTICIPANT_ID_KEY = PARTICIPANT_ID_KEY or SECRET_KEY
# What payment needs of people who withdrew or did not begin is kept for so many days.
PAYMENT_DAYS = env_int("PAYMENT_DAYS", 90, at_least=1)
# The keys that check Prolific's signed arrivals: an https address, a file, or the key set itself.
PROLIFIC_KEYS = env_text("PROLIFIC_KEYS", "https://api.prolific.com/.well-known/study/jwks.json")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_URL = (env_text("SITE_URL") or running_address(FOOLRATE_DATA) or "http://127.0.0.1:8000").rstrip("/")
HTTPS = env_bool("HTTPS", default=SITE_URL.startswith("https://"))

# --- applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "config",
    "colorizers",
    "studies",
    "evaluation",
]

MIDDLEWARE = [
    "config.web.access_log.facts_for_the_log",
    "config.middleware.no_large_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.cross_origin_isolation",
    "config.middleware.no_nul_in_addresses",
    "csp.middleware.CSPMiddleware",
    "config.middleware.policy_of_the_workbench",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "studies.views.framing.readable_errors",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
# A copy of an installation (docs/moving.md) has the times of the original.
SERIALIZATION_MODULES = {"json": "config.exact_json"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database --------------------------------------------------------------------------------

DATABASE_URL = env_text("DATABASE_URL") or f"sqlite:///{FOOLRATE_DATA / 'foolrate.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Django's defaults lock out concurrent writers at once; these wait their turn instead.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=30,
        # FULL: an answer that was acknowledged is on the disk, whatever happens to the machine.
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    )

# --- Redis and Celery ------------------------------------------------------------------------

REDIS_SOCKET = embedded_redis_socket(FOOLRATE_DATA)
REDIS_URL = env_text("REDIS_URL") or f"unix://{REDIS_SOCKET}"
if urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://")

# A killed worker's tasks come back after this long; no task may take longer.
TASK_VISIBILITY_SECONDS = env_int("TASK_VISIBILITY_SECONDS", 900, at_least=2)
# A worker that gave no sign of life for this long has lost what it was colouring.
CLAIM_SECONDS = min(20, TASK_VISIBILITY_SECONDS)
COLORIZE_CHUNK = env_int("COLORIZE_CHUNK", 16, at_least=1)
COLORIZE_BATCH = env_int("COLORIZE_BATCH", 4, at_least=1)
COLORIZE_THREADS = env_int("COLORIZE_THREADS", 2, at_least=1)
COLORIZE_DEVICE = env_text("COLORIZE_DEVICE", "auto")
COLORIZE_PRECISION = env_text("COLORIZE_PRECISION", "float32")
if COLORIZE_PRECISION not in {"auto", "float32", "bfloat16", "float16"}:
    raise ImproperlyConfigured("COLORIZE_PRECISION must be auto, float32, bfloat16 or float16")

REDIS_PREFIX = env_text("REDIS_PREFIX", "foolrate:")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": TASK_VISIBILITY_SECONDS,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_keepalive": not REDIS_URL.startswith("unix"),
    # Who orders something waits for no queue that hangs; what could not be sent is sent by a later sweep.
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "global_keyprefix": REDIS_PREFIX,
}
# Networks wait in `gpu`, all else in `cpu`. A worker that is told nothing serves both, so that nothing
# ever waits for a machine that is not there.
CELERY_TASK_QUEUES = (Queue("cpu"), Queue("gpu"))
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

# --- how much one visitor may ask for --------------------------------------------------------

# Requests a minute and beginnings an hour from one network address; requests a minute of one participation.
LIMIT_ADDRESS = env_int("LIMIT_ADDRESS", 12_000, at_least=0)
LIMIT_BEGINNINGS = env_int("LIMIT_BEGINNINGS", 600, at_least=0)
LIMIT_VISITS = env_int("LIMIT_VISITS", 300, at_least=0)
LIMIT_PARTICIPATION = env_int("LIMIT_PARTICIPATION", 600, at_least=0)
# So many proxies in front add to X-Forwarded-For; what stands before theirs anybody may have written.
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, at_least=0)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}limits",
        # A survey waits for nobody who only counts.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    },
}

# --- people ----------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hour
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "studies.limits.login_address"
AXES_VERBOSE = False

# --- language and time -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
# In which the survey speaks; a study chooses among them.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

# --- files -----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = FOOLRATE_DATA / "static"
STATICFILES_DIRS = [("vendor/jspsych", BASE_DIR / "node_modules" / "jspsych" / "dist")]
MEDIA_ROOT = FOOLRATE_DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
UPLOAD_MAX_MB = env_int("UPLOAD_MAX_MB", 2048, at_least=1)
# Pairs of pictures that the blinding audit looks at when a study is launched; 0: no audit.
BLINDING_AUDIT_PAIRS = env_int("BLINDING_AUDIT_PAIRS", 240, at_least=0)
FILE_UPLOAD_TEMP_DIR = FOOLRATE_DATA / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)

# --- security --------------------------------------------------------------------------------

SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = [
    # Only whoever owns the whole domain can promise HTTPS for its other names, and in browsers' lists.
    "security.W005",
    "security.W021",
    # The proxy that speaks HTTPS redirects. This side would do so for ever behind one that says no scheme.
    "security.W008",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

# --- logging ---------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.Discreet",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        # The access log has a line for each of them already, without its address.
        "django.request": {"level": "ERROR"},
        "uvicorn": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}

# --- the admin's looks -----------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Foolrate",
    "SITE_HEADER": "Foolrate",
    "SITE_SUBHEADER": "Perceptual studies of colorized photographs",
    "SITE_SYMBOL": "palette",
    "SHOW_HISTORY": True,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("studies/icon.svg")}
    ],
    "STYLES": [lambda request: static("colorizers/workbench.css")],
    "SCRIPTS": [lambda request: static("colorizers/busy.js")],
    "DASHBOARD_CALLBACK": "config.overview.overview",
    "SIDEBAR": {"show_search": True, "navigation": NAVIGATION},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 265)",
            "100": "oklch(94% .04 265)",
            "200": "oklch(88% .07 265)",
            "300": "oklch(80% .11 265)",
            "400": "oklch(70% .15 265)",
            "500": "oklch(60% .18 265)",
            "600": "oklch(52% .19 265)",
            "700": "oklch(45% .17 265)",
            "800": "oklch(38% .14 265)",
            "900": "oklch(32% .11 265)",
            "950": "oklch(25% .08 265)",
        },
    },
}

"""Settings shared by all."""

from pathlib import Path

import environ

env = environ.Env(
    DEBUG=(bool, False),
    ALLOWED_HOSTS=(list, []),
    ORDER_LIMIT=(int, 50),
)
BASE_DIR = Path(__file__).resolve().parents[2]
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("SECRET_KEY", default="change-me-before-production-please")
DEBUG = env("DEBUG")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
DATABASES = {"default": env.db()}
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
ORDER_LIMIT = env("ORDER_LIMIT")
ORDER_TIMEOUT = env.float("ORDER_TIMEOUT_SECONDS", default=30.0)
SHIPPING_RATES = env.json("SHIPPING_RATES", default={})
PAYMENT_URL = env.url("PAYMENT_URL")

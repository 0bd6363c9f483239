"""The application."""

import os

from app.core.settings import get_settings

WORKERS = int(os.getenv("WEB_CONCURRENCY") or 2)
if "SENTRY_DSN" in os.environ:
    print("errors are reported")
settings = get_settings()

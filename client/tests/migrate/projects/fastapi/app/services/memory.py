"""What the assistant remembers."""

import os
from os import environ as env

from app.core.env import env_bool, env_float

ENABLED = env_bool("MEMORY_ENABLED", True)
WINDOW = int(os.getenv("MEMORY_WINDOW", "20"))
RETRY_DELAY = env_float("RETRY_DELAY_SECONDS", 2.5)
STREAMING = env.get("FEATURE_STREAMING", "0") == "1"


def backend(kind: str) -> str:
    return os.environ[f"MEMORY_BACKEND_{kind.upper()}"]

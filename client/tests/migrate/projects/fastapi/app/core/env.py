"""Older parts read the environment through these."""

import os

TRUE = {"1", "true", "yes", "on"}


def env_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in TRUE


def env_float(name: str, default: float) -> float:
    return float(os.environ.get(name, default))

"""A WSGI application as many have it: settings at import, workers forked from it.

`gunicorn --preload -w 8 preloaded_app:app`. It answers with the worker's process id, what the
worker reads, and what its callbacks were told.
"""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import Field

import trimtab


class Voice(trimtab.LiveSettings):
    stability: float = Field(0.5, ge=0, le=1, alias="VOICE_STABILITY")


cfg = trimtab.connect()
trimtab.use(cfg)
voice = Voice()
told: list[float] = []
voice.on_change("stability", lambda _, new: told.append(new))


def app(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """What this worker sees."""
    start("200 OK", [("Content-Type", "application/json")])
    seen = {
        "pid": os.getpid(),
        "typed": voice.stability,
        "told": told,
        "key": cfg["VOICE_STABILITY"],
    }
    return [json.dumps(seen).encode()]

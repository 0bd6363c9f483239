"""Hints by way of Redis, where one is configured; only then is what it needs imported."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from trimtab_server.settings import BadSettings, Settings


class Hints(Protocol):
    """A way to say to other servers that an application has a new head, and to hear it."""

    def tell(self, payload: str) -> None:
        """Say it, sooner or later or never; never waits and never fails."""

    async def run(self) -> None:
        """Hear until cancelled; then the way is closed."""


class NoHints:
    """Nobody to tell and nobody to hear."""

    def tell(self, payload: str) -> None:
        """Nothing."""

    async def run(self) -> None:
        """Nothing, until cancelled."""
        await asyncio.Event().wait()


def configured_hints(
    settings: Settings,
    on_payload: Callable[[str], None],
    on_connected: Callable[[], Awaitable[None]],
) -> Hints:
    """What the settings say.

    Raises:
        BadSettings: Redis is configured wrongly, or the extra `redis` is not installed.
    """
    if not settings.redis_url:
        return NoHints()
    if find_spec("redis") is None:
        raise BadSettings("TRIMTAB_REDIS_URL: needs `pip install 'trimtab-server[redis]'`")
    module: Any = import_module("trimtab_server.infra.redis_hints")
    try:
        hints: Hints = module.redis_hints(settings.redis_url, on_payload, on_connected)
    except ValueError:  # its text may quote the URL, which may hold a password
        raise BadSettings("TRIMTAB_REDIS_URL: is no redis:// or rediss:// URL") from None
    return hints

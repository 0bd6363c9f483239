"""Signing the heads again and again, while the server runs."""

import asyncio
from pathlib import Path

import structlog

from trimtab_server.infra.database import Database
from trimtab_server.trail.audit_key import load_key
from trimtab_server.trail.checkpoint import Head
from trimtab_server.trail.sign_heads import append_checkpoint, sign_heads

EACH_SECONDS = 60.0
_log = structlog.get_logger(__name__)


async def keep_checkpoints(
    database: Database, key_file: Path, target: str, *, each_seconds: float = EACH_SECONDS
) -> None:
    """Append a checkpoint to `target` (`-`: standard output) whenever something has happened.

    Runs until it is cancelled. What fails is logged and tried again: a full disk or a database
    that is away must not end the signing.
    """
    signed: tuple[Head, ...] = ()
    path = None if target == "-" else Path(target)
    while True:
        try:
            checkpoint = await sign_heads(database, load_key(key_file))
            if checkpoint.heads != signed:
                await asyncio.to_thread(append_checkpoint, checkpoint, path)
                signed = checkpoint.heads
        except Exception as error:  # noqa: BLE001 - whatever it is, the next minute may be better
            _log.warning("checkpoint-failed", error=type(error).__name__)
        await asyncio.sleep(each_seconds)

"""A checkpoint of what the chains hold now, and putting it where it is kept."""

import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trimtab_server.infra.database import Database, database_now
from trimtab_server.trail.chains import load_chains
from trimtab_server.trail.checkpoint import Checkpoint, Head, sign
from trimtab_server.trail.fold_out_of_band import fold_out_of_band


async def sign_heads(database: Database, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign the heads of all chains, what was written around the server taken in before."""
    await fold_out_of_band(database)
    async with database.read() as connection:
        heads = [Head(one.name, one.seq, one.head) for one in await load_chains(connection)]
        return sign(key, heads, await database_now(connection))


def append_checkpoint(checkpoint: Checkpoint, path: Path | None) -> None:
    """One line more in a file of its owner's, on the disk when this returns; None: stdout."""
    line = json.dumps(checkpoint.to_json(), separators=(",", ":"))
    if path is None:
        print(line, flush=True)  # noqa: T201 - standard output is where it was asked to go
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())

"""A checkpoint of what the chains hold now."""

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

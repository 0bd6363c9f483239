"""A verification as one answer, for the API and for the server's own command line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.trail.chains import Chain, load_chains
from trimtab_server.trail.checkpoint import Checkpoint, fingerprint
from trimtab_server.trail.verify import ChainReport, verify, with_signed


@dataclass(frozen=True, slots=True)
class TrailReport:
    """What reading the chains showed, and which checkpoints they could be held against."""

    chains: tuple[ChainReport, ...]
    checkpoints: tuple[tuple[Checkpoint, bool], ...]

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong, the signatures among it."""
        return all(one.valid for one in self.chains) and all(ok for _, ok in self.checkpoints)

    def to_json(self) -> dict[str, Any]:
        """The answer's members."""
        return {
            "valid": self.valid,
            "chains": [_chain(one) for one in self.chains],
            "checkpoints": [
                {"at": one.at, "signedBy": fingerprint(one.public_key), "trusted": trusted}
                for one, trusted in self.checkpoints
            ],
        }


async def report(
    connection: AsyncConnection,
    wanted: Callable[[Chain], bool],
    checkpoints: Sequence[Checkpoint] = (),
    public_key: bytes | None = None,
) -> TrailReport:
    """Verify the chains that are wanted, among them those that were signed and are gone.

    A checkpoint that is not signed with `public_key` is said to be so and compared with nothing.
    """
    judged = [(one, public_key is not None and one.is_signed_by(public_key)) for one in checkpoints]
    trusted = [one for one, good in judged if good]
    chains = with_signed(await load_chains(connection), trusted)
    found = await verify(connection, [one for one in chains if wanted(one)], trusted)
    return TrailReport(tuple(found), tuple(judged))


def _chain(one: ChainReport) -> dict[str, Any]:
    return {
        "chain": one.chain.name,
        "application": one.chain.application,
        "entries": one.entries,
        "outOfBand": one.out_of_band,
        "head": one.chain.head,
        "valid": one.valid,
        "problems": [{"seq": found.seq, "kind": found.kind} for found in one.problems],
    }

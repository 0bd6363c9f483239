"""Are the chains what was once written, and do they hold what was signed?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import NO_ENTRY
from trimtab_server.audit.fact import AuditAction
from trimtab_server.audit.verify_chain import ChainVerifier, EntryRow, Fault, FaultKind
from trimtab_server.trail.chains import Chain
from trimtab_server.trail.checkpoint import Checkpoint
from trimtab_server.trail.queries import hash_at, load_purged, read_pieces

_MOST_PROBLEMS = 100


class Beyond(StrEnum):
    """What a chain by itself cannot show."""

    # The application has changes that its chain does not tell of, or the other way round.
    OTHER_CHANGES = "other-changes"
    # Entries are gone that were signed.
    CUT = "cut"
    # An entry has another hash than was signed: the chain was written anew.
    REBUILT = "rebuilt"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the number of the entry that shows it."""

    seq: int
    kind: FaultKind | Beyond


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What reading one chain showed; of many problems only the first."""

    chain: Chain
    entries: int
    out_of_band: int
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


async def verify(
    connection: AsyncConnection, chains: Sequence[Chain], checkpoints: Sequence[Checkpoint] = ()
) -> list[ChainReport]:
    """Read every chain from its first entry to its last, within one transaction.

    `checkpoints` are trusted: whose signature it is has been looked at before.
    """
    return [await _verify_one(connection, chain, checkpoints) for chain in chains]


def with_signed(chains: Sequence[Chain], checkpoints: Sequence[Checkpoint]) -> list[Chain]:
    """The chains, and those that were signed and are not there any more."""
    signed = {head.chain for one in checkpoints for head in one.heads}
    gone = sorted(signed - {chain.name for chain in chains})
    return [*chains, *(Chain(name, 0, NO_ENTRY) for name in gone)]


async def _verify_one(
    connection: AsyncConnection, chain: Chain, checkpoints: Sequence[Checkpoint]
) -> ChainReport:
    verifier = ChainVerifier(chain.name, await load_purged(connection, chain.name))
    tally, problems = _Tally(), _Problems()
    async for entries, values in read_pieces(connection, chain.name):
        problems.take(verifier.feed(entries, values))
        tally.count(entries)
    problems.take(verifier.end((chain.seq, chain.head)))
    if chain.revision is not None and (tally.changes, tally.revision) != (chain.revision,) * 2:
        problems.add(verifier.last[0], Beyond.OTHER_CHANGES)
    for one in checkpoints:
        await _compare(connection, chain, one, problems)
    return ChainReport(chain, tally.entries, tally.out_of_band, tuple(problems.first))


async def _compare(
    connection: AsyncConnection, chain: Chain, checkpoint: Checkpoint, problems: "_Problems"
) -> None:
    signed = checkpoint.head_of(chain.name)
    if signed is None or signed.seq == 0:
        return
    found = await hash_at(connection, chain.name, signed.seq)
    if found != signed.hash:
        problems.add(signed.seq, Beyond.CUT if found is None else Beyond.REBUILT)


@dataclass(slots=True)
class _Tally:
    """What was read; the revision is that of the last change."""

    entries: int = 0
    changes: int = 0
    revision: int | None = 0
    out_of_band: int = 0

    def count(self, entries: Sequence[EntryRow]) -> None:
        self.entries += len(entries)
        for row in entries:
            if row[2] == AuditAction.CHANGE:
                self.changes += 1
                self.revision = row[8]
            elif row[2] == AuditAction.OUT_OF_BAND:
                self.out_of_band += 1


class _Problems:
    """The first hundred: a chain that was cut in its middle has as many as entries."""

    def __init__(self) -> None:
        self.first: list[Problem] = []

    def take(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault.seq, fault.kind)

    def add(self, seq: int, kind: FaultKind | Beyond) -> None:
        if len(self.first) < _MOST_PROBLEMS:
            self.first.append(Problem(seq, kind))

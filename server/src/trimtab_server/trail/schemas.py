"""Request and response bodies of the audit routes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from trimtab_server.http.wire import WireModel, example
from trimtab_server.trail.checkpoint import FORMAT
from trimtab_server.trail.list_entries import ValueState

ChainName = Annotated[str, Field(max_length=63, examples=["system"])]
Hash = Annotated[str, Field(min_length=64, max_length=64, description="SHA-256, hex digits.")]
Number = Annotated[int, Field(ge=0, le=2**53 - 1)]
PublicKey = Annotated[
    str, Field(min_length=44, max_length=44, description="Ed25519, base64url with its padding.")
]
_HEAD = {"chain": "system", "seq": 12, "hash": "0" * 64}
_CHECKPOINT = {
    "format": FORMAT,
    "at": "2026-11-23T08:00:00.000000+00:00",
    "heads": [_HEAD],
    "publicKey": "A" * 43 + "=",
    "signature": "A" * 86 + "==",
}


class AuditItem(WireModel):
    """One thing that an entry is about; `old` and `new` only where this reader may see them."""

    kind: str
    key: str | None
    environment: str | None
    version: int | None
    overridden: Annotated[
        str | None, Field(description="The rule that took it for a credential, and was overruled.")
    ] = None
    override_reason: str | None = None
    old: Any
    old_state: ValueState
    new: Any
    new_state: ValueState


class AuditEntry(WireModel):
    """One thing that happened; an entry is never changed and never goes."""

    seq: Annotated[int, Field(description="Its number in its chain, without gaps.")]
    chain: ChainName
    application: Annotated[str | None, Field(description="Whose chain it is; null: the system's.")]
    at: datetime
    action: Annotated[str, Field(examples=["change", "token-issued", "out-of-band"])]
    actor: str | None
    actor_id: str | None
    channel: str
    request_id: str | None
    address: str | None
    revision: Annotated[str | None, Field(examples=["1795305600.12"])]
    reason: Annotated[str | None, Field(description="A change's comment, or why it was refused.")]
    reason_state: ValueState
    subject: Annotated[dict[str, Any], Field(description="What else the action names.")]
    items: list[AuditItem]
    hash: Hash
    prev_hash: Hash
    body: Annotated[
        str | None, Field(description="The text that was hashed; with `proof` only.")
    ] = None


class AuditPage(WireModel):
    """One page of the trail; `nextCursor` is null on the last."""

    items: list[AuditEntry]
    next_cursor: str | None


class SignedHead(WireModel):
    """The last entry of one chain when the checkpoint was signed."""

    chain: ChainName
    seq: Number
    hash: Hash


class SignedCheckpoint(WireModel):
    """Heads of all chains at one instant, signed: keep it where the database's owner cannot."""

    model_config = example(_CHECKPOINT)

    format: Literal["trimtab.audit.checkpoint.v1"]
    at: Annotated[str, Field(max_length=40)]
    heads: Annotated[list[SignedHead], Field(max_length=1_000)]
    public_key: PublicKey
    signature: Annotated[str, Field(min_length=88, max_length=88)]


class PostVerify(WireModel):
    """Checkpoints to hold the chains against, and whose signature is asked for."""

    model_config = example({"checkpoints": [_CHECKPOINT]})

    checkpoints: Annotated[list[SignedCheckpoint], Field(max_length=100)]
    public_key: Annotated[
        PublicKey | None, Field(description="Whose signature counts; the server's where left out.")
    ] = None


class ChainProblem(WireModel):
    """One thing that is wrong."""

    seq: Annotated[int, Field(description="The entry that shows it.")]
    kind: Annotated[str, Field(examples=["altered-body"])]


class VerifiedChain(WireModel):
    """One chain, read from its first entry to its last."""

    chain: ChainName
    application: str | None
    entries: int
    out_of_band: Annotated[
        int, Field(description="Entries that tell of writing around the server.")
    ]
    head: Hash
    valid: bool
    problems: Annotated[list[ChainProblem], Field(description="The first hundred, in order.")]


class VerifiedCheckpoint(WireModel):
    """Whose signature a checkpoint has; what it says of the chains stands with these."""

    at: str
    signed_by: Annotated[str, Field(description="The key's fingerprint.")]
    trusted: Annotated[bool, Field(description="Signed with the key that was asked for.")]


class Verification(WireModel):
    """Whether the trail is what was once written."""

    valid: bool
    chains: list[VerifiedChain]
    checkpoints: list[VerifiedCheckpoint]

"""One thing that happened, as the audit trail takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class AuditAction(StrEnum):
    """What happened."""

    CHANGE = "change"
    # Somebody wrote to the database around the server; told when the trail is next looked at.
    OUT_OF_BAND = "out-of-band"
    PURGED = "purged"
    # The revisions of an application stand for something else from here on: after a restore.
    EPOCH_BEGUN = "epoch-begun"
    PRINCIPAL_CREATED = "principal-created"
    PRINCIPAL_DISABLED = "principal-disabled"
    GRANT_GIVEN = "grant-given"
    GRANT_TAKEN = "grant-taken"
    TOKEN_ISSUED = "token-issued"  # noqa: S105 - the name of an event
    TOKEN_ROTATED = "token-rotated"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - the name of an event
    ACCESS_REFUSED = "access-refused"
    SECRET_REFUSED = "secret-refused"  # noqa: S105 - the name of an event
    LOGIN_FAILED = "login-failed"


@dataclass(frozen=True, slots=True)
class AuditFact:
    """Who did what to what, through which channel and why.

    `subject` says what was acted on, in JSON types. Anything that may one day have to be purged
    goes into `values` (slot name to canonical text; None where there was no value): the entry
    holds a commitment to each, never the text.
    """

    action: AuditAction
    actor_id: str | None
    actor_name: str | None
    channel: str
    request_id: str | None
    address: str | None
    revision: int | None
    reason: str | None
    subject: Mapping[str, object]
    values: Mapping[str, str | None]


class Actor(Protocol):
    """Who acts and through what, whatever class of a higher floor says so."""

    @property
    def id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...


def fact_by(
    actor: Actor, action: AuditAction, subject: Mapping[str, object], *, reason: str | None = None
) -> AuditFact:
    """A fact that belongs to no revision and holds no values."""
    return AuditFact(
        action=action,
        actor_id=actor.id,
        actor_name=actor.name,
        channel=str(actor.channel),
        request_id=actor.request_id,
        address=actor.address,
        revision=None,
        reason=reason,
        subject=subject,
        values={},
    )

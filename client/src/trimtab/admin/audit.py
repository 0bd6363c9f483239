"""The audit trail over HTTP: what happened, whether that is all of it, and a signature over it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from trimtab.admin.exchange import Exchange
from trimtab.admin.replies import Json
from trimtab.admin.wire import Wire
from trimtab.profile import Profile

_AUDIT = "/api/v1/audit"
_TIMEOUT = httpx2.Timeout(600.0, connect=5.0)  # a chain of millions is read from end to end


@dataclass(frozen=True, slots=True)
class AuditItem:
    """One thing that an entry is about.

    `old_state` and `new_state` say why a value is shown as it is: `none`, `shown`, `hidden` (this
    token may not see it), `purged` or `missing`.
    """

    kind: str
    key: str | None = None
    environment: str | None = None
    old: Any = None
    old_state: str = "none"
    new: Any = None
    new_state: str = "none"
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened; `seq` is its number in its chain."""

    seq: int
    chain: str
    at: str
    action: str
    channel: str
    actor: str | None = None
    application: str | None = None
    revision: str | None = None
    reason: str | None = None
    reason_state: str = "none"
    subject: Json = field(default_factory=dict)
    items: tuple[AuditItem, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedChain:
    """One chain, read from end to end; `problems` are `{"seq", "kind"}`, the first hundred."""

    chain: str
    entries: int
    valid: bool
    application: str | None = None
    out_of_band: int = 0
    problems: tuple[Json, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the trail is what was once written; `checkpoints` are `{"at", "trusted", ...}`."""

    valid: bool
    chains: tuple[VerifiedChain, ...] = ()
    checkpoints: tuple[Json, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


class Audit(Wire):
    """Reads the audit trail as the holder of the profile's token."""

    def __init__(self, profile: Profile, *, channel: str = "api") -> None:
        super().__init__(profile, channel=channel)
        self._exchange.close()
        self._exchange = Exchange(profile, channel=channel, timeout=_TIMEOUT)

    def entries(
        self, filters: Mapping[str, object] | None = None, *, limit: int | None = None
    ) -> Iterator[AuditEntry]:
        """Entries, page by page; `filters` in the names of the API, at most `limit` of them."""
        left = limit
        query = self._scope(None) | dict(filters or {})
        for page in self._pages(_AUDIT, query, limit=limit):
            for raw in self._object(page, "items")["items"]:
                if left == 0:
                    return
                left = None if left is None else left - 1
                yield self._read(AuditEntry, raw, items=self._read_all(AuditItem, raw))

    def verify(self, *, chain: str | None = None) -> Verification:
        """Verify the application's chain and, where the token may, the system's."""
        query = self._scope(None) | {"chain": chain}
        return self._verification(self._json("GET", f"{_AUDIT}/verify", query=query))

    def verify_against(
        self, checkpoints: Sequence[Json], public_key: str | None = None
    ) -> Verification:
        """Verify every chain, and that nothing is gone or changed that the checkpoints signed."""
        body = {"checkpoints": list(checkpoints), "publicKey": public_key}
        sent = {name: value for name, value in body.items() if value is not None}
        return self._verification(self._json("POST", f"{_AUDIT}/verify", body=sent))

    def checkpoint(self) -> Json:
        """The heads of all chains as they are now, signed by the server."""
        return self._object(self._json("GET", f"{_AUDIT}/checkpoint"), "signature")

    def _verification(self, reply: Any) -> Verification:
        chains = tuple(
            self._read(VerifiedChain, raw, problems=tuple(raw["problems"]))
            for raw in self._object(reply, "chains")["chains"]
        )
        checkpoints = tuple(self._object(reply, "checkpoints")["checkpoints"])
        return self._read(Verification, reply, chains=chains, checkpoints=checkpoints)

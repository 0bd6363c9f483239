"""Carry a plan out: one change in the store, made exactly once or not at all."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from trimtab.admin import Admin, Change
from trimtab.errors import Refused, ServerFault, ServerUnreachable, TrimtabError
from trimtab.migrate.artifacts import Artifact, Artifacts
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.edits import FIRST_POLICY, Item, edits_of
from trimtab.migrate.inventory import NamedFiles
from trimtab.migrate.keep_lines import kept_files
from trimtab.migrate.plan import Plan
from trimtab.migrate.store_state import StoreState

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
_MARK_LENGTH = 8


class CannotApply(TrimtabError):
    """The plan does not fit this store; `reasons` say all that stands against it."""

    code = "cannot-apply"

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


class Unsettled(ServerUnreachable):
    """The server went away after it was asked; nobody knows yet whether it did it."""

    code = "unsettled"

    def __init__(self, cause: ServerUnreachable | ServerFault, url: str) -> None:
        super().__init__(url, getattr(cause, "reason", str(cause)))

    def __str__(self) -> str:
        return (
            f"The server at {self.url} went away while the change was being made ({self.reason}). "
            "It was made as a whole or not at all: run the same command again, which finds it "
            "done or makes it, once."
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """One change, ready to be sent: the same request each time, under the same key."""

    items: Sequence[Item]
    comment: str
    policy: str | None
    idempotency_key: str
    against: str


def prepare(plan: Plan, state: StoreState, *, policy: str | None, comment: str | None) -> Prepared:
    """The change that would carry the plan out; raises CannotApply."""
    edits = edits_of(plan, state, policy=policy)
    if edits.refusals:
        raise CannotApply(edits.refusals)
    comment = f"{comment or 'moved in by trimtab migrate'} {mark(plan.digest())}"
    said = [plan.digest(), state.revision, policy, comment, edits.items]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = hashlib.sha256(text.encode()).hexdigest()
    return Prepared(edits.items, comment, policy, key, state.revision)


def mark(plan_digest: str) -> str:
    """What the change's comment ends in, so that history tells which plan it was."""
    return f"(plan {plan_digest[:_MARK_LENGTH]})"


def artifact_of(
    plan: Plan, prepared: Prepared, files: NamedFiles, place: Mapping[str, str]
) -> Artifact:
    """The record to keep of it; `place` gives server, plan file and the project's folder."""
    moving = {str(item["key"]) for item in prepared.items}
    return Artifact(
        application=plan.application,
        server=place["server"],
        revision=None,
        against=prepared.against,
        plan_digest=plan.digest(),
        plan_path=place["plan"],
        root=place["root"],
        dialect=Dialect(plan.dialect).value,
        policy=prepared.policy or FIRST_POLICY,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        keys=tuple(sorted(moving)),
        files=kept_files(files.files, moving),
    )


def carry_out(
    admin: Admin,
    prepared: Prepared,
    *,
    pauses: Sequence[float] | None = None,
    on_pause: Callable[[float], None] = lambda _: None,
) -> Change:
    """Send the change; where no answer comes, send the very same again after each of `pauses`.

    Raises Unsettled after the last attempt, and what `Admin.bulk` raises for a refusal.
    """
    for pause in (*(PAUSES_SECONDS if pauses is None else pauses), None):
        try:
            return admin.bulk(
                prepared.items, comment=prepared.comment, idempotency_key=prepared.idempotency_key
            )
        except (ServerUnreachable, Refused) as error:
            if not _may_come_back(error):
                raise
            if pause is None:
                raise _unsettled(error) from None
        on_pause(pause)
        time.sleep(pause)
    raise AssertionError("unreachable")  # the last round returns or raises


def settle_pending(admin: Admin, artifacts: Artifacts, plan: Plan) -> list[Artifact]:
    """Find out what became of changes that were sent without an answer; gives those made."""
    made = []
    for artifact in artifacts.pending(plan.digest()):
        revision = _revision_of(admin, artifact)
        if revision is None:
            artifacts.forget(artifact)
        else:
            made.append(artifacts.settle(artifact, revision))
    return made


def root_of(plan: Plan, path: Path) -> Path:
    """The project's folder, which the plan names as seen from its own file."""
    return (path.parent / plan.root).resolve()


def _revision_of(admin: Admin, artifact: Artifact) -> str | None:
    """The revision in which it was made, by the mark in its comment."""
    ending = mark(artifact.plan_digest)
    floor = int(artifact.against.rpartition(".")[2] or 0)
    for key in artifact.keys[:1]:
        try:
            versions = list(admin.history(key, limit=50))
        except Refused:  # no such setting: nothing was made
            return None
        for version in versions:
            is_later = int(version.revision.rpartition(".")[2]) > floor
            if is_later and (version.comment or "").endswith(ending):
                return version.revision
    return None


def _may_come_back(error: ServerUnreachable | Refused) -> bool:
    if isinstance(error, Refused):
        in_flight = error.problem.code == "idempotency-key-in-flight"
        return in_flight or (isinstance(error, ServerFault) and error.status in {502, 503, 504})
    return True


def _unsettled(error: ServerUnreachable | Refused) -> TrimtabError:
    if isinstance(error, ServerUnreachable):
        return Unsettled(error, error.url)
    return error

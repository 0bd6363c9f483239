"""From a request to a prepared change: preconditions, idempotency, and the reply."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from starlette.responses import JSONResponse

from trimtab_server.access.author import Author, CurrentAuthor
from trimtab_server.access.principal import Principal
from trimtab_server.access.requires import CurrentPrincipal
from trimtab_server.config.authorise import check_edits
from trimtab_server.config.committer import Committer
from trimtab_server.config.edits import AnyEdit, Compose, Idempotency, Precondition, PreparedChange
from trimtab_server.config.outcome import Outcome
from trimtab_server.http.preconditions import Tags, require_match, require_precondition
from trimtab_server.http.wire import json_reply

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag that was read, or `*` for whatever is there.",
        examples=['"7516c394cb6d44a62c837fc4"'],
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="`*`: write only where there is no value of its own yet.",
        examples=["*"],
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        examples=["3f7c1a52-plan-12"],
        description="The same key with the same request within 24 h is carried out once.",
    ),
]


@dataclass(frozen=True, slots=True)
class Writing:
    """Everything about a write that is not its content."""

    committer: Committer
    principal: Principal
    author: Author
    idempotency: Idempotency | None

    def prepare(
        self,
        application: str,
        edits: tuple[AnyEdit, ...] | Compose,
        *,
        comment: str | None,
        show: tuple[tuple[str, str], ...] = (),
    ) -> PreparedChange:
        """The change as the request's author makes it, if they may.

        Raises:
            NotAllowed: one of the edits is not theirs to make, whatever it is about.
        """
        if isinstance(edits, tuple):
            check_edits(self.principal, application, edits)
        return PreparedChange(
            application=application,
            principal=self.principal,
            author=self.author,
            edits=edits,
            comment=comment,
            idempotency=self.idempotency,
            show=show,
        )

    async def commit(
        self,
        application: str,
        edits: tuple[AnyEdit, ...] | Compose,
        *,
        comment: str | None,
        show: tuple[tuple[str, str], ...] = (),
    ) -> Outcome:
        """Commit as one change of the request's author."""
        change = self.prepare(application, edits, comment=comment, show=show)
        return await self.committer.commit(change)


async def _writing(
    request: Request,
    author: CurrentAuthor,
    principal: CurrentPrincipal,
    idempotency_key: IdempotencyKey = None,
) -> Writing:
    idempotency = None
    if idempotency_key is not None:
        said = (request.method, request.url.path, request.url.query, await request.body())
        fingerprint = hashlib.sha256(repr(said).encode()).hexdigest()
        kept = hashlib.sha256(idempotency_key.encode()).hexdigest()  # it may be anything at all
        idempotency = Idempotency(str(principal.id), kept, fingerprint)
    return Writing(request.state.committer, principal, author, idempotency)


CurrentWriting = Annotated[Writing, Depends(_writing)]


async def _precondition(
    if_match: IfMatch = None, if_none_match: IfNoneMatch = None
) -> Precondition:
    tags, absent = require_precondition(if_match, if_none_match)
    return precondition_of(tags, absent=absent)


def precondition_of(tags: Tags | None, *, absent: bool = False) -> Precondition:
    """Weak tags never match a strong comparison: they become a tag that nothing has."""
    if tags is None or tags.anything:
        return Precondition(absent=absent)
    return Precondition(matches=tags.strong or frozenset({"none"}), absent=absent)


async def _match(if_match: IfMatch = None) -> Precondition:
    return precondition_of(require_match(if_match))


# A value may be written where there is none yet; everything else edits what somebody has read.
RequiredPrecondition = Annotated[Precondition, Depends(_precondition)]
RequiredMatch = Annotated[Precondition, Depends(_match)]


def entity_written(outcome: Outcome) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers of the reply to a write of one key: the entity as it is now."""
    shown = outcome.shown[0]
    body: dict[str, Any] = {
        **shown.entity,
        "revision": outcome.revision_text,
        "changed": outcome.changed,
        "effective": shown.entity["sourcePolicy"] != "shadow",
    }
    return body, {"ETag": shown.etag, "Trimtab-Revision": outcome.revision_text}


def entity_reply(
    outcome: Outcome, *, status: int = 200, location: str | None = None
) -> JSONResponse:
    """That reply."""
    body, headers = entity_written(outcome)
    if location:
        headers["Location"] = location
    return json_reply(body, status=status, headers=headers)


def change_reply(outcome: Outcome, *, comment: str | None, dry_run: bool = False) -> JSONResponse:
    """The reply to a write of many: what was done, item by item."""
    body = {
        "revision": outcome.revision_text,
        "changed": outcome.changed,
        "dryRun": dry_run,
        "comment": comment,
        "items": list(outcome.items),
    }
    return json_reply(body, headers={"Trimtab-Revision": outcome.revision_text})

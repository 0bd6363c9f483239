"""`/api/v1/audit`: what happened, whether that is all of it, and a signature over it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from trimtab_server.access.decide import NotAllowed, decide, require
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.scope import ApplicationQuery, application_of
from trimtab_server.http.cursor import EntryCursor, PageSize
from trimtab_server.http.parameters import Flag, Instant, RevisionNumber
from trimtab_server.http.responses import BODY, problems
from trimtab_server.http.sessions import AnyDatabase
from trimtab_server.http.wire import json_reply
from trimtab_server.trail.audit_key import BadAuditKey, load_key
from trimtab_server.trail.chains import Chain, load_chains
from trimtab_server.trail.checkpoint import read_checkpoint, read_public_key
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.list_entries import Filters, list_entries
from trimtab_server.trail.report import report
from trimtab_server.trail.schemas import AuditPage, PostVerify, SignedCheckpoint, Verification
from trimtab_server.trail.sign_heads import sign_heads

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
_READS = requires(Permission.AUDIT_READ, decided_inside=True)
ChainKind = Annotated[
    Literal["application", "system"] | None,
    Query(
        description="Only the application's chain, or only the system's: tokens, grants, refusals.",
    ),
]


def _filter(description: str, example: str, most: int = 255) -> Any:
    return Query(min_length=1, max_length=most, description=description, examples=[example])


@router.get(
    "",
    response_model=AuditPage,
    responses=problems("unknown-application"),
    dependencies=[_READS],
)
async def list_audit_entries(
    database: AnyDatabase,
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
    chain: ChainKind = None,
    actor: Annotated[str | None, _filter("Who did it: a name or an id.", "ada")] = None,
    action: Annotated[str | None, _filter("What was done.", "change", 63)] = None,
    key: Annotated[str | None, _filter("A key that it is about.", "OPENAI_MODEL")] = None,
    environment: Annotated[
        str | None, _filter("An environment that it is about.", "prod", 63)
    ] = None,
    channel: Annotated[str | None, _filter("The way it came in.", "cli", 31)] = None,
    since: Annotated[
        Instant | None,
        Query(description="Not before this instant.", examples=["2026-11-23T08:00:00Z"]),
    ] = None,
    until: Annotated[
        Instant | None,
        Query(description="Before this instant.", examples=["2026-11-24T08:00:00Z"]),
    ] = None,
    revision: Annotated[
        RevisionNumber | None, Query(description="The change of this revision.")
    ] = None,
    order: Annotated[
        Literal["newest", "oldest"], Query(description="Which entries come first.")
    ] = "newest",
    proof: Annotated[
        Flag, Query(description="With the text that was hashed, to verify elsewhere.")
    ] = False,
    limit: PageSize = 100,
    cursor: EntryCursor = None,
) -> Response:
    """What happened, page by page: in the application, and in the system where that may be read.

    Values stand only where the reader may see the key's history; one that was purged is marked.
    """
    filters = Filters(actor, action, key, environment, channel, since, until, revision)
    await fold_out_of_band(database)
    async with database.read() as connection:
        chains = _readable(await load_chains(connection), principal, application, chain)
        page = await list_entries(
            connection,
            chains,
            filters,
            may_see=lambda of, where, category: _may_see(principal, of, where, category),
            limit=limit,
            after=cursor,
            oldest_first=order == "oldest",
            with_body=proof,
        )
    return json_reply({"items": page.items, "nextCursor": page.next_cursor})


@router.get(
    "/verify",
    response_model=Verification,
    responses=problems("unknown-application"),
    dependencies=[_READS],
)
async def verify_audit(
    database: AnyDatabase,
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
    chain: ChainKind = None,
) -> Response:
    """Read the chains from end to end: is every entry, and every value, what was once written?

    A chain that was rebuilt from some entry on, or cut together with its application's revision,
    shows only against a checkpoint: send one with `POST`.
    """
    await fold_out_of_band(database)
    async with database.read() as connection:
        readable = _readable(await load_chains(connection), principal, application, chain)
        found = await report(connection, set(readable).__contains__)
    return json_reply(found.to_json())


@router.post(
    "/verify",
    response_model=Verification,
    responses=problems(*BODY, "bad-checkpoint", "no-audit-key", "bad-audit-key"),
    dependencies=[_READS],
)
async def verify_audit_against_checkpoints(
    body: PostVerify, request: Request, database: AnyDatabase, principal: CurrentPrincipal
) -> Response:
    """The same for every chain that may be read, held against signed checkpoints.

    Nothing that was signed may be gone or changed. A checkpoint of another key than the one asked
    for is named so, and the answer is not valid.
    """
    checkpoints = [read_checkpoint(one.model_dump()) for one in body.checkpoints]
    public_key = _public_key(body.public_key, request) if checkpoints else None
    await fold_out_of_band(database)
    async with database.read() as connection:
        found = await report(
            connection, lambda chain: _may_read(principal, chain), checkpoints, public_key
        )
    return json_reply(found.to_json())


@router.get(
    "/checkpoint",
    response_model=SignedCheckpoint,
    responses=problems("no-audit-key", "bad-audit-key"),
    dependencies=[_READS],
)
async def sign_audit_checkpoint(
    request: Request, database: AnyDatabase, principal: CurrentPrincipal
) -> Response:
    """Sign the heads of all chains as they are now; needs the right to read all of them.

    What is signed can neither be cut nor rebuilt unseen, as long as the answer is kept elsewhere.
    """
    require(principal, Permission.AUDIT_READ, application=None)
    checkpoint = await sign_heads(database, _key(request))
    return json_reply(checkpoint.to_json())


def _readable(
    chains: Sequence[Chain],
    principal: Principal,
    application: str | None,
    kind: Literal["application", "system"] | None,
) -> list[Chain]:
    """The chains that are asked for. The system's is left out silently only if none was named.

    Raises:
        NotAllowed, UnknownApplication
    """
    name = application_of(application, principal)
    if kind != "system" and name not in {chain.application for chain in chains}:
        raise UnknownApplication(name)
    of_kind = {"application": (name,), "system": (None,), None: (name, None)}[kind]
    asked = [chain for chain in chains if chain.application in of_kind and _is_known(chain)]
    found = [chain for chain in asked if _may_read(principal, chain)]
    if not found:
        raise NotAllowed(Permission.AUDIT_READ)
    return found


def _is_known(chain: Chain) -> bool:
    return chain.application is not None or chain.name == SYSTEM_CHAIN


def _may_read(principal: Principal, chain: Chain) -> bool:
    return decide(principal, Permission.AUDIT_READ, application=chain.application)


def _may_see(
    principal: Principal, chain: Chain, environment: str | None, category: str | None
) -> bool:
    return decide(
        principal,
        Permission.HISTORY_READ,
        application=chain.application,
        environment=environment,
        category=category,
    )


def _public_key(given: str | None, request: Request) -> bytes:
    if given is None:
        return _key(request).public_key().public_bytes_raw()
    return read_public_key(given)


def _key(request: Request) -> Ed25519PrivateKey:
    """Where the file is, and what is wrong with it, is told on the server's machine only."""
    try:
        return load_key(request.state.audit_key_file)
    except BadAuditKey:
        raise BadAuditKey from None

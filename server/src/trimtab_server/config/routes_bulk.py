"""Many edits at once: `bulk` carries them out as one change, `validate` says what it would say."""

from fastapi import APIRouter
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.credentials import nameable
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.names import ROOT_ENVIRONMENT
from trimtab_server.catalog.scope import application_of
from trimtab_server.config.carry_out import Wish, carry_out
from trimtab_server.config.edits import (
    ABSENT,
    AnyEdit,
    CreateSetting,
    Place,
    PutSetting,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.config.judge import judge
from trimtab_server.config.schemas import BulkItem, ChangeReply, PostBulk, Verdict, reason_of
from trimtab_server.config.write_request import CurrentWriting, change_reply, precondition_of
from trimtab_server.http.preconditions import parse_tags
from trimtab_server.http.responses import BODY, change, problems
from trimtab_server.http.sessions import AnyDatabase, ReadConnection
from trimtab_server.http.wire import json_reply
from trimtab_server.kernel.violation import Violation

router = APIRouter(prefix="/api/v1/config", tags=["configuration"])


@router.post(
    "/bulk",
    response_model=ChangeReply,
    responses=change("not-found", "version-moved"),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def edit_many(
    body: PostBulk, database: AnyDatabase, principal: CurrentPrincipal, writing: CurrentWriting
) -> Response:
    """Carry out all items as one change with one revision, or none of them.

    Every violation of every item is reported. With `dryRun` nothing is written, and `revision` is
    the head that the items were judged against.
    """
    wish = Wish(
        application_of(body.application, principal),
        _edits(body, principal),
        body.comment,
        body.dry_run,
    )
    outcome = await carry_out(database, writing, wish)
    return change_reply(outcome, comment=body.comment, dry_run=body.dry_run)


@router.post(
    "/validate",
    response_model=Verdict,
    responses=problems(*BODY, "unknown-application"),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def validate_many(
    body: PostBulk, connection: ReadConnection, principal: CurrentPrincipal, writing: CurrentWriting
) -> Response:
    """Exactly what `bulk` would say of these items, without writing; sets are judged as sets."""
    try:
        application = application_of(body.application, principal)
        change = writing.prepare(application, _edits(body, principal), comment=body.comment)
        await judge(connection, change)
    except ChangeRefused as refusal:
        errors = [
            {"pointer": one.pointer, "key": one.key, "rule": one.rule, "message": one.message}
            for one in refusal.violations
        ]
        return json_reply({"valid": False, "errors": errors})
    return json_reply({"valid": True, "errors": []})


def _edits(body: PostBulk, principal: CurrentPrincipal) -> tuple[AnyEdit, ...]:
    violations: list[Violation] = []
    edits: list[AnyEdit] = []
    for index, item in enumerate(body.items):
        environment = item.environment or principal.environment
        if item.op == "define":
            environment = environment or ROOT_ENVIRONMENT
        missing = _missing(item, environment, f"/items/{index}")
        if missing or environment is None:
            violations += missing
        else:
            edits.append(_edit(item, environment, f"/items/{index}"))
    if violations:
        raise ChangeRefused(violations)
    return tuple(edits)


def _missing(item: BulkItem, environment: str | None, pointer: str) -> list[Violation]:
    needs = {"set": "value", "create": "type", "policy": "source_policy"}.get(item.op or "")
    found, key = [], nameable(item.key)
    if environment is None:
        message = (
            f'{key or "This item"}: a write must name its environment, like "environment": "dev".'
        )
        found.append(Violation(f"{pointer}/environment", key, "environment-required", message))
    if needs is not None and needs not in item.model_fields_set:
        name = BulkItem.model_fields[needs].alias
        message = f"{key or 'This item'}: an item with op `{item.op}` needs `{name}`."
        found.append(Violation(f"{pointer}/{name}", key, "missing", message))
    return found


def _edit(item: BulkItem, environment: str, pointer: str) -> AnyEdit:
    precondition = precondition_of(parse_tags(item.if_match))
    place = Place(item.key, environment, pointer, precondition, reason_of(item.secret_override))
    policy = SourcePolicy(item.source_policy) if item.source_policy else None
    value = item.value if "value" in item.model_fields_set else ABSENT
    match item.op:
        case "set":
            return SetValue(place, item.value)
        case "create":
            return CreateSetting(place, item.given(), value, policy)
        case "delete":
            return RemoveValue(place, item.cascade)
        case "define":
            return Redefine(place, item.given())
        case "policy":
            return SetPolicy(place, policy)
        case None:
            return PutSetting(place, item.given(), value, policy)

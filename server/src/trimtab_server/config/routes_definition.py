"""Definitions and source policies."""

from fastapi import APIRouter
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.names import ROOT_ENVIRONMENT
from trimtab_server.catalog.scope import (
    ApplicationQuery,
    EnvironmentQuery,
    WriteScope,
    application_of,
)
from trimtab_server.config.edits import Place, Redefine, SetPolicy
from trimtab_server.config.schemas import PatchDefinition, PutPolicy, WriteReply, reason_of
from trimtab_server.config.write_request import (
    CurrentWriting,
    RequiredMatch,
    entity_reply,
)
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.responses import change

router = APIRouter(prefix="/api/v1/config", tags=["definitions"])


@router.patch(
    f"/{KEY}/definition",
    response_model=WriteReply,
    responses=change("not-found", "version-moved", "precondition-required", entity=True),
    dependencies=[requires(Permission.DEFINITION_WRITE, decided_inside=True)],
)
async def edit_definition(
    key: Key,
    body: PatchDefinition,
    principal: CurrentPrincipal,
    writing: CurrentWriting,
    precondition: RequiredMatch,
    application: ApplicationQuery = None,
    environment: EnvironmentQuery = None,
) -> Response:
    """Change members of a definition, for all environments.

    Every stored value in every environment must satisfy it. `environment` only says where the
    entity was read whose ETag is sent; `base` where left out.
    """
    where = environment or principal.environment or ROOT_ENVIRONMENT
    override = reason_of(body.secret_override)
    place = Place(key, where, precondition=precondition, override=override)
    edit = Redefine(place, body.given())
    outcome = await writing.commit(
        application_of(application, principal), (edit,), comment=body.comment, show=((key, where),)
    )
    return entity_reply(outcome)


@router.put(
    f"/{KEY}/policy",
    response_model=WriteReply,
    responses=change("not-found", "version-moved", "precondition-required", entity=True),
    dependencies=[requires(Permission.POLICY_WRITE, decided_inside=True)],
)
async def set_policy(
    key: Key,
    body: PutPolicy,
    scope: WriteScope,
    writing: CurrentWriting,
    precondition: RequiredMatch,
) -> Response:
    """Say who owns the key's value in `environment` and all that inherit from it.

    `env`: the process environment; the store holds no value. `shadow`: the process environment
    wins, the store is compared. `store`: the store wins. null: inherit again.
    """
    policy = SourcePolicy(body.source_policy) if body.source_policy else None
    edit = SetPolicy(Place(key, scope.environment, precondition=precondition), policy)
    outcome = await writing.commit(
        scope.application, (edit,), comment=body.comment, show=((key, scope.environment),)
    )
    return entity_reply(outcome)

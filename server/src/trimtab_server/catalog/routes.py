"""`/api/v1/applications` and `/api/v1/environments`."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from trimtab_server.access.author import CurrentAuthor
from trimtab_server.access.decide import decide, require
from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.create_application import create_application
from trimtab_server.catalog.create_environment import create_environment
from trimtab_server.catalog.environments import Environment
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.queries import (
    Application,
    find_application,
    list_applications,
    load_environments,
)
from trimtab_server.catalog.schemas import (
    ApplicationList,
    ApplicationReply,
    EnvironmentList,
    EnvironmentReply,
    PostApplication,
    PostEnvironment,
)
from trimtab_server.catalog.scope import ApplicationQuery, application_of
from trimtab_server.http.instants import instant
from trimtab_server.http.responses import BODY, SCOPE, problems
from trimtab_server.http.sessions import ReadConnection, WriteConnection
from trimtab_server.http.wire import json_reply

router = APIRouter(prefix="/api/v1")


@router.get(
    "/environments",
    tags=["environments"],
    response_model=EnvironmentList,
    responses=problems("unknown-application"),
    dependencies=[requires(Permission.ENVIRONMENT_READ, decided_inside=True)],
)
async def get_environments(
    connection: ReadConnection, principal: CurrentPrincipal, application: ApplicationQuery = None
) -> Response:
    """All environments of an application, in the order they were made."""
    name = application_of(application, principal)
    require(principal, Permission.ENVIRONMENT_READ, application=name)
    head = await find_application(connection, name)
    if head is None:
        raise UnknownApplication(name)
    environments = await load_environments(connection, head.id)
    return json_reply({"items": [_environment(head, one) for one in environments.values()]})


@router.post(
    "/environments",
    tags=["environments"],
    status_code=201,
    response_model=EnvironmentReply,
    responses=problems(*BODY, *SCOPE, "conflict", "environment-refused"),
    dependencies=[requires(Permission.ENVIRONMENT_CREATE, decided_inside=True)],
)
async def post_environment(
    body: PostEnvironment,
    connection: WriteConnection,
    principal: CurrentPrincipal,
    author: CurrentAuthor,
) -> Response:
    """Make an environment that inherits from `parent`, live. Its parent is fixed for good."""
    application = application_of(body.application, principal)
    require(principal, Permission.ENVIRONMENT_CREATE, application=application)
    head, made = await create_environment(
        connection,
        author,
        application=application,
        name=body.name,
        parent=body.parent,
        comment=body.comment,
    )
    return json_reply(_environment(head, made), status=201)


@router.get(
    "/applications",
    tags=["applications"],
    response_model=ApplicationList,
    responses=problems(),
    dependencies=[requires(Permission.APPLICATION_READ, decided_inside=True)],
)
async def get_applications(connection: ReadConnection, principal: CurrentPrincipal) -> Response:
    """All applications in which the caller may do something that needs their names."""
    found = [
        one
        for one in await list_applications(connection)
        if decide(principal, Permission.APPLICATION_READ, application=one.name)
    ]
    return json_reply({"items": [_application(one) for one in found]})


@router.post(
    "/applications",
    tags=["applications"],
    status_code=201,
    response_model=ApplicationReply,
    responses=problems(*BODY, "conflict", "environment-refused"),
    dependencies=[requires(Permission.APPLICATION_CREATE)],
)
async def post_application(
    body: PostApplication, connection: WriteConnection, author: CurrentAuthor
) -> Response:
    """Make an application, with environments `base`, `dev`, `staging` and `prod`."""
    made = await create_application(connection, author, body.name)
    return json_reply(_application(made), status=201)


def _environment(head: Application, one: Environment) -> dict[str, Any]:
    return {
        "name": one.name,
        "application": head.name,
        "parent": one.parent,
        "touchedRevision": f"{head.epoch}.{one.touched_revision}",
        "createdAt": instant(one.created_at),
    }


def _application(one: Application) -> dict[str, Any]:
    return {
        "name": one.name,
        "revision": f"{one.epoch}.{one.revision}",
        "createdAt": instant(one.created_at),
    }

"""Categories, the schema, and why a value is what it is."""

from fastapi import APIRouter
from starlette.responses import Response

from trimtab_server.access.decide import decide
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.queries import load_environments
from trimtab_server.catalog.scope import sees
from trimtab_server.config.explain import explain
from trimtab_server.config.json_schema import export_schema
from trimtab_server.config.moment import ReadMoment
from trimtab_server.config.queries import count_categories
from trimtab_server.config.read import (
    check_environment,
    existing_application,
    find_setting,
    load_state,
)
from trimtab_server.config.resolve import resolve
from trimtab_server.config.revision_wait import FreshScope, FreshScopeOfKey
from trimtab_server.config.schemas import Categories, Explanation, SchemaReply
from trimtab_server.config.state import SettingState, State
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.responses import read
from trimtab_server.http.sessions import ReadConnection
from trimtab_server.http.wire import json_reply, read_headers

router = APIRouter(prefix="/api/v1/config", tags=["configuration"])


@router.get(
    "/categories",
    response_model=Categories,
    responses=read("revision-not-available"),
    dependencies=[requires(Permission.CONFIG_READ, decided_inside=True)],
)
async def list_categories(
    scope: FreshScope, connection: ReadConnection, principal: CurrentPrincipal
) -> Response:
    """The categories in use, with how many settings each has."""
    seen = sees(principal, Permission.CONFIG_READ, scope)
    head = await existing_application(connection, scope.application)
    check_environment(await load_environments(connection, head.id), scope.environment)
    counts = await count_categories(connection, head.id)
    items = [
        {"category": category, "count": count} for category, count in counts if category in seen
    ]
    return json_reply({"items": items}, headers=read_headers(head.epoch, head.revision))


@router.get(
    "/schema",
    response_model=SchemaReply,
    responses=read("revision-not-available"),
    dependencies=[requires(Permission.CONFIG_READ, decided_inside=True)],
)
async def get_schema(
    scope: FreshScope, connection: ReadConnection, principal: CurrentPrincipal
) -> Response:
    """Every definition by key, and the whole application as one JSON Schema."""
    seen = sees(principal, Permission.CONFIG_READ, scope)
    state = await load_state(connection, scope.application, scope.environment, seen)
    settings = {
        setting.key: setting.definition.to_json()
        for setting in state.settings.values()
        if not setting.deleted
    }
    body = {"settings": settings, "jsonSchema": export_schema(state)}
    headers = read_headers(state.application.epoch, state.application.revision)
    return json_reply(body, headers=headers)


@router.get(
    f"/explain/{KEY}",
    response_model=Explanation,
    responses=read("not-found", "unknown-revision", "revision-not-available"),
    dependencies=[requires(Permission.CONFIG_READ, decided_inside=True)],
)
async def explain_value(
    key: Key,
    scope: FreshScopeOfKey,
    connection: ReadConnection,
    principal: CurrentPrincipal,
    moment: ReadMoment,
) -> Response:
    """Every place the value could come from, nearest first: which won, which lost, and why."""
    seen = sees(principal, Permission.CONFIG_READ, scope)
    state = await load_state(
        connection, scope.application, scope.environment, seen, key=key, moment=moment
    )
    setting = find_setting(state, key)
    resolved = resolve(setting, state.environments, scope.environment)
    readable = _readable(principal, scope.application, state, setting)
    candidates = explain(state, setting, scope.environment, readable)
    head = state.application
    body = {
        "key": key,
        "application": head.name,
        "environment": scope.environment,
        "revision": f"{head.epoch}.{head.revision}",
        "sourcePolicy": resolved.policy.value,
        "value": resolved.value,
        "winner": next((one.source for one in candidates if one.won), None),
        "candidates": [one.to_json() for one in candidates],
    }
    return json_reply(body, headers=read_headers(head.epoch, head.revision))


def _readable(
    principal: Principal, application: str, state: State, setting: SettingState
) -> set[str]:
    """The environments in which this principal may read this setting."""
    return {
        name
        for name in state.environments
        if decide(
            principal,
            Permission.CONFIG_READ,
            application=application,
            environment=name,
            category=setting.definition.category,
        )
    }

"""Every route says what it needs, and gets it from the grants of who asks."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from trimtab_server.access.permission import Permission, Role
from trimtab_server.access.principal import Grant, Principal, PrincipalKind, TokenInfo
from trimtab_server.access.requires import (
    CurrentPrincipal,
    UndeclaredRoute,
    check_routes_declare_permission,
    requires,
)
from trimtab_server.app import create_app
from trimtab_server.http.problems import install_problem_handlers
from trimtab_server.http.public import public
from trimtab_server.settings import Settings

READ, WRITE = Permission.CONFIG_READ, Permission.CONFIG_WRITE


def principal(*grants: Grant, **bound: str) -> Principal:
    return Principal(
        id=UUID(int=1),
        name="ada",
        kind=PrincipalKind.PERSON,
        token=TokenInfo(UUID(int=2), "", "", datetime(2030, 1, 1, tzinfo=UTC), **bound),
        grants=grants,
        protected=frozenset(),
    )


class LetIn:
    """A door that lets in one principal, or a stranger."""

    def __init__(self, app: ASGIApp, who: Principal | None) -> None:
        self.app, self.who = app, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.who is not None:
            scope.setdefault("state", {})["principal"] = self.who
        await self.app(scope, receive, send)


def named_scope(environment: str | None = None, application: str | None = None) -> tuple[Any, Any]:
    return application, environment


def small_app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    router = APIRouter(prefix="/v1")

    @router.get("/value", dependencies=[requires(READ)])
    async def value(
        who: CurrentPrincipal, scope: Annotated[tuple[Any, Any], Depends(named_scope)]
    ) -> str:
        return who.name

    @router.put("/value", dependencies=[requires(WRITE, decided_inside=True)])
    async def put_value(scope: Annotated[tuple[Any, Any], Depends(named_scope)]) -> None: ...

    @router.post("/bulk", dependencies=[requires(WRITE)])
    async def bulk() -> None: ...

    @router.post("/fine", dependencies=[requires(WRITE, decided_inside=True)])
    async def fine() -> None: ...

    @router.patch(
        "/definition", dependencies=[requires(Permission.DEFINITION_WRITE, decided_inside=True)]
    )
    async def definition(scope: Annotated[tuple[Any, Any], Depends(named_scope)]) -> None: ...

    health = APIRouter(dependencies=[public()])

    @health.get("/livez")
    async def livez() -> None: ...

    app.include_router(router)
    app.include_router(health)
    install_problem_handlers(app)
    return app


async def ask(who: Principal | None, method: str, path: str, **params: str) -> int:
    app = small_app()
    app.add_middleware(LetIn, who=who)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://trimtab.test"
    ) as client:
        return (await client.request(method, path, params=params)).status_code


async def test_requires__no_principal__is_401() -> None:
    assert await ask(None, "GET", "/v1/value") == 401
    assert await ask(None, "GET", "/livez") == 200


async def test_requires__viewer__reads_and_does_not_write() -> None:
    viewer = principal(Grant(Role.VIEWER))
    assert await ask(viewer, "GET", "/v1/value") == 200
    assert await ask(viewer, "PUT", "/v1/value", environment="dev") == 403
    assert await ask(viewer, "POST", "/v1/bulk") == 403
    assert await ask(viewer, "POST", "/v1/fine") == 403


async def test_requires__decided_inside__keeps_out_who_may_nothing_in_what_is_named() -> None:
    admin = principal(Grant(Role.ADMIN, application="shop", environment="dev", category="model"))
    assert await ask(admin, "PUT", "/v1/value") == 200
    assert await ask(admin, "PUT", "/v1/value", environment="dev") == 200
    assert await ask(admin, "PUT", "/v1/value", environment="dev", application="shop") == 200
    assert await ask(admin, "PUT", "/v1/value", environment="prod") == 403
    assert await ask(admin, "PUT", "/v1/value", environment="dev", application="blog") == 403


@pytest.mark.parametrize("limit", ["application", "environment", "category"])
async def test_requires__not_decided_inside__takes_a_grant_without_limits(limit: str) -> None:
    assert await ask(principal(Grant(Role.ADMIN)), "POST", "/v1/bulk") == 200
    assert await ask(principal(Grant(Role.ADMIN, **{limit: "x"})), "POST", "/v1/bulk") == 403


async def test_requires__token_bound_to_environment__means_its_own() -> None:
    admin = principal(Grant(Role.ADMIN), environment="dev")
    assert await ask(admin, "PUT", "/v1/value") == 200
    elsewhere = principal(Grant(Role.ADMIN, environment="prod"), environment="dev")
    assert await ask(elsewhere, "PUT", "/v1/value") == 403
    assert await ask(admin, "PUT", "/v1/value", environment="prod") == 403


@pytest.mark.parametrize(
    "limited",
    [
        principal(Grant(Role.ADMIN, environment="dev")),
        principal(Grant(Role.ADMIN), environment="dev"),
        principal(Grant(Role.ADMIN, application="shop")),
        principal(Grant(Role.ADMIN, category="model")),
    ],
)
async def test_requires__parameter_the_route_does_not_read__decides_nothing(
    limited: Principal,
) -> None:
    named = {"environment": "dev", "application": "shop"}
    assert await ask(limited, "POST", "/v1/bulk", **named) == 403
    assert await ask(limited, "POST", "/v1/fine", **named) == 200


async def test_requires__definition__needs_more_than_the_environment_named() -> None:
    admin = principal(Grant(Role.ADMIN, environment="dev"))
    assert await ask(admin, "PATCH", "/v1/definition", environment="dev") == 403
    assert await ask(principal(Grant(Role.ADMIN)), "PATCH", "/v1/definition") == 200


def test_check_routes__all_declared__is_content() -> None:
    check_routes_declare_permission(small_app())


def declare_nothing(app: FastAPI) -> None:
    app.add_api_route("/forgotten", lambda: None)


def declare_twice(app: FastAPI) -> None:
    app.add_api_route("/forgotten", lambda: None, dependencies=[requires(READ), public()])


def declare_below_a_router(app: FastAPI) -> None:
    inner, outer = APIRouter(prefix="/a"), APIRouter(prefix="/b")
    inner.add_api_route("/forgotten", lambda: None)
    outer.include_router(inner)
    app.include_router(outer)


def mount_files(app: FastAPI) -> None:
    app.mount("/forgotten", StaticFiles(directory="."))


def add_plain_route(app: FastAPI) -> None:
    app.add_route("/forgotten", lambda _: Response())


def add_websocket(app: FastAPI) -> None:
    app.add_api_websocket_route("/forgotten", lambda _: None)


@pytest.mark.parametrize(
    "forget",
    [
        declare_nothing,
        declare_twice,
        declare_below_a_router,
        mount_files,
        add_plain_route,
        add_websocket,
    ],
)
def test_check_routes__one_not_declared__names_it(forget: Callable[[FastAPI], None]) -> None:
    app = small_app()
    forget(app)
    with pytest.raises(UndeclaredRoute) as raised:
        check_routes_declare_permission(app)
    assert len(raised.value.routes) == 1
    assert "/forgotten" in raised.value.routes[0]


def test_dependencies__every_route_of_the_server__none_is_called_in_a_worker_thread(
    tmp_path: Path,
) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    calls = [
        call if inspect.isfunction(call) else type(call).__call__
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for call in _dependencies(route.dependant)
    ]
    assert calls
    blocking = {
        call
        for call in calls
        if not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))
    }
    assert not blocking


def _dependencies(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _dependencies(inner)

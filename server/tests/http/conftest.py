"""An application just large enough to fail in every way, and a caller of it in this process."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.exceptions import HTTPException

from trimtab_server.errors import NotFound, TrimtabError
from trimtab_server.http.last_resort import LastResortMiddleware
from trimtab_server.http.problems import install_problem_handlers
from trimtab_server.http.request_context import RequestContextMiddleware
from trimtab_server.kernel.violation import Violation

CANARY = "canary-4711-never-shown"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int
    names: list[str] = []
    inner: dict[str, int] = {}

    @field_validator("names")
    @classmethod
    def no_spaces(cls, names: list[str]) -> list[str]:
        for name in names:
            if " " in name:
                raise ValueError(f"{name} has a space")
        return names


class Refused(TrimtabError):
    """Refused by the rules of
    this house.

    More for the reader of the code.
    """

    code = "refused"
    status = 409
    title = "Refused."


def build_app(failure: Exception | None = None) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    router = APIRouter(prefix="/things")

    @router.get("/{name}")
    async def read(name: str, limit: Annotated[int, Query(le=10)] = 1) -> dict[str, Any]:
        return {"name": name, "limit": limit}

    @router.put("/{name}")
    async def write(name: str, body: Body) -> dict[str, Any]:
        return {"name": name, "number": body.number}

    @app.get("/refused")
    async def refused() -> None:
        violation = Violation("/a~1b", "KEY", "min", "KEY must be at least 1 (min).")
        raise Refused(violations=[violation], headers={"ETag": '"1"'})

    @app.get("/missing")
    async def missing() -> None:
        raise NotFound

    @app.get("/framework")
    async def framework() -> None:
        raise HTTPException(415, detail=CANARY, headers={"Accept": "application/json"})

    @app.get("/failing")
    async def failing() -> None:
        assert failure is not None
        raise failure

    app.include_router(router)
    install_problem_handlers(app)
    app.add_middleware(LastResortMiddleware)
    app.add_middleware(RequestContextMiddleware)
    return app


@pytest.fixture
def canary() -> str:
    """Text that goes in everywhere and comes out nowhere."""
    return CANARY


@pytest.fixture
def small_app() -> Callable[..., FastAPI]:
    return build_app


@pytest.fixture
def caller() -> Callable[[FastAPI], httpx2.AsyncClient]:
    def call(app: FastAPI) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app)
        return httpx2.AsyncClient(transport=transport, base_url="http://trimtab.test")

    return call

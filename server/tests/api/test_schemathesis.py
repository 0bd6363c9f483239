"""Requests that OpenAPI allows and requests that it forbids, thousands of them: every answer is
as it says."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.python.asgi import shutdown_lifespans
from starlette.types import Receive, Scope, Send

from api_driver import Api, Store, running_app
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

# All checks are on, with two more statuses than usual, which the request's form cannot foresee:
# 503 is how a read says that `minRevision` was not reached; 412, 413, 422 and 428 are for what
# only the store knows (an environment, a rule, a version), and `refused_for_its_form` sees to it
# that they are for nothing else. A list that is too long may be a body that is too large: 413.
CONFIG = """
seed = 20261123
[generation]
deterministic = true
database = "none"
[phases.coverage]
generate-duplicate-query-parameters = true
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
[checks.negative_data_rejection]
expected-statuses = ["401", "403", "404", "405", "413", "415", "422", "428"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "404", "409", "412", "413", "422", "428", "429", "503"]
"""
# What a JSON Schema of a request's parts does not tell: rules about the whole; the grammar of
# names, which a sentence tells better; that 1.0 is no integer; NUL and lone surrogates in any text.
WHOLE = {"environment-required", "one-form", "name", "int-type"}
TEXT = {"characters"}
RUNNING: dict[str, FastAPI] = {}


async def front(scope: Scope, receive: Receive, send: Send) -> None:
    """The application that the fixture made: operations are collected before there is one."""
    await RUNNING["app"](scope, receive, send)


DESCRIBED = schemathesis.openapi.from_dict(
    create_app(Settings(data_dir=Path("/nowhere"))).openapi(),
    config=SchemathesisConfig.from_str(CONFIG),
)
DESCRIBED.app = front


def quiet(url: str) -> Settings:
    """No stream to wait in, and as many requests as there are."""
    return Settings(database_url=url, max_streams=0, rate_limits="off")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application, running on an embedded database with one setting."""
    url = f"sqlite:///{tmp_path_factory.mktemp('schemathesis') / 'store.sqlite3'}"
    RUNNING["app"] = create_app(quiet(url))
    asyncio.run(prepare(url))
    yield url
    shutdown_lifespans()  # schemathesis would do so when the interpreter ends, and leave files open


@pytest.fixture
def token(url: str) -> str:
    """An administrator's token: one operation must not end another's."""
    return asyncio.run(issue(url))


async def issue(url: str) -> str:
    store = Store(Database(url))
    token = await store.issue_admin(f"fuzzer-{next(_calls)}")
    await store.database.dispose()
    return token


async def prepare(url: str) -> None:
    store = Store(Database(url))
    await store.prepare()
    await store.database.dispose()
    async with running_app(create_app(quiet(url))) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
            await Api(client, await issue(url)).create("GREETING", "string", "Hello")


@DESCRIBED.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # one token an operation
)
def test_operation__fuzzed__answers_as_openapi_says(
    case: schemathesis.Case, url: str, token: str
) -> None:
    if is_allowed(case) and next(_calls) % 2:
        bring_home(case)
    if case.path.startswith("/api/v1/tokens/self"):  # it ends the token it is called with
        token = asyncio.run(issue(url))
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        additional_checks=[refused_for_its_form],
    )


_calls = count()


def is_allowed(case: schemathesis.Case) -> bool:
    """Every part of it: a request may count as positive whose headers were made to be refused."""
    if case.meta is None:
        return False
    parts = [part.mode for part in case.meta.components.values()]
    return all(mode.is_positive for mode in [case.meta.generation.mode, *parts])


def bring_home(case: schemathesis.Case) -> None:
    """Name what there is: every other request gets past the first look-up."""
    for place in (case.query, case.body):
        if isinstance(place, dict):
            place.pop("application", None)
            place.pop("minRevision", None)
            known = {"environment": "dev", "source": "dev", "target": "prod", "parent": "base"}
            place |= {name: known[name] for name in known if name in place}
    if "key" in (case.path_parameters or {}):
        case.path_parameters["key"] = "GREETING"
    if case.method in {"PUT", "PATCH", "DELETE"} and case.path.startswith("/api/v1/config"):
        case.query["environment"] = "dev"
        case.headers["If-Match"] = "*"
        case.headers.pop("If-None-Match", None)


@schemathesis.check
def refused_for_its_form(
    context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """A request that the schema allows is never refused as malformed."""
    if is_allowed(case) and response.status_code in {415, 422}:
        problem: dict[str, Any] = response.json()
        rules = {error["rule"] for error in problem["errors"]}
        assert problem["code"] != "unsupported-media-type", problem
        assert problem["code"] != "malformed-json" or rules <= TEXT, problem
        assert problem["code"] != "malformed-request" or rules <= WHOLE, problem

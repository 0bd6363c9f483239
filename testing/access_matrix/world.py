"""The application with something in it that not everybody may see, and a token for every holder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import select

from api_driver import Api, Store, running_app
from api_driver.store import SERVER
from trimtab_server.access.give_grant import give_grant
from trimtab_server.access.models import principal
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database, database_now
from trimtab_server.settings import Settings

from .cells import INHERITED, OWN, PLACES, Cell, cells
from .policy import CATEGORIES, HOLDERS, Act, Holder

CONFIG = "/api/v1/config"
NOBODY = "nobody's"
NOT_THERE = 299


@dataclass(slots=True)
class World:
    """A running application and what the cells need to know of it."""

    app: FastAPI
    store: Store
    root: Api
    cells: tuple[Cell, ...] = ()
    tokens: dict[str, str] = field(default_factory=dict)

    def api(self, who: Holder) -> Api:
        """The API as this holder uses it."""
        return self.root.as_(self.tokens[who.name])


@asynccontextmanager
async def build_world(folder: Path) -> AsyncIterator[World]:
    """A new application on SQLite, with settings, grants and all holders."""
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    store = Store(Database(url))
    await store.prepare()
    root = await store.issue_admin("root")
    await store.issue(NOBODY)
    app = create_app(Settings(database_url=url, max_streams=0, rate_limits="off"))
    app.state.door.refusals.most_each = 0  # counted together: thousands are to come
    async with (
        running_app(app) as running,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(running), base_url="http://trimtab.test"
        ) as client,
    ):
        world = World(app, store, Api(client, root))
        world.cells = tuple(cells(*await _fill(world.root)))
        for who in HOLDERS:
            world.tokens[who.name] = await _token(store, who)
        yield world
    await store.database.dispose()


async def mismatch(world: World, who: Holder, cell: Cell) -> str | None:
    """What is wrong with the answer to this cell, None where it is as the rules say."""
    if cell.path.startswith("/api/v1/grants"):
        cell = await _with_grants(world, cell)
    api, body = world.api(who), {} if cell.body is None else {"json": cell.body}
    tag = '"not-current"' if cell.method == "DELETE" else "*"
    answer = await api.call(
        cell.method, cell.path, params=cell.query, headers={"If-Match": tag}, **body
    )
    expected, status = cell.expect(who), _status(cell, answer)
    about = f"{who.name}: {cell.operation} {cell.note}"
    if status != expected:
        return f"{about}: {status} instead of {expected}: {answer.text[:200]}"
    if status == 200 and cell.shows is not None and _shown(cell, answer) != cell.shows(who):
        return f"{about}: shows {_shown(cell, answer)} instead of {cell.shows(who)}"
    if status == 200 and "/explain/" in cell.path and not _is_explained(who, cell, answer):
        return f"{about}: tells of base what may not be read there: {answer.text}"
    return None


async def _fill(root: Api) -> tuple[int, dict[tuple[str, str], int]]:
    """The settings; the revision before they were last changed, and which change was whose."""
    assert (await root.post("/api/v1/applications", {"name": "other"})).status_code == 201
    for category in CATEGORIES:
        for key in (OWN[category], INHERITED[category]):
            await root.create(key, "string", "base", category=category)
        for environment in PLACES:
            await _put(root, OWN[category], "before", environment)
    marked = await root.revision()
    changed = {}
    for category in CATEGORIES:
        await _put(root, INHERITED[category], "since", "base")
        for environment in PLACES:
            await _put(root, OWN[category], environment, environment)
            changed[environment, category] = await root.revision()
    return marked, changed


async def _put(root: Api, key: str, value: str, environment: str) -> None:
    answer = await root.put(key, value, environment)
    assert answer.status_code == 200, answer.text


async def _token(store: Store, who: Holder) -> str:
    grants = [
        Grant(Role(one.role), one.application, one.environment, one.category) for one in who.grants
    ]
    return await store.issue(who.name, *grants, environment=who.bound)


async def _with_grants(world: World, cell: Cell) -> Cell:
    """The cell with the id of the grant it is about; what was taken is given again before."""
    ids = {}
    async with world.store.database.write() as connection:
        ours = select(principal.c.id).where(principal.c.name == NOBODY)
        owner = (await connection.execute(ours)).scalar_one()
        at = await database_now(connection)
        for environment, category in product(PLACES, CATEGORIES):
            grant = Grant(Role.VIEWER, "default", environment, category)
            held, _ = await give_grant(connection, SERVER, principal_id=owner, grant=grant, at=at)
            ids[f"grant:{environment}:{category}"] = str(held.id)
    fills = {name: ids.get(value, value) for name, value in cell.fills.items()}
    return replace(cell, fills=fills)


def _status(cell: Cell, answer: httpx2.Response) -> int:
    is_verdict = cell.path.endswith("/validate") and answer.status_code == 200
    if is_verdict and not answer.json()["valid"]:
        rules = {one["rule"] for one in answer.json()["errors"]}
        return NOT_THERE if rules == {"unknown-key"} else 0
    return answer.status_code


def _shown(cell: Cell, answer: httpx2.Response) -> set[str]:
    items: list[dict[str, Any]] = answer.json().get("items", [])
    if cell.path == "/api/v1/applications":
        return {one["name"] for one in items}
    if cell.path == "/api/v1/grants":
        return {f"{one['environment']} {one['category']}" for one in items}
    if cell.path == f"{CONFIG}/categories":
        return {one["category"] for one in items}
    return {category for category in CATEGORIES if f"{category.upper()}_" in answer.text}


def _is_explained(who: Holder, cell: Cell, answer: httpx2.Response) -> bool:
    """A value of base that lost is told to nobody who may not read it there."""
    category = next(one for one in CATEGORIES if OWN[one] in cell.path)
    base = next(one for one in answer.json()["candidates"] if one["environment"] == "base")
    return (base["value"] is not None) == who.may(Act.READ, "base", category)

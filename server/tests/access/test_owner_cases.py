"""Failures of other systems in telling whose something is, each tried here by its name.

The numbers are those of the list of real failures that Trimtab is held to.
"""

import ast
import inspect
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from access_matrix import HOLDERS, POLICY, Cell, Holder, World, build_world, mismatch, one
from access_matrix.cells import OTHER, OWN, PLACES
from access_matrix.mutants import sites, without
from access_matrix.policy import CATEGORIES, Act
from api_driver import CONFIG, Api
from trimtab_server.access import decide as deciding

V1 = "/api/v1"
# Reads that take an application: what belongs to another one must be in none of their answers.
SCOPED_READS = (
    (CONFIG, {"environment": "dev"}),
    (f"{CONFIG}/categories", {"environment": "dev"}),
    (f"{CONFIG}/schema", {"environment": "dev"}),
    (f"{CONFIG}/diff", {"source": "dev", "target": "prod"}),
    (f"{V1}/snapshot", {"environment": "dev"}),
    (f"{V1}/export", {"environment": "dev", "format": "json"}),
    (f"{V1}/environments", {}),
    (f"{V1}/audit", {"chain": "application"}),
)
MARKS = (*OWN.values(), "LIMITS_INHERITED", "VOICE_INHERITED")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with build_world(tmp_path) as world:
        yield world


@pytest.fixture
def neighbour(world: World) -> Api:
    """Who administers the application `other`, and nothing of `default`."""
    return world.api(one("admin", application="other"))


async def test_case_05_ids__of_one_application__open_nothing_to_the_owner_of_another(
    world: World, neighbour: Api
) -> None:
    key, root = OWN["limits"], world.root
    mine = {"application": "other", "environment": "dev"}
    for path in (f"{CONFIG}/{key}", f"{CONFIG}/explain/{key}", f"{CONFIG}/history/{key}"):
        assert (await neighbour.get(path, **mine)).status_code == 404, path
        foreign = await neighbour.get(path, application="default", environment="dev")
        assert foreign.status_code == 403, path
    cursor = (await root.get(CONFIG, environment="dev", limit=1)).json()["nextCursor"]
    page = await neighbour.get(CONFIG, **mine, cursor=cursor)
    assert page.status_code == 422 or page.json()["items"] == []
    trail = (await root.get(f"{V1}/audit", chain="application", limit=1)).json()["nextCursor"]
    page = await neighbour.get(f"{V1}/audit", application="other", cursor=trail)
    assert not any(mark in page.text for mark in MARKS)
    for change in range(await root.revision() + 1):
        body = {"application": "other", "change": change, "dryRun": True}
        answer = await neighbour.post(f"{CONFIG}/rollback", body)
        assert not any(mark in answer.text for mark in MARKS), answer.text
    for listed in ("grants", "tokens", "principals"):
        items = (await root.get(f"{V1}/{listed}", limit=100)).json()["items"]
        for item in items[:20]:
            if item.get("application") == "other":
                continue
            answer = await neighbour.call("DELETE", f"{V1}/{listed}/{item['id']}")
            assert answer.status_code in {403, 404}, (listed, item)
    assert (await root.get(f"{CONFIG}/{key}", environment="dev")).status_code == 200


def test_case_06_checks__are_answered_at_once_and_every_answer_is_used() -> None:
    for name, check in inspect.getmembers(deciding, inspect.isfunction):
        assert not inspect.iscoroutinefunction(check), f"{name}: an un-awaited answer is true"
    answers = {"decide", "could", "categories_of", "sees", "holds"}
    thrown_away = [
        f"{module}: {node.value.func.id}"
        for module, tree in _server_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", None) in answers
    ]
    assert thrown_away == []
    assert len(sites()) > 25  # and without any one of them test_matrix fails


def _server_sources() -> Iterator[tuple[str, ast.AST]]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith("trimtab_server") and module.__file__:
            yield name, ast.parse(Path(module.__file__).read_text("utf-8"))


def _copies(world: World) -> Iterator[Cell]:
    for cell in world.cells:
        if cell.operation.endswith(("/promote", "/diff")) and cell.note != "malformed":
            yield cell


async def test_case_07_copies__with_one_side_only__are_refused_in_both_directions(
    world: World,
) -> None:
    tried = {"source only": 0, "target only": 0, "both": 0}
    for cell in _copies(world):
        for who in HOLDERS:
            assert (found := await mismatch(world, who, cell)) is None, found
            if cell.operation.endswith("/promote"):
                tried[_sides(who, cell)] = tried.get(_sides(who, cell), 0) + 1
    assert all(tried.values()), tried


def _sides(who: Holder, cell: Cell) -> str:
    body: dict[str, Any] = cell.body or {}
    category = next(name for name in CATEGORIES if OWN[name] in body["keys"])
    source = who.may(Act.READ, body["source"], category)
    target = who.may(Act.WRITE, body["target"], category)
    return {(True, True): "both", (True, False): "source only", (False, True): "target only"}.get(
        (source, target), "neither"
    )


async def test_case_08_what_programs_read__is_within_what_may_be_read(world: World) -> None:
    """Of the whole set as of single keys; the stream has the same set and its own tests."""
    for who in HOLDERS:
        for at in PLACES:
            snapshot = await world.api(who).get(f"{V1}/snapshot", environment=at)
            if snapshot.status_code == 403:
                assert not who.may_some(Act.SNAPSHOT, at)
                continue
            seen = set(snapshot.json()["items"])
            for category in CATEGORIES:
                assert (OWN[category] in seen) is who.may(Act.SNAPSHOT, at, category), who.name


async def test_case_09_maintenance__is_nobodys_without_a_permission_and_is_on_record(
    world: World,
) -> None:
    own = {"POST /api/v1/tokens/self/rotate", "DELETE /api/v1/tokens/self"}
    free = {name for name, act in POLICY.items() if act is None and not name.startswith("GET ")}
    assert free == own
    operations = {name.partition(" ")[2] for name in POLICY}
    for word in ("purge", "compact", "epoch", "vacuum", "debug", "rescan"):
        assert not [path for path in operations if word in path], f"{word} is for the machine only"
    stranger = world.api(one("editor"))
    assert (await stranger.call("POST", f"{CONFIG}/reload")).status_code == 403
    await world.app.state.door.refusals.drain()
    trail = (await world.root.get(f"{V1}/audit", chain="system", limit=1)).json()["items"]
    assert [one["action"] for one in trail] == ["access-refused"]


async def test_case_12_every_check_open__still_no_row_of_another_application(
    world: World, neighbour: Api
) -> None:
    """What belongs to whom is in every statement, not only in front of it."""
    with without(*sites()):
        for path, query in SCOPED_READS:
            answer = await neighbour.get(path, application="other", **query)
            assert answer.status_code == 200, (path, answer.text)
            assert not any(mark in answer.text for mark in MARKS), path
        for key in OWN.values():
            for path in (f"{CONFIG}/{key}", f"{CONFIG}/explain/{key}", f"{CONFIG}/history/{key}"):
                answer = await neighbour.get(path, application="other", environment="dev")
                assert answer.status_code == 404, path
        key = OWN["limits"]
        item = {"key": key, "environment": "dev", "value": "theirs"}
        answer = await neighbour.post(f"{CONFIG}/bulk", {"application": "other", "items": [item]})
        assert answer.status_code in {404, 422}, answer.text
        body = {"application": "other", "source": OTHER["dev"], "target": "dev", "keys": [key]}
        assert (await neighbour.post(f"{CONFIG}/promote", body)).status_code in {404, 422}
    assert await world.root.value(key, "dev") != "theirs"

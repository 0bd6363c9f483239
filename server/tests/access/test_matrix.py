"""Every role and scope against every operation, environment and category: exactly as the rules
say. The rules are written down in `testing/access_matrix`, apart from the server."""

from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from access_matrix import HOLDERS, POLICY, Cell, Holder, World, build_world, mismatch, one
from access_matrix.mutants import Site, sites, watched, without
from trimtab_server.app import create_app
from trimtab_server.http import documentation
from trimtab_server.settings import Settings

# Enough of them to notice every check that is missing.
FEW = (
    Holder(),
    one("viewer"),
    one("viewer", environment="dev"),
    one("viewer", category="limits"),
    one("editor", category="limits"),
    one("editor", environment="dev"),
    one("editor", environment="prod", category="limits"),
    one("auditor"),
    one("admin", environment="dev"),
    one("admin", category="limits"),
    one("admin", application="other"),
    *(who for who in HOLDERS if len(who.grants) > 1),
)


# Whoever may read a trail has a role that may read the history of all that is in it.
UNNOTICED = {"trail.routes._may_see: decide"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with build_world(tmp_path) as world:
        yield world


def test_case_02_policy__and_the_operations_of_the_api__are_the_same() -> None:
    """CVE-2021-29442: an operator's route that nobody had thought of was open."""
    app = create_app(Settings(data_dir=Path("/nowhere")))
    paths = app.openapi()["paths"]
    documented = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
    assert documented == set(POLICY)
    served = {
        getattr(route, "path", "").replace(":key}", "}")
        for route in iter_route_contexts(app.routes)
    }
    assert served == set(paths) | documentation.PATHS


async def test_matrix__every_holder_and_cell__is_as_the_rules_say(world: World) -> None:
    assert {cell.operation for cell in world.cells} == set(POLICY)
    wrong = [
        found
        for who in HOLDERS
        for cell in world.cells
        if (found := await mismatch(world, who, cell)) is not None
    ]
    assert not wrong, "\n".join(wrong[:50])


async def test_matrix__any_one_check_taken_out__shows(world: World) -> None:
    asked = await questions_by_site(world)
    assert len(asked) > 25
    assert set(asked) == set(sites()), "no cell passes by " + ", ".join(
        str(site) for site in set(sites()) - set(asked)
    )
    unnoticed = {str(site) for site in asked if not await is_noticed(world, site, asked[site])}
    assert unnoticed == UNNOTICED


async def questions_by_site(world: World) -> dict[Site, list[tuple[Holder, Cell]]]:
    found: defaultdict[Site, list[tuple[Holder, Cell]]] = defaultdict(list)
    with watched() as passed:
        for who in FEW:
            for cell in world.cells[:-1]:  # the last one ends the token
                passed.clear()
                assert await mismatch(world, who, cell) is None
                for site in passed:
                    found[site].append((who, cell))
    return found


async def is_noticed(world: World, site: Site, asked: list[tuple[Holder, Cell]]) -> bool:
    with without(site):
        for who, cell in asked:
            if await mismatch(world, who, cell) is not None:
                return True
    return False

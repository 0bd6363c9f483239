"""The whole application lets nobody in but by a live token in the one header for it.

Every operation that OpenAPI names is asked, the reads that are answered in front of the framework
among them, after a good token has just been proven there.
"""

import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from access_matrix import POLICY
from api_driver import CONFIG, RawReply, Served, ask_unread
from forged_credentials import forged_tokens, header_mutations
from trimtab_server.access.models import token as token_table
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.http import health
from trimtab_server.settings import Settings

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
MUTATIONS = 500
FORGERIES = 60
DEV = "environment=dev"
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)
# What programs read, kept in memory for a token that was just proven.
KEPT = (("GET", "/api/v1/snapshot"), ("HEAD", "/api/v1/snapshot"), ("GET", f"{CONFIG}/ANY"))
STREAM = ("GET", "/api/v1/stream")


def operations() -> list[tuple[str, str]]:
    """Every method and path there is, but the two that are open; and what they are beside."""
    paths = create_app(Settings(data_dir=Path("/nowhere"))).openapi()["paths"]
    named = [
        (method.upper(), path.replace("{key}", "ANY").replace("{id}", str(UUID(int=0))))
        for path in paths
        if path not in health.PATHS
        for method in paths[path]
    ]
    return [*named, ("HEAD", "/api/v1/snapshot"), ("GET", "/nowhere"), ("POST", "/livez")]


OPERATIONS = operations()


@pytest.fixture
async def app(served: Served) -> Served:
    """With a setting, read by the administrator a moment ago: it lies ready for that token."""
    await served.api.create("ANY", "integer", 1)
    good = [(b"authorization", f"Bearer {served.api.token}".encode())]
    for method, path in KEPT * 2:
        assert (await ask_unread(served.app, method, path, good, DEV)).status == 200
    served.door.refusals.most_each = 0  # counted together: thousands are to come
    return served


def fault(reply: RawReply, *never: str) -> str | None:
    """What is wrong with that refusal."""
    if reply.status != 401 or not reply.headers["www-authenticate"].startswith("Bearer"):
        return f"{reply.status} {reply.headers}"
    if any(one in reply.body.decode() for one in never):
        return "it repeats the token"
    if reply.body and json.loads(reply.body)["code"] not in {"unauthenticated", "token-expired"}:
        return reply.body.decode()
    return None


def test_case_01_operations__that_are_tried_here__are_all_there_are() -> None:
    closed = {name for name in POLICY if name.partition(" ")[2] not in health.PATHS}
    assert len(OPERATIONS) == len(closed) + 3
    assert {("GET", f"{CONFIG}/ANY"), ("GET", "/api/v1/snapshot"), STREAM} <= set(OPERATIONS)


async def test_case_01_header_mutations__on_every_operation__all_401(app: Served) -> None:
    """CVE-2021-29441: an agent's name was enough. The reads kept in memory are asked each time,
    of the others some; in the long form all."""
    live = app.api.token or ""
    tried = header_mutations(live)
    assert len({tuple(one) for one in tried}) >= MUTATIONS
    wrong = []
    for number, headers in enumerate(tried):
        some = OPERATIONS if LONG else random.Random(number).sample(OPERATIONS, 10)
        for method, path in (*KEPT, STREAM, *some):
            reply = await ask_unread(app.app, method, path, headers, DEV)
            if found := fault(reply, live):
                wrong.append((method, path, headers, found))
    assert not wrong, wrong[:5]


# Beside what is kept: whoever is let in could read, write, export or make tokens.
ASKED = (
    *KEPT,
    STREAM,
    ("GET", "/api/v1/whoami"),
    ("GET", "/api/v1/export"),
    ("PUT", f"{CONFIG}/ANY"),
    ("POST", f"{CONFIG}/bulk"),
    ("POST", "/api/v1/tokens"),
    ("GET", "/metrics"),
)


async def ended(app: Served) -> dict[str, str]:
    """Tokens that were good once, each one out in another way."""
    root, admin = app.api, Grant(Role.ADMIN)
    made = {name: await app.store.issue(name, admin) for name in ("revoked", "off", "expired")}
    for text in made.values():
        assert (await root.as_(text).get("/api/v1/whoami")).status_code == 200
    ids = {name: text.split("_")[1] for name, text in made.items()}
    assert (await root.call("DELETE", f"/api/v1/tokens/{ids['revoked']}")).status_code < 300
    listed = (await root.get("/api/v1/principals", limit=100)).json()["items"]
    off = next(one["id"] for one in listed if one["name"] == "off")
    assert (await root.call("DELETE", f"/api/v1/principals/{off}")).status_code < 300
    rotated = await app.store.issue("rotated", admin)
    answer = await root.as_(rotated).post("/api/v1/tokens/self/rotate", {"overlapHours": 0})
    assert answer.status_code == 201, answer.text
    async with app.store.database.write() as connection:
        mine = token_table.c.public_id == ids["expired"]
        await connection.execute(update(token_table).where(mine).values(expires_at=LONG_AGO))
    app.forget()
    return made | {"rotated": rotated}


async def test_forged_tokens__of_our_own_form__none_is_taken_anywhere(app: Served) -> None:
    out = await ended(app)
    live = app.api.token or ""
    tried = list(forged_tokens(live, out))
    assert len({(tuple(headers), query) for _, headers, query in tried}) >= FORGERIES
    wrong = []
    for what, headers, given in tried:
        query = f"{DEV}&{given}" if given else DEV
        assert (await app.api.get("/api/v1/snapshot", environment="dev")).status_code == 200
        for method, path in ASKED:
            reply = await ask_unread(app.app, method, path, headers, query)
            if found := fault(reply, live, *out.values()):
                wrong.append((what, method, path, found))
    assert not wrong, wrong[:5]


async def test_every_operation__with_the_live_token_in_its_header__is_open(app: Served) -> None:
    """So that the other tests fail for what they change, and not for what all of them share."""
    good = [(b"authorization", f"Bearer {app.api.token}".encode())]
    for method, path in OPERATIONS:
        if method in {"GET", "HEAD"}:
            reply = await ask_unread(app.app, method, path, good, DEV)
            assert reply.status not in {401, 403}, (method, path)

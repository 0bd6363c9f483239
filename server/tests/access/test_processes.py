"""Real servers on a real PostgreSQL: a token that is ended, and a database that goes away."""

import asyncio
import time
from contextlib import ExitStack

import httpx2

from api_driver import Process, Store, serving_process
from real_servers.postgres import running_postgres
from trimtab_server.access.authenticate import FRESH_SECONDS
from trimtab_server.access.token_format import mint
from trimtab_server.infra.database import Database

WITHIN_SECONDS = 5.0


def tokens(database_url: str, *names: str) -> list[str]:
    """Tokens of new administrators in a new schema."""

    async def work() -> list[str]:
        store = Store(Database(database_url))
        await store.prepare()
        issued = [await store.issue_admin(name) for name in names]
        await store.database.dispose()
        return issued

    return asyncio.run(work())


def ask(
    server: Process, token: str | None, method: str = "GET", path: str = "whoami"
) -> httpx2.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    url = f"{server.url}/api/v1/{path}"
    return httpx2.request(method, url, headers=headers, trust_env=False, timeout=20)


def test_token__ended_on_one_server__is_out_on_the_other_within_seconds(postgres_url: str) -> None:
    admin, revoked, disabled = tokens(postgres_url, "admin", "revoked", "disabled")
    settings = {"TRIMTAB_DATABASE_URL": postgres_url}
    with serving_process(settings) as here, serving_process(settings) as there:
        ended = {
            revoked: f"tokens/{ask(there, revoked).json()['token']['id']}",
            disabled: f"principals/{ask(there, disabled).json()['id']}",
        }
        for token, path in ended.items():
            assert ask(here, token).status_code == 200
            assert ask(here, admin, "DELETE", path).status_code == 200
            since = time.monotonic()
            for one in (here, there):
                while ask(one, token).status_code != 401:
                    assert time.monotonic() - since < WITHIN_SECONDS
            assert time.monotonic() - since < WITHIN_SECONDS


def test_database_away__known_tokens_go_on__and_unknown_ones_are_503() -> None:
    with ExitStack() as stack:
        with running_postgres() as postgres:
            database_url = postgres.create_database()
            known, unseen = tokens(database_url, "known", "unseen")
            server = stack.enter_context(serving_process({"TRIMTAB_DATABASE_URL": database_url}))
            assert ask(server, known).status_code == 200
        away = time.monotonic()
        while time.monotonic() - away < FRESH_SECONDS + 1:  # past what is taken without asking
            assert ask(server, known).status_code == 200
        for token in (unseen, mint().text):
            answer = ask(server, token)
            assert answer.status_code == 503, answer.text
            assert answer.json()["code"] == "store-unavailable"
            assert int(answer.headers["Retry-After"]) > 0
        for path in ("tokens/self", "tokens/000000000000"):
            assert ask(server, known, "DELETE", path).status_code == 503
        for token in (None, "tt_x"):
            assert ask(server, token).status_code == 401

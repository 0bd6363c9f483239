"""A server that goes away in the middle of apply: the change is made exactly once or not at all."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from migration_driver import CommandLine, Lose, ServerProcess, UnreliableProxy, running_server
from trimtab.admin import Admin
from trimtab.errors import ServerUnreachable
from trimtab.migrate.apply import Unsettled, carry_out, prepare
from trimtab.migrate.plan import read_plan
from trimtab.migrate.store_state import read_store
from trimtab.profile import Profile

pytestmark = pytest.mark.timeout(90)

ENV = "RETRY_LIMIT=3\nENABLE_CACHE=true\n"
WAIT_SECONDS = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def application(server: ServerProcess) -> str:
    return server.make_application(f"test-{uuid4().hex[:12]}")


@pytest.fixture
def trimtab_at(
    server: ServerProcess,
    application: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[str], CommandLine]:
    """The command line, told that the server is at a URL, in a project with a plan."""

    def at(url: str) -> CommandLine:
        environ = {
            "TRIMTAB_URL": url, "TRIMTAB_TOKEN": server.token, "TRIMTAB_APPLICATION": application,
        }  # fmt: skip
        (tmp_path / ".env").write_text(ENV)
        trimtab = CommandLine(tmp_path, environ, monkeypatch, capsys)
        assert trimtab("migrate", "plan", ".", "-o", "plan.yaml", "--yes", "--offline").code == 0
        return trimtab

    return at


def is_the_write(request: bytes) -> bool:
    head, _, body = request.partition(b"\r\n\r\n")
    return head.startswith(b"POST /api/v1/config/bulk") and b'"dryRun":true' not in body


def changes_of(server: ServerProcess, application: str) -> list[str]:
    """The revisions in which any of the keys that are there was ever edited."""
    with Admin(Profile(server.url, server.token, application)) as admin:
        keys = [entity.key for entity in admin.entities("base")]
        return sorted({version.revision for key in keys for version in admin.history(key)})


@pytest.mark.parametrize("lose", list(Lose))
@pytest.mark.parametrize("times", [1, 3])
def test_apply__connection_lost__is_settled_by_asking_again(
    server: ServerProcess,
    application: str,
    trimtab_at: Callable[[str], CommandLine],
    lose: Lose,
    times: int,
) -> None:
    with UnreliableProxy(server.port, is_the_write, lose, times=times) as proxy:
        done = trimtab_at(proxy.url)("migrate", "apply", "--yes")
    assert done.code == 0, done.all
    assert "asking the same again" in done.err
    assert len(proxy.lost) == times
    assert len(set(proxy.lost)) == 1  # byte by byte the same request
    assert len(changes_of(server, application)) == 1


def test_apply__server_killed_before_its_reply__is_settled_when_it_is_back(
    server: ServerProcess, application: str, trimtab_at: Callable[[str], CommandLine]
) -> None:
    restarts: list[threading.Thread] = []

    def kill_and_start_again() -> None:
        server.kill()
        restarts.append(threading.Thread(target=server.start))
        restarts[-1].start()

    with UnreliableProxy(
        server.port, is_the_write, Lose.THE_REPLY, on_loss=kill_and_start_again
    ) as proxy:
        done = trimtab_at(proxy.url)("migrate", "apply", "--yes")
    for restart in restarts:
        restart.join(WAIT_SECONDS)
    assert done.code == 0, done.all
    assert len(proxy.lost) == 1
    assert len(changes_of(server, application)) == 1


@pytest.mark.parametrize("lose", list(Lose))
def test_apply__given_up__is_found_done_or_made_by_the_next_run(
    server: ServerProcess,
    application: str,
    trimtab_at: Callable[[str], CommandLine],
    monkeypatch: pytest.MonkeyPatch,
    lose: Lose,
) -> None:
    monkeypatch.setattr("trimtab.migrate.apply.PAUSES_SECONDS", ())
    with UnreliableProxy(server.port, is_the_write, lose, times=9) as proxy:
        trimtab = trimtab_at(proxy.url)
        done = trimtab("migrate", "apply", "--yes")
        assert done.code == 4, done.all
        assert "as a whole or not at all: run the same command again" in done.err
        made = 1 if lose is Lose.THE_REPLY else 0
        assert len(changes_of(server, application)) == made
        (record,) = (trimtab.folder / ".trimtab" / "migrations").iterdir()
        assert record.name.startswith("pending-")

    trimtab = trimtab_at(server.url)
    done = trimtab("migrate", "apply", "--yes")
    assert done.code == 0, done.all
    assert ("An earlier run of this plan was carried out" in done.err) == bool(made)
    assert ("Nothing to write" in done.out) == bool(made)
    (revision,) = changes_of(server, application)
    (record,) = (trimtab.folder / ".trimtab" / "migrations").iterdir()
    assert record.name.endswith(f"{revision}.json")
    done = trimtab("migrate", "rollback", "--yes")
    assert done.code == 0, done.all
    assert (trimtab.folder / ".env.restored").read_text() == ENV


def test_carry_out__no_server_at_all__is_unsettled_after_the_last_attempt(
    server: ServerProcess, application: str, trimtab_at: Callable[[str], CommandLine]
) -> None:
    folder = trimtab_at(server.url).folder
    with Admin(Profile(server.url, server.token, application)) as admin:
        state = read_store(admin, [])
        prepared = prepare(read_plan(folder / "plan.yaml"), state, policy=None, comment=None)
    paused: list[float] = []
    nobody = Admin(Profile("http://127.0.0.1:9", server.token, application))
    with nobody as admin, pytest.raises(Unsettled) as refused:
        carry_out(admin, prepared, pauses=(0.01, 0.01), on_pause=paused.append)
    assert isinstance(refused.value, ServerUnreachable)
    assert paused == [0.01, 0.01]


def test_carry_out__the_same_twice__is_made_once(
    server: ServerProcess, application: str, trimtab_at: Callable[[str], CommandLine]
) -> None:
    folder = trimtab_at(server.url).folder
    with Admin(Profile(server.url, server.token, application)) as admin:
        state = read_store(admin)
        prepared = prepare(read_plan(folder / "plan.yaml"), state, policy=None, comment="why")
        first, second = carry_out(admin, prepared), carry_out(admin, prepared)
    assert first.revision == second.revision
    assert len(changes_of(server, application)) == 1


def test_apply__somebody_writes_meanwhile__is_told_and_writes_nothing(
    server: ServerProcess, application: str, trimtab_at: Callable[[str], CommandLine]
) -> None:
    def is_the_trial(request: bytes) -> bool:
        return request.startswith(b"POST /api/v1/config/bulk") and not is_the_write(request)

    def write_meanwhile() -> None:
        made = {"key": "OTHER", "type": "string", "environment": "base", "category": "x"}
        reply = httpx2.post(
            f"{server.url}/api/v1/config",
            json={**made, "application": application},
            headers={"Authorization": f"Bearer {server.token}"},
            trust_env=False,
        )
        assert reply.status_code == 201, reply.text

    seen: list[bytes] = []

    def first_trial(request: bytes) -> bool:
        if is_the_trial(request) and not seen:
            seen.append(request)
            write_meanwhile()
        return False

    with UnreliableProxy(server.port, first_trial, Lose.THE_REQUEST) as proxy:
        done = trimtab_at(proxy.url)("migrate", "apply", "--yes")
    assert (done.code, "Somebody wrote to the store meanwhile" in done.err) == (1, True), done.all
    assert len(seen) == 1
    with Admin(Profile(server.url, server.token, application)) as admin:
        assert [one.key for one in admin.entities("base")] == ["OTHER"]

"""What only a real server on a real socket shows: raw requests, bodies without end, two of them."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from api_driver import CONFIG, Process, Store, serving_process
from trimtab_server.http.body import MAX_SEPARATORS
from trimtab_server.infra.database import Database

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def process(data: Path) -> Iterator[Process]:
    with serving_process({"TRIMTAB_DATA_DIR": str(data)}) as running:
        yield running


@pytest.fixture
def client(process: Process) -> Iterator[httpx2.Client]:
    with client_of(process, process.token) as client:
        yield client


def client_of(process: Process, token: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    return httpx2.Client(base_url=process.url, headers=headers)


def head_of(method: str, path: str, token: str, *lines: str) -> bytes:
    fixed = ("Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json")
    return "\r\n".join((f"{method} {path} HTTP/1.1", *fixed, *lines, "", "")).encode("latin-1")


def exchange(process: Process, request: bytes) -> bytes:
    """What is answered first."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(65_536)


def got(process: Process, path: str, token: str) -> bytes:
    """All that is answered to a GET."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as connection:
        connection.sendall(head_of("GET", path, token, "Connection: close"))
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("path", "status"), [(f"{CONFIG}/ANY?environment=dev", 413), (f"{CONFIG}/bulk", 413)]
)
def test_case_15_body_without_end__in_chunks__is_refused_early(
    process: Process, path: str, status: int
) -> None:
    method = "POST" if path.endswith("bulk") else "PUT"
    limit = 4 * 2**20 if path.endswith("bulk") else 256 * 2**10
    sent = 0
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as connection:
        connection.sendall(head_of(method, path, process.token, "Transfer-Encoding: chunked"))
        answer = threading.Event()
        said = bytearray()

        def listen() -> None:
            said.extend(connection.recv(65_536))
            answer.set()

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            while not answer.is_set() and sent < 2**30:
                connection.sendall(CHUNK)
                sent += len(CHUNK)
        except OSError:
            pass  # it has closed the connection: the rest is not wanted
        listener.join(10)
    assert b" 413 " in said.split(b"\r\n")[0]
    assert sent < limit + 16 * 2**20  # what fits into the sockets' buffers, not the whole


@pytest.mark.parametrize("length", ["262145", "1073741824", "99999999999999999999"])
def test_body_announced_too_large__before_a_byte_of_it__is_413(
    process: Process, length: str
) -> None:
    path = f"{CONFIG}/ANY?environment=dev"
    said = exchange(process, head_of("PUT", path, process.token, f"Content-Length: {length}"))
    assert b" 413 " in said.split(b"\r\n")[0] or b" 400 " in said.split(b"\r\n")[0]


def test_body_of_a_stranger__before_a_byte_of_it__is_401(process: Process) -> None:
    request = head_of("POST", f"{CONFIG}/bulk", "tt_nobody", "Content-Length: 4000000")
    assert b" 401 " in exchange(process, request).split(b"\r\n")[0]
    chunked = head_of("POST", f"{CONFIG}/bulk", "tt_nobody", "Transfer-Encoding: chunked")
    assert b" 401 " in exchange(process, chunked).split(b"\r\n")[0]


RAW = [
    "/api/v1/config/./ANY",
    "/api/v1//config/ANY",
    "//api/v1/config/ANY",
    "/api/v1/config/%2e/ANY",
    "/api/v1/config/%41%4e%59/",
    "/api/v1/config/\xe4",
    "/api/v1/config/%ff",
    "/api/v1/config/%ed%a0%80",
    "/api/v1/config/%c0%80",
    "/api/v1/config/%00",
    "/api/v1/config/%",
    "/api/v1/config/%zz",
    "/api/v1/config?prefix=%ff",
    "/api/v1/config?prefix=%ed%a0%80",
    "/api/v1/config?prefix=%00",
    "/api/v1/config?%00=1",
    "/api/v1/config?&&==&",
    "/api/v1/config?" + "a=b&" * 2_000,
    "/api/v1/config/" + "a" * 20_000,
    "/api/v1/config/ANY;jsessionid=1",
    "api/v1/config/ANY",
    "*",
    "http://other.example/api/v1/config/ANY",
    "/API/V1/CONFIG/ANY",
    "/docs/../metrics",
    "/docs/%2e%2e/metrics",
    "/livez/../api/v1/config",
]
# What has stood for a dot or a slash somewhere: escaped once and more often, in either case, longer
# than UTF-8 allows, other characters that look like it or are made into it.
DOTS = (
    ". %2e %2E %252e %252E %25252e %c0%ae %C0%AE %c0%2e %e0%80%ae %f0%80%80%ae %uff0e %u002e "
    "%ef%bc%8e %e2%80%a4 %00."
).split()
SLASHES = (
    "/ // /./ ;/ %2f %2F %252f %252F %25252f %c0%af %C0%AF %e0%80%af \\ %5c %5C %255c %c1%9c "
    "%ef%bc%8f %e2%88%95 %u2215 %00/"
).split()
# Nearly HIDDEN, of which only one spelling is right.
NEARLY = (
    "hidden Hidden HIDDEN. HIDDEN.. HIDDEN%2e HIDDEN%252e HIDDEN%20 HIDDEN%2520 HIDDEN+ HIDDEN%09 "
    "HIDDEN%0a HIDDEN%0d%0a HIDDEN%00 HIDDEN%00.json HIDDEN%2500 HIDDEN.json HIDDEN; HIDDEN;a=1 "
    "HIDDEN%3b HIDDEN~ HIDDEN* HIDDE? HIDDE%3f HIDDEN%23 HIDDEN::$DATA %2548IDDEN %20HIDDEN "
    ".HIDDEN %2eHIDDEN %ef%bb%bfHIDDEN HIDDEN%e2%80%8b HIDDEN%cc%81 HIDDEN%c2%a0 HIDDEN%ad "
    "HIDDEN/ %ef%bc%a8IDDEN H%d0%86DDEN %ce%97IDDEN H%c4%b0DDEN H%c4%b1DDEN %e2%84%8bIDDEN "
    "%c1%88IDDEN HIDDEN%ff HIDDEN%ed%a0%80 HIDDEN' HIDDEN%22 HIDDEN%25 ANY,HIDDEN ANY%2cHIDDEN "
    "{HIDDEN} ANY|HIDDEN"
).split()
NEVER = "never 4711 shown"


def elsewhere() -> Iterator[str]:
    """Names that would be another key's, or a route's, if they were a path."""
    for dot in DOTS:
        for slash in SLASHES:
            yield f"ANY{slash}{dot}{dot}{slash}HIDDEN"
    for slash in SLASHES:
        for route in ("export", "snapshot", "history/HIDDEN"):
            yield f"..{slash}{route}?environment=dev"
    yield from NEARLY


def status_of(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


@pytest.fixture(scope="module")
def limited(process: Process) -> str:
    """The token of somebody who may see ANY and must not see HIDDEN."""
    with client_of(process, process.token) as root:
        for key, category in (("ANY", "limits"), ("HIDDEN", "voice")):
            body = {"key": key, "category": category, "type": "string", "environment": "base"}
            assert root.post(CONFIG, json=body | {"value": NEVER}).status_code == 201
        assert root.put(f"{CONFIG}/ANY?environment=base", json={"value": "x"}).status_code == 200
        assert root.post("/api/v1/principals", json={"name": "limited"}).status_code == 201
        grant = {"principal": "limited", "role": "viewer", "category": "limits"}
        assert root.post("/api/v1/grants", json=grant).status_code == 201
        answer = root.post("/api/v1/tokens", json={"principal": "limited"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


def test_case_13_path__as_raw_bytes__is_never_another_and_no_error_of_the_server(
    process: Process, limited: str
) -> None:
    wrong = []
    for path in RAW:
        harmless = {200} if path.startswith("http://") or "?prefix" in path else set()
        for token, fine in [
            (limited, {400, 404, 405, 414, 422} | harmless),
            ("tt_nobody", {400, 401, 414}),
        ]:
            said = got(process, path, token)
            if status_of(said) not in fine:
                wrong.append((path[:60], said[:200]))
    assert not wrong


@pytest.mark.parametrize(("route", "step"), [("", 1), ("history/", 4), ("explain/", 5)])
def test_case_13_name__that_leads_elsewhere__is_no_name(
    process: Process, limited: str, route: str, step: int
) -> None:
    """Spring Cloud Config's, from CVE-2019-3799 to CVE-2026-40982."""
    tried = list(elsewhere())
    assert len(set(tried)) > 300
    wrong = []
    for name in tried[::step]:
        for token in (limited, process.token):
            said = got(process, f"/api/v1/config/{route}{name}", token)
            if status_of(said) not in {400, 404, 405, 422} or NEVER.encode() in said:
                wrong.append((name, said[:200]))
    assert not wrong, wrong[:5]
    right = got(process, f"/api/v1/config/{route}%48IDDEN", process.token)
    assert status_of(right) == 200
    assert NEVER.encode() in right
    assert status_of(got(process, f"/api/v1/config/{route}%48IDDEN", limited)) == 404


def test_case_16_header_and_range__of_known_attacks__cost_nothing(client: httpx2.Client) -> None:
    ranges = "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(0, 8_000, 2))
    for headers in (
        {"Range": ranges[:60_000]},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Encoding": "gzip"},
        {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/metrics"},
    ):
        page = client.get("/docs/swagger-ui-bundle.js", headers=headers)
        assert page.status_code < 500
        assert page.elapsed.total_seconds() < 2
    form = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--"
    for media_type in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        response = client.post(CONFIG, content=form, headers={"Content-Type": media_type})
        assert response.status_code == 415


ODD_CHUNKS = {
    "one byte each": b"1\r\n \r\n" * 300_000,
    "size of 64 bits": b"FFFFFFFFFFFFFFFF\r\n" + b" " * 300_000,
    "size of a hundred digits": b"1" * 100 + b"\r\n" + b" " * 300_000,
    "size without end": b"1" * 300_000,
    "size below nothing": b"-5\r\nhello\r\n0\r\n\r\n",
    "size in words": b"five\r\nhello\r\n0\r\n\r\n",
    "long extension": b"5;" + b"a=b;" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
    "long trailer": b"0\r\n" + b"X-Trailer: y\r\n" * 50_000,
    "bare line feeds": b"5\nhello\n0\n\n",
    "no white space where it belongs": b"5\r\nhello0\r\n\r\n",
}


@pytest.mark.parametrize("lines", [(), ("Content-Length: 5",)])
def test_case_15_chunks__of_odd_forms__are_refused_and_cost_nothing(
    process: Process, client: httpx2.Client, lines: tuple[str, ...]
) -> None:
    """Nobody waits for their end: what is answered, if anything, is a refusal."""
    before, said = peak_kib(process), {}
    for name, chunks in ODD_CHUNKS.items():
        head = head_of(
            "POST", f"{CONFIG}/bulk", process.token, "Transfer-Encoding: chunked", *lines
        )
        with socket.create_connection(("127.0.0.1", process.port), timeout=10) as connection:
            with suppress(OSError):  # closed before we had said it all, or not connected any more
                connection.sendall(head + chunks)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                said[name] = connection.recv(65_536)
    assert not [
        one for one in said.items() if one[1] and status_of(one[1]) not in {400, 413, 415, 422}
    ]
    assert peak_kib(process) - before < 50 * 1024
    assert client.get("/livez").status_code == 200


def named(count: int, more: str = "", value: str = "0") -> bytes:
    """An object of that many members."""
    return ",".join(f'"{number:x}{more}":{value}' for number in range(count)).encode()


# The most that each kind may have, so that it is parsed, and far more than that.
FOX, HAN, MOST = "\N{FOX FACE}", "\u4e00", MAX_SEPARATORS - 10
BOMBS = {
    "wide names and texts": b'{"items": [{"value": {%b}}]}'
    % named(MOST, HAN, f'"{"b" * 62}{HAN}"'),
    "widest names and texts": b'{"items": [{"value": {%b}}]}'
    % named(MOST, FOX, f'"{"b" * 20}{FOX}"'),
    "wide text": b'{"items": [{"value": "%b%b"}]}' % (HAN.encode(), b"a" * 4_100_000),
    "widest text": b'{"items": [{"value": "%b%b"}]}' % (FOX.encode(), b"a" * 2_000_000),
    "too wide": b'{"items": [{"value": "%b%b"}]}' % (FOX.encode(), b"a" * 4_100_000),
    "wide names": b'{"items": [{"value": {%b}}]}' % named(MOST, "a" * 68 + HAN),
    "unknown members": b'{"items": [%b]}' % b",".join([b"{%b}" % named(16)] * 1_000),
    "too many members": b'{"items": [%b]}' % b",".join([b"{%b}" % named(45)] * 1_000),
    "lists": b'{"items": [' + b"[]," * 1_390_000 + b"[]]}",
    "objects": b'{"items": [' + b"{}," * 1_390_000 + b"{}]}",
    "names": b'{"items": [{"value": {%b}}]}' % named(400_000),
    "members": b'{"items": [], %b}' % named(MOST),
    "deep": b'{"items": ' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}",
    "deep enough": b'{"items": ' + b'{"a":' * MOST + b"1" + b"}" * MOST + b"}",
    "digits": b'{"items": [' + b"9" * 4_000_000 + b"]}",
    "fraction": b'{"items": [0.' + b"9" * 4_000_000 + b"]}",
    "escapes": b'{"items": [{"value": "' + rb"\ud83e\udd8a" * 349_000 + b'"}]}',
}
COSTLY = list(BOMBS) if LONG else list(BOMBS)[:4]


def test_case_14_json_bombs__of_4_mib_one_after_another__are_refused_and_the_server_serves_on(
    process: Process, client: httpx2.Client
) -> None:
    before = peak_kib(process)
    for bomb in BOMBS:
        explode(client, bomb)
    assert peak_kib(process) - before < 50 * 1024


@pytest.mark.parametrize("bomb", COSTLY)
def test_case_14_json_bomb__for_a_server_that_had_none_before__takes_less_than_50_mib(
    tmp_path: Path, bomb: str
) -> None:
    """What one has made room for, the next one does not show."""
    with (
        serving_process({"TRIMTAB_DATA_DIR": str(tmp_path)}) as process,
        client_of(process, process.token) as client,
    ):
        assert client.post(f"{CONFIG}/validate", json={"items": []}).status_code == 422
        before = peak_kib(process)
        explode(client, bomb)
        assert peak_kib(process) - before < 50 * 1024


def explode(client: httpx2.Client, bomb: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert len(BOMBS[bomb]) < 4 * 2**20
    response = client.post(f"{CONFIG}/validate", content=BOMBS[bomb], headers=headers, timeout=30)
    expected = 413 if bomb == "too wide" else 422
    assert response.status_code == expected, (bomb, response.text[:300])
    assert len(response.content) < 2**20
    assert client.get("/livez").status_code == 200


def peak_kib(process: Process) -> int:
    """The most memory that the process has ever had at once."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


def agree(one: Process, two: Process, token: str) -> None:
    setting = {"key": "TURNS", "type": "integer", "environment": "base", "value": 0}
    with client_of(one, token) as left, client_of(two, token) as right:
        assert left.post(CONFIG, json=setting).status_code == 201
        for value in range(1, 6):
            writer, reader = (left, right) if value % 2 else (right, left)
            path = f"{CONFIG}/TURNS?environment=base"
            written = writer.put(path, json={"value": value}).json()["revision"]
            shown = f"environment=dev&minRevision={written}"
            assert reader.get(f"{CONFIG}/TURNS?{shown}").json()["value"] == value
            snapshot = reader.get(f"/api/v1/snapshot?{shown}").json()
            assert snapshot["items"]["TURNS"]["value"] == value


def test_two_servers__on_one_embedded_database__agree_on_what_is_shown(
    process: Process, data: Path
) -> None:
    with serving_process({"TRIMTAB_DATA_DIR": str(data)}) as other:
        assert not other.token  # the first start is over
        agree(process, other, process.token)


def test_two_servers__on_one_postgresql__agree_on_what_is_shown(
    postgres_url: str,
) -> None:
    token = asyncio.run(prepare(postgres_url))
    settings = {"TRIMTAB_DATABASE_URL": postgres_url}
    with serving_process(settings) as one, serving_process(settings) as two:
        agree(one, two, token)


async def prepare(url: str) -> str:
    store = Store(Database(url))
    await store.prepare()
    token = await store.issue_admin("operator")
    await store.database.dispose()
    return token


def refused(settings: dict[str, str]) -> tuple[int, str]:
    """How `serve` ends that must not start, and its only words."""
    inherited = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    done = subprocess.run(
        [Path(sys.executable).parent / "trimtab-server", "serve", "--port", "0"],
        env=inherited | settings,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.returncode, done.stderr


def test_e24__serve__refuses_what_is_not_safe_to_start_with(postgres_url: str) -> None:
    """Nothing is made or changed in a database that is not its own; nothing is assumed."""
    code, words = refused({"TRIMTAB_DATABASE_URL": postgres_url})
    assert (code, "database upgrade" in words) == (1, True)
    password = "correct-horse"
    code, words = refused({"TRIMTAB_DATABASE_URL": f"postgresql://x:{password}@127.0.0.1:1/x"})
    assert (code, password in words) == (1, False)
    code, words = refused({"TRIMTAB_DATABASE_POOL_SIZE": "0", "TRIMTAB_LOG_FORMAT": "xml"})
    assert code == 2
    assert "TRIMTAB_DATABASE_POOL_SIZE" in words
    assert "TRIMTAB_LOG_FORMAT" in words


def test_e24__first_start__makes_a_token_that_nobody_else_has_and_keeps_its_files_private(
    process: Process, data: Path, tmp_path: Path
) -> None:
    with serving_process({"TRIMTAB_DATA_DIR": str(tmp_path / "data")}) as other:
        assert len({process.token, other.token, ""}) == 3
        with client_of(other, process.token) as stranger:
            assert stranger.get(CONFIG).status_code == 401
    for folder in (data, tmp_path / "data"):
        for file in folder.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0

"""What only a real server on a real socket shows: raw requests, bodies without end, two of them."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api_driver import CONFIG, Process, Store, serving_process
from trimtab_server.infra.database import Database

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


BOMBS = {
    "lists": b'{"items": [' + b"[]," * 1_390_000 + b"[]]}",
    "objects": b'{"items": [' + b"{}," * 1_390_000 + b"{}]}",
    "keys": b'{"items": [{"value": {' + b",".join(b'"%x":0' % n for n in range(400_000)) + b"}}]}",
    "deep": b'{"items": ' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}",
    "digits": b'{"items": [' + b"9" * 4_000_000 + b"]}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_case_14_json_bomb__of_4_mib__is_refused_and_the_server_serves_on(
    process: Process, client: httpx2.Client, bomb: str
) -> None:
    headers = {"Content-Type": "application/json"}
    before = peak_kib(process)
    response = client.post(f"{CONFIG}/validate", content=BOMBS[bomb], headers=headers, timeout=30)
    assert response.status_code == 422, response.text[:300]
    assert client.get("/livez").status_code == 200
    assert peak_kib(process) - before < 50 * 1024


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

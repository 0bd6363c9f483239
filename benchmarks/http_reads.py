"""HTTP reads on one core: the server on CPU 0, wrk on CPU 1, 32 connections that stay open."""

import json
import tempfile
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from side_by_side import etcd, ours
from side_by_side.load import Load, load
from side_by_side.page import write_page
from side_by_side.peers import Peers, start_peers
from side_by_side.postgres import SAID, durable_postgres
from side_by_side.result import Result, at_least, at_most, number, own_version, spread
from side_by_side.rounds import ROUNDS, interleaved, median_ratio

SECONDS = 2
CONNECTIONS = 32
FEW, MANY = 50, 1000
ONE, SAME, ALL_FEW, ALL_MANY = "one key", "304", f"all {FEW}", f"all {MANY:,}"
_LIKE_A_CLIENT = {
    "User-Agent": "python-httpx2/2.16.0",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
}
_ABOUT = f"""The server pinned to CPU 0, wrk to CPU 1; {CONNECTIONS} keep-alive connections,
{SECONDS} s a round, the headers of a Python client, no compression. Trimtab: one process on
SQLite. Unleash: its client API with a backend token, {SAID}, not pinned. etcd: its JSON gateway.
An SDK of Unleash polls the whole list, so `304` and `all` compare what is really asked; its route
for one flag asks PostgreSQL each time."""
_WHERE = """a request that came before is answered from its bytes, unparsed; of what is left, most
is the system's: reading from and writing to sockets. Unleash and etcd run here as they come."""
Runs = dict[str, Callable[[], Load]]


def main() -> None:
    """Measure, and write the page."""
    columns = ("req/s", *(f"{what} (p50/p99 ms)" for what in (ONE, SAME, ALL_FEW, ALL_MANY)))
    result = Result(
        "http_reads", "HTTP reads, one core", _ABOUT, ROUNDS, columns, "requests a second",
        versions={"trimtab-server": own_version()}, where_time_goes=_WHERE,
    )  # fmt: skip
    with ExitStack() as up:
        measured = _measure(up, result)
    _tell(result, measured)
    result.save()
    print(write_page())


def _measure(up: ExitStack, result: Result) -> dict[str, dict[str, list[Load]]]:
    folder = up.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
    trimtab = up.enter_context(ours.running({"TRIMTAB_DATA_DIR": folder}, cpu=0))
    peers = start_peers(up, result, up.enter_context(durable_postgres()), cpu=0)
    sample = ours.sample(MANY)
    key = sample[7]["key"]
    one = f"/api/v1/config/{key}?environment=base", f"/api/client/features/{key}"
    whole = "/api/v1/snapshot?environment=base", "/api/client/features"
    prefix = {"key": etcd.coded("/config/base/"), "range_end": etcd.coded("/config/base0")}
    _fill(trimtab, peers, sample[:FEW])
    measured = {
        ONE: interleaved(
            _runs(trimtab, peers, one, {"key": etcd.coded(f"/config/base/{key}")}), ROUNDS
        ),
        SAME: interleaved(_runs(trimtab, peers, whole, None, tagged=True), ROUNDS),
        ALL_FEW: interleaved(_runs(trimtab, peers, whole, prefix), ROUNDS),
    }
    _fill(trimtab, peers, sample[FEW:])
    measured[ALL_MANY] = interleaved(_runs(trimtab, peers, whole, prefix), ROUNDS)
    return measured


def _fill(trimtab: ours.Ours, peers: Peers, items: list[dict[str, object]]) -> None:
    trimtab.create(items)
    if peers.unleash:
        peers.unleash.create([str(item["key"]) for item in items])
    if peers.etcd:
        for item in items:
            etcd.put(peers.etcd, f"/config/base/{item['key']}", json.dumps(item["value"]))


def _runs(
    trimtab: ours.Ours,
    peers: Peers,
    paths: tuple[str, str],
    etcd_range: Mapping[str, str] | None,
    *,
    tagged: bool = False,
) -> Runs:
    """The same read of each, over and over; with `tagged` by somebody who has it already."""
    bearer = {"Authorization": f"Bearer {trimtab.token}"}
    runs = {"Trimtab": _get(trimtab.child.url + paths[0], bearer, tagged=tagged)}
    if peers.unleash:
        backend = {"Authorization": peers.unleash.backend}
        runs["Unleash"] = _get(peers.unleash.child.url + paths[1], backend, tagged=tagged)
    if peers.etcd and etcd_range is not None:
        url, asked = f"{peers.etcd.url}/v3/kv/range", f"wrk.body = [[{json.dumps(etcd_range)}]]"
        runs["etcd"] = _run(url, f'wrk.method = "POST"\n{asked}', {})
    return runs


def _get(url: str, headers: dict[str, str], *, tagged: bool) -> Callable[[], Load]:
    if not tagged:
        return _run(url, "", headers)
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
        return _run(url, "", headers | {"If-None-Match": reply.headers["ETag"]})


def _run(url: str, script: str, headers: dict[str, str]) -> Callable[[], Load]:
    sent = _LIKE_A_CLIENT | headers
    lines = [f"wrk.headers[{json.dumps(name)}] = [[{text}]]" for name, text in sent.items()]
    text = "\n".join([script, *lines, ""])
    return lambda: load(url, script=text, connections=CONNECTIONS, seconds=SECONDS, cpu=1)


def _tell(result: Result, measured: dict[str, dict[str, list[Load]]]) -> None:
    for server in measured[ONE]:
        cells = [server]
        for what, runs in measured.items():
            loads = runs.get(server, [])
            cells.append(_cell(loads) if loads else "-")
            if loads:
                result.bars[f"{server}: {what}"] = sorted(_rates(loads))[len(loads) // 2]
        result.rows.append(cells)
    result.bars = dict(sorted(result.bars.items(), key=lambda bar: bar[0].split(": ")[1]))
    sizes = {name: loads[0].bytes_each for name, loads in measured[ALL_MANY].items()}
    said = ", ".join(f"{name} {number(each)}" for name, each in sizes.items())
    result.rows.append(["bytes, head included", "", "", "", said])
    for what, peer, limit in (
        (ONE, "Unleash", 40),
        (ONE, "etcd", 4),
        (SAME, "Unleash", 15),
        (ALL_MANY, "Unleash", 40),
    ):
        if peer in measured[what]:
            ratio = median_ratio(_rates(measured[what]["Trimtab"]), _rates(measured[what][peer]))
            result.goals.append(at_least(f"HTTP, {what}, beside {peer}", ratio, limit))
    if "Unleash" in sizes:
        share = sizes["Trimtab"] / sizes["Unleash"]
        result.goals.append(at_most("bytes of 1,000 keys, beside Unleash", share, 0.4))


def _rates(loads: list[Load]) -> list[float]:
    return [one.per_second for one in loads]


def _cell(loads: list[Load]) -> str:
    waits = f"{number(loads[0].p50_ms)}/{number(loads[0].p99_ms)}"
    return f"{spread(_rates(loads))}, {waits}"


if __name__ == "__main__":
    main()

"""Resident memory: one process of the server holding 1,000 keys, fresh and after load."""

import tempfile
import time
from contextlib import ExitStack

from side_by_side import etcd, ours
from side_by_side.children import Child, resident_mib
from side_by_side.load import load
from side_by_side.page import write_page
from side_by_side.peers import start_peers
from side_by_side.postgres import durable_postgres
from side_by_side.result import Result, at_most, number, own_version

KEYS = 1000
_ABOUT = f"""MiB resident (RSS of the process and its children), {KEYS:,} keys or flags held: five
seconds after they were written and read once, and after 2 s of reading all of them on 32
connections. Trimtab: one process on SQLite, without Redis and OIDC. Unleash: its Node process; its
PostgreSQL is not counted. etcd: fresh, values only."""
_WHERE = "what is imported: FastAPI, pydantic, SQLAlchemy and cryptography, before any key is held."


def main() -> None:
    """Measure, and write the page."""
    result = Result(
        "memory", "Memory of the server", _ABOUT, 1, ("MiB", "idle", "after load"),
        "MiB resident, idle", versions={"trimtab-server": own_version()}, where_time_goes=_WHERE,
    )  # fmt: skip
    with ExitStack() as up:
        folder = up.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        sample = ours.sample(KEYS)
        trimtab = up.enter_context(ours.running({"TRIMTAB_DATA_DIR": folder}, keys=sample))
        peers = start_peers(up, result, up.enter_context(durable_postgres()))
        path = "/api/v1/snapshot?environment=base"
        idle = _row(result, "Trimtab", trimtab.child, path, f"Bearer {trimtab.token}")
        result.goals.append(at_most("resident, one process, 1,000 keys, idle", idle, 128, "MiB"))
        if peers.unleash:
            peers.unleash.create([str(item["key"]) for item in sample])
            server, token = peers.unleash.child, peers.unleash.backend
            theirs = _row(result, "Unleash", server, "/api/client/features", token)
            result.goals.append(at_most("resident, beside Unleash, idle", idle / theirs, 1))
        if peers.etcd:
            for item in sample:
                etcd.put(peers.etcd, f"/config/base/{item['key']}", str(item["value"]))
            _row(result, "etcd", peers.etcd, "/health", "none")
    result.save()
    print(write_page())


def _row(result: Result, who: str, server: Child, path: str, token: str) -> float:
    script = f'wrk.headers["Authorization"] = "{token}"\n'
    load(server.url + path, script=script, connections=1, seconds=1)
    time.sleep(5)
    idle = resident_mib(server.pid)
    load(server.url + path, script=script, connections=32, seconds=2)
    result.rows.append([who, number(idle), number(resident_mib(server.pid))])
    result.bars[who] = idle
    return idle


if __name__ == "__main__":
    main()

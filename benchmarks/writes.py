"""Durable writes: one value changed, with its history and its audit entry, before the answer."""

import itertools
import json
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from side_by_side import ours, unleash
from side_by_side.load import Load, load
from side_by_side.page import write_page
from side_by_side.peers import start_peers
from side_by_side.postgres import SAID, durable_postgres
from side_by_side.result import Result, at_least, number, own_version, spread
from side_by_side.rounds import ROUNDS, interleaved, median_ratio

KEYS = 50
SECONDS = 2
WRITERS = {1: 1.3, 16: 3, 64: 5}
_ABOUT = f"""As many writers as the column says, each waiting for its answer, {SECONDS} s a round,
turn by turn over {KEYS} keys with a new value every time; servers, PostgreSQL and wrk share both
cores. One write of Trimtab is the value, its history, a hash-chained audit entry, the revision
and the notification, in one process on {SAID}. Unleash updates the variant of a strategy on the
same PostgreSQL and keeps an event. etcd puts a key through its JSON gateway: durable, without
history of who and why. After the rounds `/api/v1/audit/verify` recomputes our chain."""
_WHERE = """a lone writer waits for five round trips to PostgreSQL, one of them the disk's. With 64
writers the server's one process is the limit: of its time, 45 % is the batch (judging 16 %,
writing 12 %, hashing 5 %, reading what is there 4 %), 29 % the request (the reply 9 %, the prepared
change 9 %, its head 5 %, its body 4 %), 14 % the event loop and parsing, the rest waiting."""
_TRIMTAB = """
wrk.method = "PUT"
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["If-Match"] = "*"
local n = {start}
request = function()
  n = n + 1
  local path = string.format("/api/v1/config/OPTION_%02d?environment=base", n % {keys})
  return wrk.format(nil, path, nil, string.format('{{"value":%d}}', n))
end
"""
_UNLEASH = """
wrk.method = "PUT"
wrk.headers["Authorization"] = "{token}"
wrk.headers["Content-Type"] = "application/json"
local flags = {{{flags}}}
local body = [[{body}]]
local n = {start}
request = function()
  n = n + 1
  local flag = flags[n % #flags + 1]
  local path = "/api/admin/projects/default/features/" .. flag[1]
  path = path .. "/environments/development/strategies/" .. flag[2]
  return wrk.format(nil, path, nil, (body:gsub("@NAME@", flag[1]):gsub("@VALUE@", tostring(n))))
end
"""
_ETCD = """
wrk.method = "POST"
local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function coded(text)
  local out = {{}}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    local function letter(place)
      local code = math.floor(bits / 64 ^ place) % 64
      return letters:sub(code + 1, code + 1)
    end
    out[#out + 1] = letter(3) .. letter(2) .. (b and letter(1) or "=") .. (c and letter(0) or "=")
  end
  return table.concat(out)
end
local n = {start}
request = function()
  n = n + 1
  local key = coded(string.format("/config/base/OPTION_%02d", n % {keys}))
  local body = string.format('{{"key":"%s","value":"%s"}}', key, coded(tostring(n)))
  return wrk.format(nil, "/v3/kv/put", nil, body)
end
"""
_starts = itertools.count(10_000_000, 10_000_000)  # no two runs write the same value
Run = Callable[[int], Load]


def main() -> None:
    """Measure, and write the page."""
    result = Result(
        "writes", "Durable writes", _ABOUT, ROUNDS,
        ("writes/s (p50/p99 ms)", *(f"{count} writers" for count in WRITERS)), "writes a second",
        versions={"trimtab-server": own_version()}, where_time_goes=_WHERE,
    )  # fmt: skip
    with ExitStack() as up:
        trimtab, runs = _contestants(up, result)
        measured = {
            count: interleaved({name: partial(run, count) for name, run in runs.items()}, ROUNDS)
            for count in WRITERS
        }
        _verify(trimtab)
    _tell(result, measured)
    result.save()
    print(write_page())


def _contestants(up: ExitStack, result: Result) -> tuple[ours.Ours, dict[str, Run]]:
    postgres = up.enter_context(durable_postgres())
    settings = {"TRIMTAB_DATABASE_URL": postgres.create_database()}
    names = [f"OPTION_{number:02}" for number in range(KEYS)]
    trimtab = up.enter_context(ours.running(settings, keys=[_setting(name) for name in names]))
    peers = start_peers(up, result, postgres)
    runs: dict[str, Run] = {"Trimtab": _run(trimtab.child.url, _TRIMTAB, token=trimtab.token)}
    if peers.unleash:
        flags = [f'{{"{it.name}","{it.strategy}"}}' for it in peers.unleash.create(names)]
        body = json.dumps(unleash.strategy_body("@NAME@", "@VALUE@"))
        facts = {"token": peers.unleash.admin, "flags": ",".join(flags), "body": body}
        runs["Unleash"] = _run(peers.unleash.child.url, _UNLEASH, **facts)
    if peers.etcd:
        runs["etcd"] = _run(peers.etcd.url, _ETCD)
    return trimtab, runs


def _verify(trimtab: ours.Ours) -> None:
    said = trimtab.call("GET", "/api/v1/audit/verify?application=default")
    if not said["valid"]:
        raise SystemExit(f"the audit chain does not verify: {said}")


def _setting(name: str) -> dict[str, object]:
    place = {"op": "create", "key": name, "environment": "base", "category": "bench"}
    return place | {"type": "integer", "value": 0}


def _run(url: str, template: str, **facts: str) -> Run:
    def run(writers: int) -> Load:
        script = template.format(start=next(_starts), keys=KEYS, **facts)
        return load(url, script=script, connections=writers, seconds=SECONDS)

    return run


def _tell(result: Result, measured: dict[int, dict[str, list[Load]]]) -> None:
    for server in measured[1]:
        cells = [server]
        for count, runs in measured.items():
            rates = [one.per_second for one in runs[server]]
            p50, p99 = (
                statistics.median(getattr(one, which) for one in runs[server])
                for which in ("p50_ms", "p99_ms")
            )
            cells.append(f"{spread(rates)}, {number(p50)}/{number(p99)}")
            result.bars[f"{server}: {count} writers"] = statistics.median(rates)
        result.rows.append(cells)
    for count, limit in WRITERS.items():
        if "Unleash" in measured[count]:
            ours_, theirs = (
                [one.per_second for one in measured[count][name]] for name in ("Trimtab", "Unleash")
            )
            what = f"durable writes beside Unleash, {count} writer{'s' if count > 1 else ''}"
            result.goals.append(at_least(what, median_ratio(ours_, theirs), limit))


if __name__ == "__main__":
    main()

"""Load by wrk: one command, one figure for each round."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_DONE = """
done = function(summary, latency, requests)
  io.write(string.format(
    '\\n@{"requests":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p99":%d,"failed":%d}\\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.status + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk found."""

    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_each: float
    failed: int


class RequestsFailed(Exception):
    """Some requests were refused or lost: the figure would compare nothing."""


def load(
    url: str,
    *,
    script: str,
    connections: int,
    seconds: float,
    cpu: int | None = None,
) -> Load:
    """Keep `connections` open and send on each, one after another, what the Lua `script` makes.

    wrk counts a status of 400 and more as an error; one such makes the whole run worthless.

    Raises:
        RequestsFailed: at least one request failed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as folder:
        path = Path(folder) / "load.lua"
        path.write_text(script + _DONE)
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds:g}s"]
        command += ["--timeout", "30s", "-s", str(path), url]
        if cpu is not None:
            command = ["taskset", "-c", str(cpu), *command]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"^@(.*)$", printed, re.MULTILINE)
    if found is None:
        raise RequestsFailed(printed[-500:])
    said = json.loads(found[1])
    if said["failed"] or not said["requests"]:
        raise RequestsFailed(f"{said['failed']} of {said['requests']} requests failed: {printed}")
    return Load(
        per_second=said["requests"] / (said["microseconds"] / 1e6),
        p50_ms=said["p50"] / 1e3,
        p99_ms=said["p99"] / 1e3,
        bytes_each=said["bytes"] / said["requests"],
        failed=said["failed"],
    )

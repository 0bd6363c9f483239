"""etcd, the key-value store, from Debian; its defaults, one member, through its JSON gateway."""

import base64
import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .children import Child, free_port, serving


def missing() -> str | None:
    """Why etcd cannot run here, or nothing."""
    return None if shutil.which("etcd") else "etcd is not installed: run ./dev bench setup"


def version() -> str:
    """The version that is installed."""
    said = subprocess.run(["etcd", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split("\n")[0].removeprefix("etcd Version: ")


@contextmanager
def running(*, cpu: int | None = None) -> Iterator[Child]:
    """One member with an empty folder; it syncs every write, as it comes."""
    client, peer = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="bench-etcd-") as folder:
        here = f"http://127.0.0.1:{client}"
        command = ["etcd", "--data-dir", folder, "--listen-client-urls", here]
        command += ["--advertise-client-urls", here, "--logger", "zap", "--log-level", "error"]
        command += ["--listen-peer-urls", f"http://127.0.0.1:{peer}"]
        command += ["--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}"]
        command += ["--initial-cluster", f"default=http://127.0.0.1:{peer}"]
        with serving(command, port=client, ready="/health", cpu=cpu) as child:
            yield child


def coded(text: str) -> str:
    """Keys and values cross the gateway in base64."""
    return base64.b64encode(text.encode()).decode()


def put(child: Child, key: str, value: str) -> None:
    """Write one key."""
    _call(child, "put", {"key": coded(key), "value": coded(value)})


def _call(child: Child, verb: str, body: Any) -> Any:
    request = urllib.request.Request(f"{child.url}/v3/kv/{verb}", data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.loads(reply.read())

"""UnleashClient as it comes: `python polling.py URL`, the token on stdin, in the peers' Python.

Says `ready`, and then the instant (CLOCK_MONOTONIC, ns) of each time the flag `watched` turns.
"""

import logging
import sys
import tempfile
import time

from UnleashClient import UnleashClient
from UnleashClient.cache import FileCache


def main() -> None:
    """Look every 2 ms until the other end ends this process."""
    logging.disable()
    client = UnleashClient(
        f"{sys.argv[1]}/api",
        "bench",
        cache=FileCache("bench", directory=tempfile.mkdtemp(prefix="bench-")),
        custom_headers={"Authorization": sys.stdin.readline().strip()},
        disable_metrics=True,
    )
    client.initialize_client()
    before = client.is_enabled("watched")
    print("ready", flush=True)
    while True:
        time.sleep(0.002)
        now = client.is_enabled("watched")
        if now != before:
            before = now
            print(int(now), time.monotonic_ns(), flush=True)


main()

"""Many readers of one stream in one process: `python watching.py PORT COUNT`, the token on stdin.

Says `ready` when every stream has answered, then for each value of `WATCHED`, a whole number, the
instant (CLOCK_MONOTONIC, ns) at which the last of them had it. Raw sockets: the readers' own cost
is part of every figure, so it is kept small.
"""

import re
import selectors
import socket
import sys
import time
from collections import Counter

_VALUE = re.compile(rb'"WATCHED":\{[^}]*"value":(\d+)')


def main() -> None:
    """Follow until stdin's other end goes."""
    port, count = int(sys.argv[1]), int(sys.argv[2])
    token = sys.stdin.readline().strip()
    waiting = selectors.DefaultSelector()
    for _ in range(count):
        waiting.register(_open(port, token), selectors.EVENT_READ, [b""])
    waiting.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    seen: Counter[int] = Counter()
    while True:
        for key, _ in waiting.select():
            if key.data is None:
                return
            received = key.fileobj.recv(65536)  # type: ignore[union-attr]
            if not received:
                raise SystemExit("a stream ended")
            text = key.data[0] + received
            whole, _, key.data[0] = text.rpartition(b"\n")
            for value in _VALUE.findall(whole):
                seen[int(value)] += 1
                if seen[int(value)] == count:
                    print(int(value), time.monotonic_ns(), flush=True)


def _open(port: int, token: str) -> socket.socket:
    path = "/api/v1/stream?environment=base"
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    for _ in range(600):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(head.encode())
        answer = b""
        while b"event: bookmark" not in answer and b" 429 " not in answer:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
        if b" 200 " in answer:
            return connection
        connection.close()
        time.sleep(0.1)  # so many at once are too many: the server says when to come again
    raise SystemExit(f"no stream: {answer[:300]!r}")


main()

"""Two servers and a Redis: quicker with it, and right without it."""

import os
import signal
import time
from pathlib import Path

import redis

from api_driver import CONFIG, serving_process
from real_servers.valkey import running_valkey
from stream_reader import StreamConnection

from .test_stream import client_of, create, put, taken, told

POLL_SECONDS = 0.8


def test_two_servers_on_an_embedded_database__hear_each_other_by_redis_and_do_without(
    tmp_path: Path,
) -> None:
    with running_valkey() as url:
        given = {"TRIMTAB_DATA_DIR": str(tmp_path / "data"), "TRIMTAB_REDIS_URL": url}
        with (
            serving_process(given) as one,
            serving_process(given) as two,
            client_of(one.url, one.token) as writer,
            client_of(two.url, one.token) as reader,
            redis.Redis.from_url(url) as client,
            StreamConnection(two.port, one.token) as stream,
        ):
            taken(stream)
            create(writer, "WORD", "first")
            told(stream)

            def seconds(turns: int) -> float:
                """What so many changes take, each seen before the next: by looking, 0.8 s each."""
                began = time.monotonic()
                for turn in range(turns):
                    text = f"{turn} of {turns} at {began}"
                    changed = put(writer, "WORD", text)
                    while told(stream).id != changed:
                        pass
                    entity = reader.get(f"{CONFIG}/WORD?environment=dev").json()
                    assert entity["value"] == text
                return time.monotonic() - began

            assert seconds(4) < 4 * POLL_SECONDS * 0.75
            for poison in ("x" * 1_000, "nonsense", "0:" + "9" * 90 + ":1", "\x00"):
                client.publish("trimtab", poison)
            client.flushall()
            assert client.keys() == []
            seconds(2)
            assert client.keys() == []  # nothing is kept there, so nothing is to be purged
            pid = int(client.info("server")["process_id"])
            os.kill(pid, signal.SIGSTOP)
            assert seconds(2) < 2 * POLL_SECONDS + 2
            os.kill(pid, signal.SIGKILL)
            assert seconds(2) < 2 * POLL_SECONDS + 2

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

            def each_takes(turns: int) -> list[float]:
                """The seconds from each of these changes to when the other server tells of it."""
                took = []
                for turn in range(turns):
                    began = time.monotonic()
                    text = f"{turn} of {turns} at {began}"
                    changed = put(writer, "WORD", text)
                    while told(stream).id != changed:
                        pass
                    took.append(time.monotonic() - began)
                    entity = reader.get(f"{CONFIG}/WORD?environment=dev").json()
                    assert entity["value"] == text
                return took

            # By looking alone, a change made just after a look waits for the next one.
            assert min(each_takes(5)[1:]) < POLL_SECONDS / 2
            for poison in ("x" * 1_000, "nonsense", "0:" + "9" * 90 + ":1", "\x00"):
                client.publish("trimtab", poison)
            client.flushall()
            each_takes(2)
            # Nothing is kept there but how many requests there were: nothing is to be purged.
            kept = client.scan_iter()
            assert [key for key in kept if not key.startswith(b"trimtab:rate:")] == []
            pid = int(client.info("server")["process_id"])
            os.kill(pid, signal.SIGSTOP)
            assert max(each_takes(2)) < POLL_SECONDS + 2
            os.kill(pid, signal.SIGKILL)
            assert max(each_takes(2)) < POLL_SECONDS + 2

"""A PostgreSQL of which one server hears no notification: the looks are enough."""

import asyncio
import time
from contextlib import closing

from api_driver import serving_process
from faults.deaf_line import deaf_line
from real_servers import PostgresServer
from stream_reader import StreamConnection

from .test_processes import CONFIG, WITHOUT_NOTIFICATIONS_SECONDS, Pair, prepared, read, write

WRITES = 6


def test_notify__every_one_dropped__is_seen_and_streamed_within_the_bound(
    postgres_server: PostgresServer,
) -> None:
    url = postgres_server.create_database()
    token = asyncio.run(prepared(url))
    with (
        deaf_line(url) as line,
        serving_process({"TRIMTAB_DATABASE_URL": url}) as one,
        serving_process({"TRIMTAB_DATABASE_URL": line.url}) as two,
        closing(Pair([one, two], {}, token)) as pair,
    ):
        writer, deaf = pair.clients
        created = {"key": "TURNS", "type": "integer", "environment": "base", "value": 0}
        assert writer.post(CONFIG, json=created).status_code == 201
        lags = []
        with StreamConnection(two.port, token) as stream:
            for value in range(1, WRITES + 1):
                revision, began = write(writer, value), time.monotonic()
                while (event := stream.next()) is None or event.id != revision:
                    assert event is not None
                lags.append(time.monotonic() - began)
                assert read(deaf) == value
        assert max(lags) <= WITHOUT_NOTIFICATIONS_SECONDS, lags
        # It did listen, and it was told: none of it arrived.
        assert len([one for one in line.dropped if one.count(":") == 2]) >= WRITES

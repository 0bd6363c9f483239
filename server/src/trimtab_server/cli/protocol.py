"""Uvicorn's HTTP protocol, where the application has a word before and after it parses.

Before: a complete head that came alone, on a connection with nothing else under way, may be
answered from memory as it is (`RequestMemo`). After: the request's scope says where its response
goes (the connection's transport) and, for the memo, the bytes that the request was.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trimtab_server.delivery.direct_reads import HEAD_EXTENSION
from trimtab_server.delivery.request_memo import RequestMemo
from trimtab_server.delivery.stream.reply import TRANSPORT_EXTENSION

_END_OF_HEAD = b"\r\n\r\n"


class TransportProtocol(HttpToolsProtocol):
    """An event for a thousand readers is then a thousand writes, and not a thousand tasks; and a
    request that came before is one look-up and one write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._memo: RequestMemo = self.app_state["request_memo"]
        self._has_memo = not self.config.access_log and self.limit_concurrency is None
        # Whether the parser stands between two messages, and how many began in this data.
        self._is_between = True
        self._began = 0
        self._answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Answer from the memo; else let uvicorn parse, and name the bytes if they were one whole
        request and nothing else."""
        is_apart = self._is_apart()
        if is_apart and self._memo.answer(
            data, self._peer, self.server_state.default_headers, self.transport.write
        ):
            self._answered()
            return
        self._began = 0
        super().data_received(data)
        if is_apart and self._began == 1 and self._is_between and self._is_plain(data):
            self.scope["extensions"][HEAD_EXTENSION] = {"bytes": data}

    def on_message_begin(self) -> None:
        """A request begins: its scope says where its response goes."""
        super().on_message_begin()
        self._is_between = False
        self._began += 1
        self.scope["extensions"] = {TRANSPORT_EXTENSION: {"transport": self.transport}}

    def on_message_complete(self) -> None:
        """What follows an upgrade is no request that we know."""
        super().on_message_complete()
        self._is_between = not self.parser.should_upgrade()

    def timeout_keep_alive_handler(self) -> None:
        """The timer runs on through kept answers: what is left of it begins with the last one."""
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0 and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                left, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    @property
    def _peer(self) -> str | None:
        return self.client[0] if self.client else None

    def _is_apart(self) -> bool:
        """Whether nothing is under way here: what is written now follows whole responses only."""
        return (
            self._has_memo
            and self._is_between
            and (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _is_plain(self, data: bytes) -> bool:
        """Whether the connection stays open after this one, which has no body."""
        return data.startswith(b"GET ") and data.endswith(_END_OF_HEAD) and self.cycle.keep_alive

    def _answered(self) -> None:
        """As uvicorn's `on_response_complete`."""
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

"""Uvicorn's HTTP protocol, which also lets the application have the connection's transport."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from trimtab_server.delivery.stream.reply import TRANSPORT_EXTENSION


class TransportProtocol(HttpToolsProtocol):
    """An event for a thousand readers is then a thousand writes, and not a thousand tasks."""

    def on_message_begin(self) -> None:
        """A request begins: its scope says where its response goes."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT_EXTENSION: {"transport": self.transport}}

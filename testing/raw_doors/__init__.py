"""One application behind two listening sockets, in raw bytes: the server's own HTTP protocol, which
answers from its memo, and uvicorn's, which knows nothing of it."""

from .connection import Answer, Connection
from .doors import CountingMemo, Doors, open_doors

__all__ = ["Answer", "Connection", "CountingMemo", "Doors", "open_doors"]

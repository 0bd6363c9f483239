"""How a set arrives: over a stream, by polling, from a file, out of memory."""

from .memory import MemoryConnector

__all__ = ["MemoryConnector"]

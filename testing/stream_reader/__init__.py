"""Readers of the stream, for tests: independent of server and client, written from the contract."""

from .connection import StreamConnection
from .reader import Event, Reader, digest_of, events_of, mark_of

__all__ = ["Event", "Reader", "StreamConnection", "digest_of", "events_of", "mark_of"]

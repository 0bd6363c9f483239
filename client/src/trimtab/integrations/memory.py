"""A small semantic memory: what was said, found again by meaning. SQLite and the cosine, no more.

Good for some ten thousand memories: every one is compared. Extra `settings`, and an embedder.
"""

import math
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from threading import Lock

from pydantic import Field

from trimtab.binding import LiveSettings

from .embeddings.vectors import Embedder, Vector

_TABLE = """
CREATE TABLE IF NOT EXISTS memory (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    text TEXT NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (conversation, text, model)
)
"""


class MemorySettings(LiveSettings):
    """The settings of `Memory`."""

    enable_semantic_memory: bool = True
    memory_retrieval_threshold: float = Field(0.7, ge=0, le=1)
    max_messages_for_memory: int = Field(50, ge=1, le=1000)
    memory_batch_size: int = Field(5, ge=1)


@dataclass(frozen=True, slots=True)
class Memorized:
    """Something that was said, and how near it is to what was asked (cosine, at most 1)."""

    conversation: str
    text: str
    similarity: float


class Memory:
    """Remembers messages and finds them again; each call takes one consistent set of settings.

    ENABLE_SEMANTIC_MEMORY turns both off (what is stored stays). Of a conversation the newest
    MAX_MESSAGES_FOR_MEMORY are considered, when remembering and when finding; MEMORY_BATCH_SIZE
    are embedded and written at once; what is nearer than MEMORY_RETRIEVAL_THRESHOLD is found.
    Vectors of another model than the one in use are left alone. Thread-safe.
    """

    def __init__(
        self, settings: MemorySettings, embedder: Embedder, path: Path | str = ":memory:"
    ) -> None:
        self._settings = settings
        self._embedder = embedder
        self._lock = Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(_TABLE)

    def remember(self, conversation: str, messages: Sequence[str]) -> int:
        """Store what is new among the newest messages of a conversation; gives how many.

        Batches that were stored stay when a later one fails. Raises what the embedder raises.
        """
        with self._settings.frozen() as s:
            enabled, most = s.enable_semantic_memory, s.max_messages_for_memory
            size = s.memory_batch_size
        if not enabled:
            return 0
        known = self._texts(conversation)
        new = [text for text in dict.fromkeys(messages[-most:]) if text and text not in known]
        return sum(
            self._store(conversation, new[start : start + size])
            for start in range(0, len(new), size)
        )

    def recall(self, question: str, *, limit: int = 5) -> list[Memorized]:
        """At most `limit` memories that are near enough, the nearest first.

        Raises what the embedder raises.
        """
        with self._settings.frozen() as s:
            enabled, threshold = s.enable_semantic_memory, s.memory_retrieval_threshold
            most = s.max_messages_for_memory
        if not enabled or not question:
            return []
        asked = self._embedder.query(question)
        vector = _of_length_one(asked.vectors[0])
        found = (
            Memorized(conversation, text, sum(map(mul, vector, _unpacked(stored))))
            for conversation, text, stored in self._newest(asked.model, most)
        )
        near = [one for one in found if one.similarity >= threshold]
        return sorted(near, key=lambda one: -one.similarity)[:limit]

    def forget(self, conversation: str) -> int:
        """Delete a conversation's memories, also while memory is off; gives how many."""
        with self._writing() as database:
            gone = database.execute("DELETE FROM memory WHERE conversation = ?", (conversation,))
            return gone.rowcount

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _store(self, conversation: str, batch: Sequence[str]) -> int:
        embedded = self._embedder.documents(batch)
        rows = [
            (conversation, text, embedded.model, _packed(_of_length_one(vector)))
            for text, vector in zip(batch, embedded.vectors, strict=True)
        ]
        statement = (
            "INSERT OR IGNORE INTO memory (conversation, text, model, vector) VALUES (?, ?, ?, ?)"
        )
        with self._writing() as database:
            return database.executemany(statement, rows).rowcount

    def _texts(self, conversation: str) -> set[str]:
        model = self._embedder.documents([]).model
        select = "SELECT text FROM memory WHERE conversation = ? AND model = ?"
        with self._lock:
            return {text for (text,) in self._database.execute(select, (conversation, model))}

    def _newest(self, model: str, most: int) -> list[tuple[str, str, bytes]]:
        """The newest memories of each conversation."""
        select = """
            SELECT conversation, text, vector FROM (
                SELECT *, row_number() OVER (PARTITION BY conversation ORDER BY id DESC) AS place
                FROM memory WHERE model = ?
            ) WHERE place <= ?
        """
        with self._lock:
            return self._database.execute(select, (model, most)).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _of_length_one(vector: Vector) -> Vector:
    length = math.sqrt(sum(map(mul, vector, vector)))
    return [it / length for it in vector] if length else vector


def _packed(vector: Vector) -> bytes:
    return array("f", vector).tobytes()


def _unpacked(stored: bytes) -> "array[float]":
    vector = array("f")
    vector.frombytes(stored)
    return vector

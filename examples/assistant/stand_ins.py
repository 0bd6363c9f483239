"""Stand-ins for the vendors on loopback: real HTTP, invented answers.

They speak as much of each API as the assistant uses, so that the example runs without accounts.
Nothing here is a model: the "answers" say who was asked what, "audio" is text in disguise, and
texts are near each other when they share words. Whatever arrives is written down in `requests`.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

AUDIO = b"stand-in audio: "
SPEAKING_SECONDS = 0.15
SIZE = 256


@dataclass(frozen=True)
class Arrived:
    """A request as it came over the wire."""

    method: str
    path: str
    query: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class StandIns:
    """All of them behind one address; `speaking_most` is how many spoke at once since `begin`."""

    url: str = ""
    requests: list[Arrived] = field(default_factory=list)
    speaking_most: int = 0
    _speaking: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Forget what came so far."""
        with self._lock:
            self.requests.clear()
            self.speaking_most = 0

    def sent_to(self, path: str) -> list[Arrived]:
        """What came for a path that contains this."""
        return [one for one in [*self.requests] if path in one.path]

    def answer(self, arrived: Arrived) -> tuple[int, str, bytes]:
        """Status, media type and body."""
        with self._lock:
            self.requests.append(arrived)
        path = arrived.path
        if "/text-to-speech/" in path:
            return 200, "audio/mpeg", self.speak(arrived)
        if path.endswith("/speech-to-text"):
            return told(transcript(arrived.body))
        if path.endswith("/chat/completions"):
            return told(completion(arrived.json))
        if path.endswith("/messages"):
            return told(message(arrived.json))
        if path.endswith("/embeddings"):
            return told(embedded(arrived.json))
        fixed = FIXED.get(path)
        return told(fixed) if fixed is not None else told({"detail": "not part of this"}, 404)

    def speak(self, arrived: Arrived) -> bytes:
        """Takes a moment, so that requests meet."""
        with self._lock:
            self._speaking += 1
            self.speaking_most = max(self.speaking_most, self._speaking)
        time.sleep(SPEAKING_SECONDS)
        with self._lock:
            self._speaking -= 1
        text: str = arrived.json["text"]
        return AUDIO + text.encode()


FIXED: dict[str, Any] = {
    "/v1/models": [],
    "/info": {
        "version": "0",
        "batch_ingest_config": {
            "use_multipart_endpoint": True,
            "size_limit": 100,
            "size_limit_bytes": 1_000_000,
            "scale_up_qsize_trigger": 1000,
            "scale_up_nthreads_limit": 2,
            "scale_down_nempty_trigger": 4,
        },
        "instance_flags": {"zstd_compression_enabled": False},
    },
    "/runs/multipart": {},
}


def told(content: Any, status: int = 200) -> tuple[int, str, bytes]:
    """JSON."""
    return status, "application/json", json.dumps(content).encode()


def completion(asked: Any) -> Any:
    """OpenAI, chat completions."""
    last = asked["messages"][-1]["content"]
    said = {"role": "assistant", "content": f"(OpenAI's stand-in, {asked['model']}) {last}?"}
    choice = {"index": 0, "finish_reason": "stop", "message": said}
    return {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


def message(asked: Any) -> Any:
    """Anthropic, messages."""
    last = asked["messages"][-1]["content"]
    text = f"(Anthropic's stand-in, {asked['model']}) {last}?"
    return {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def embedded(asked: Any) -> Any:
    """OpenAI, embeddings: a place for each word."""
    data = [
        {"object": "embedding", "index": place, "embedding": vector(text)}
        for place, text in enumerate(asked["input"])
    ]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    return {"object": "list", "model": asked["model"], "data": data, "usage": usage}


def vector(text: str) -> list[float]:
    """Words fall into places by a hash."""
    counts = [0.0] * SIZE
    for word in "".join(it if it.isalnum() else " " for it in text.lower()).split():
        counts[int.from_bytes(hashlib.sha256(word.encode()).digest()[:2], "big") % SIZE] += 1
    return counts


def transcript(body: bytes) -> Any:
    """ElevenLabs, speech to text: what the stand-in for the other way put there."""
    heard = body.partition(AUDIO)[2].partition(b"\r\n")[0].decode(errors="replace")
    text = heard or "(not audio of the stand-in)"
    return {"text": text, "language_code": "en", "language_probability": 1.0, "words": []}


@contextmanager
def stand_ins() -> Iterator[StandIns]:
    """Listening on a free port of loopback while the block lasts."""
    vendors = StandIns()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Wire", (Wire,), {"vendors": vendors})) as it:
        vendors.url = f"http://127.0.0.1:{it.server_port}"
        serving = threading.Thread(target=it.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            yield vendors
        finally:
            it.shutdown()


class Wire(BaseHTTPRequestHandler):
    """HTTP/1.1 with connections that stay open."""

    protocol_version = "HTTP/1.1"
    vendors: StandIns

    def do_POST(self) -> None:
        """Read, answer."""
        parts = urlsplit(self.path)
        arrived = Arrived(self.command, parts.path, parts.query, self.body())
        status, kind, body = self.vendors.answer(arrived)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  (names of the base class)

    def body(self) -> bytes:
        """Whole or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_: Any) -> None:
        """Quiet: what arrives is in `requests`."""

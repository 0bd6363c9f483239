"""Change five settings in Trimtab and see what the assistant sends before and after.

`python examples/assistant/show.py`: everything runs on this machine, the vendors are stand-ins.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn
from assistant.app import create_app
from fastapi import FastAPI
from stand_ins import Arrived, StandIns
from surroundings import surroundings


class Show:
    """A running assistant, the vendors behind it, and Trimtab."""

    def __init__(self, app: FastAPI, url: str, vendors: StandIns) -> None:
        self.app = app
        self.vendors = vendors
        self.assistant = httpx2.Client(base_url=url, timeout=30)
        self.trimtab = httpx2.Client(
            base_url=os.environ["TRIMTAB_URL"],
            headers={"Authorization": f"Bearer {os.environ['TRIMTAB_TOKEN']}"},
        )

    def change(self, key: str, value: Any, act: Callable[[], str]) -> None:
        """What `act` makes the assistant send, before and after one change in Trimtab."""
        print(f"\n=== {key} ===")
        print(f"before: {act()}")
        answer = self.trimtab.put(
            f"/api/v1/config/{key}",
            params={"environment": "dev"},
            headers={"If-Match": "*"},
            json={"value": value},
        )
        answer.raise_for_status()
        revision = answer.headers["trimtab-revision"]
        print(f"Trimtab: {key} = {json.dumps(value)} in dev, revision {revision}")
        self.app.state.services.cfg.wait_for(revision, timeout=10)
        print(f"after:  {act()}")

    def chat(self, message: str, *, remember: bool) -> list[Arrived]:
        """One question; gives everything that was sent for it."""
        self.vendors.begin()
        question = {"message": message, "remember": remember}
        self.assistant.post("/chat", json=question).raise_for_status()
        self.app.state.services.tracing.flush()
        return [*self.vendors.requests]

    def asked(self, message: str = "Hello") -> str:
        """The request to the language model."""
        self.chat(message, remember=False)
        (one,) = self.vendors.sent_to("/chat/completions") + self.vendors.sent_to("/messages")
        return f"{one.method} {one.path} {shortened(one.json)}"

    def spoke(self) -> str:
        """The request for speech."""
        self.vendors.begin()
        self.assistant.post("/speak", json={"text": "Hello"}).raise_for_status()
        (one,) = self.vendors.sent_to("/text-to-speech/")
        return f"{one.method} {one.path}?{one.query} {json.dumps(one.json['voice_settings'])}"

    def traced(self) -> str:
        """What LangSmith got to know about what was asked."""
        parts = [
            one.body for one in self.chat("Hello", remember=False) if one.path == "/runs/multipart"
        ]
        inputs = [part for body in parts for part in body.split(b"--") if b".inputs" in part]
        shown = {part.split(b"\r\n\r\n")[1].strip().decode() for part in inputs}
        return f"POST /runs/multipart inputs: {' '.join(sorted(shown))}"

    def met(self) -> str:
        """How many of six texts were spoken at once."""
        self.vendors.begin()
        with ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(self.assistant.post, "/speak", json={"text": "Hello"})
                         for _ in range(6)]:  # fmt: skip
                done.result().raise_for_status()
        count = len(self.vendors.sent_to("/text-to-speech/"))
        return f"{count} x POST /v1/text-to-speech, at most {self.vendors.speaking_most} at once"


def shortened(body: dict[str, Any]) -> str:
    """Model and messages of a request to a language model."""
    said = [body["system"]] if "system" in body else []
    said += [one["content"] for one in body["messages"]]
    return json.dumps({"model": body["model"], "said": said})


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The application on a free port of loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            listening.listen()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def main() -> None:
    """The five changes."""
    logging.getLogger("langsmith.client").setLevel(logging.ERROR)  # the stand-in unpacks nothing
    app = create_app()
    with surroundings(pretend=True) as vendors, running(app) as url:
        show = Show(app, url, vendors)
        show.chat("My cat drinks milk", remember=True)
        show.change("LLM_PROVIDER", "ANTHROPIC", show.asked)
        show.change("ELEVENLABS_VOICE_STABILITY", 0.9, show.spoke)
        show.change("LANGSMITH_HIDE_INPUTS", True, show.traced)
        show.change(
            "MEMORY_RETRIEVAL_THRESHOLD", 0.4, lambda: show.asked("What does my cat drink?")
        )
        show.change("ELEVENLABS_MAX_CONCURRENT_REQUESTS", 1, show.met)
        show.assistant.close()
        show.trimtab.close()


if __name__ == "__main__":
    main()

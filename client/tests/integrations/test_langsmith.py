"""Tracing, seen from LangSmith's side of the wire."""

import gc
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import Any

import langchain_core
import langsmith
import pytest

from live_settings import change, client_of, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations import CATALOGUE
from trimtab.integrations.langsmith import LangSmithSettings, Tracing

RUNS = "/runs"
INFO = {
    "version": "0.9",
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "size_limit": 100,
        "size_limit_bytes": 1_000_000,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 2,
        "scale_down_nempty_trigger": 4,
    },
    "instance_flags": {"zstd_compression_enabled": False},
}
PART = re.compile(
    rb'name="(?:post|patch)\.([^".]+)(?:\.(\w+))?"\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL
)


@langsmith.traceable(name="answer")
def answer(question: str) -> str:
    return f"an answer to {question}"


@langsmith.traceable(name="break")
def break_down(question: str) -> str:
    raise ValueError(f"cannot answer {question}")


@dataclass
class Scene:
    tracing: Tracing
    settings: LangSmithSettings
    vendor: LoopbackVendor

    def traced(self, question: str, ask: Any = answer) -> dict[str, Any]:
        """What LangSmith got to know of one more question; nothing if {}."""
        before = len(self.vendor.sent(RUNS))
        try:
            ask(question)
        except ValueError:
            logging.getLogger("test").debug("as it should")
        self.tracing.flush()
        known: dict[str, Any] = {}
        for request in self.vendor.sent(RUNS)[before:]:
            for _, name, part in PART.findall(request.body):
                told = json.loads(part)
                known |= {name.decode(): told} if name else told
        return known


def scene_of(vendor: LoopbackVendor, environment: str, **values: Any) -> Iterator[Scene]:
    vendor.on("/info", Answer(json=INFO))
    vendor.on(RUNS, Answer(json={}))
    keys = {"LANGSMITH_API_KEY": "langsmith-secret-1"}
    with live(LangSmithSettings, **{**keys, **values}) as settings:
        tracing = Tracing(settings, environment=environment, endpoint=vendor.url)
        yield Scene(tracing, settings, vendor)
        tracing.close()


@pytest.fixture
def scene(vendor: LoopbackVendor) -> Iterator[Scene]:
    yield from scene_of(vendor, "dev")


@pytest.fixture
def prod(vendor: LoopbackVendor) -> Iterator[Scene]:
    yield from scene_of(vendor, "prod")


def test_langsmith_tracing__changed__the_next_call_is_traced_or_not(scene: Scene) -> None:
    assert scene.traced("one")["inputs"] == {"question": "one"}
    assert scene.vendor.last(RUNS).headers["x-api-key"] == "langsmith-secret-1"
    change(scene.settings, LANGSMITH_TRACING=False)
    assert scene.traced("two") == {}
    change(scene.settings, LANGSMITH_TRACING=True)
    assert scene.traced("three")["inputs"] == {"question": "three"}


def test_langsmith_tracing__changed_by_another_thread__acts_where_tracing_began(
    scene: Scene,
) -> None:
    """`langsmith.configure` alone would be overruled by the context of whoever called it first."""
    scene.traced("one")
    one = Thread(target=change, args=(scene.settings,), kwargs={"LANGSMITH_TRACING": False})
    one.start()
    one.join()
    assert scene.traced("two") == {}


def test_langchain_project__changed__the_next_trace_is_filed_under_it(scene: Scene) -> None:
    assert scene.traced("one")["session_name"] == "assistant"
    change(scene.settings, LANGCHAIN_PROJECT="other")
    assert scene.traced("two")["session_name"] == "other"


def test_langsmith_hide_inputs__changed__the_next_trace_leaves_them_out(scene: Scene) -> None:
    change(scene.settings, LANGSMITH_HIDE_INPUTS=True)
    hidden = scene.traced("whisper")
    assert hidden["inputs"] == {}
    assert hidden["outputs"] == {"output": "an answer to whisper"}
    change(scene.settings, LANGSMITH_HIDE_INPUTS=False)
    assert scene.traced("aloud")["inputs"] == {"question": "aloud"}


def test_langsmith_hide_outputs__changed__the_next_trace_leaves_them_out(scene: Scene) -> None:
    change(scene.settings, LANGSMITH_HIDE_OUTPUTS=True)
    hidden = scene.traced("whisper")
    assert hidden["outputs"] == {}
    assert hidden["inputs"] == {"question": "whisper"}
    change(scene.settings, LANGSMITH_HIDE_OUTPUTS=False)
    assert scene.traced("aloud")["outputs"] == {"output": "an answer to aloud"}


def test_hiding__a_call_that_fails__only_the_kind_of_error_is_sent(scene: Scene) -> None:
    change(scene.settings, LANGSMITH_HIDE_INPUTS=True)
    assert scene.traced("whisper", break_down)["error"] == "ValueError"
    assert all(b"whisper" not in one.body for one in scene.vendor.sent(RUNS))
    change(scene.settings, LANGSMITH_HIDE_INPUTS=False)
    assert "cannot answer aloud" in scene.traced("aloud", break_down)["error"]


def test_langchain_callbacks_background__changed__nothing_does_and_the_catalogue_says_so(
    scene: Scene,
) -> None:
    before = scene.traced("one")
    change(scene.settings, LANGCHAIN_CALLBACKS_BACKGROUND=False)
    assert scene.traced("one").keys() == before.keys()
    settings = json.loads(CATALOGUE.read_text("utf-8"))["settings"]
    (told,) = [one for one in settings if one["key"] == "LANGCHAIN_CALLBACKS_BACKGROUND"]
    assert "no effect in Python" in told["description"]
    for package in (langsmith, langchain_core):
        sources = Path(str(package.__file__)).parent.rglob("*.py")
        assert not any("CALLBACKS_BACKGROUND" in one.read_text("utf-8") for one in sources)


def test_prod__nobody_chose__inputs_and_outputs_are_hidden(prod: Scene) -> None:
    hidden = prod.traced("whisper")
    assert (hidden["inputs"], hidden["outputs"]) == ({}, {})


@pytest.mark.parametrize(
    ("origin", "shown"), [("default", {}), ("base", {}), ("prod", {"question": "aloud"})]
)
def test_prod__false_is_served__only_prods_own_value_counts(
    origin: str, shown: dict[str, str], prod: Scene
) -> None:
    client_of(prod.settings).memory.set({"LANGSMITH_HIDE_INPUTS": False}, origin=origin)
    assert prod.traced("aloud")["inputs"] == shown


def test_api_key__changed__the_next_trace_shows_it(scene: Scene) -> None:
    scene.traced("one")
    change(scene.settings, LANGSMITH_API_KEY="langsmith-secret-2")
    scene.traced("two")
    assert scene.vendor.last(RUNS).headers["x-api-key"] == "langsmith-secret-2"


def test_credential__missing__is_said_and_the_rest_goes_on(
    vendor: LoopbackVendor, said: pytest.LogCaptureFixture
) -> None:
    for scene in scene_of(vendor, "dev", LANGSMITH_API_KEY=None):
        assert answer("one") == "an answer to one"
        assert "LANGSMITH_API_KEY" in str(scene.tracing.problem)
        assert "LANGSMITH_API_KEY" in said.text
        assert vendor.requests == []
        change(scene.settings, LANGSMITH_API_KEY="langsmith-secret-1")
        assert scene.tracing.problem is None
        assert scene.traced("two")["inputs"] == {"question": "two"}


@pytest.mark.parametrize(
    "bad",
    [
        lambda one: Answer(403, json={"detail": f"no: {one.headers['x-api-key']}"}),
        lambda one: Answer(422, body=one.headers["x-api-key"].encode()),
    ],
    ids=["echo", "garbage"],
)
def test_langsmith__answers_badly__calls_go_on_and_no_key_is_logged(
    bad: Any, scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    scene.vendor.on(RUNS, bad)
    assert scene.traced("one") != {}
    assert answer("two") == "an answer to two"
    scene.tracing.flush()
    assert "langsmith-secret-1" not in said.text


def test_closed__tracing_is_off_and_nothing_follows(vendor: LoopbackVendor) -> None:
    for scene in scene_of(vendor, "dev"):
        scene.tracing.close()
        change(scene.settings, LANGSMITH_TRACING=False)
        change(scene.settings, LANGSMITH_TRACING=True)
        answer("one")
        assert vendor.sent(RUNS) == []


def test_tracing__a_thousand_changes_under_sixteen_callers__loses_no_run_and_leaves_nothing(
    vendor: LoopbackVendor,
) -> None:
    """Every run arrives once, whole, in a project that there was; no client is left."""
    changes, callers = 1000, 16
    threads = {one.name for one in enumerate_threads()}
    earlier = [one for one in gc.get_objects() if isinstance(one, langsmith.Client)]
    over = Event()

    def ask_until_over(caller: int) -> int:
        asked = 0
        while not over.is_set():
            assert answer(f"{caller} {asked}") == f"an answer to {caller} {asked}"
            asked += 1
        return asked

    for scene in scene_of(vendor, "dev", LANGCHAIN_PROJECT="p0"):
        with ThreadPoolExecutor(callers) as pool:
            asking = [pool.submit(ask_until_over, caller) for caller in range(callers)]
            for number in range(1, changes + 1):
                key = f"langsmith-secret-{number // 100}"
                change(scene.settings, LANGCHAIN_PROJECT=f"p{number}", LANGSMITH_API_KEY=key)
            over.set()
            counts = [one.result() for one in asking]
    started = [
        one for one in enumerate_threads() if one.name not in threads and "tracing" in one.name
    ]
    for one in started:
        one.join(10)
    assert not [one for one in started if one.is_alive()]
    gc.collect()
    left = [one for one in gc.get_objects() if isinstance(one, langsmith.Client)]
    assert [one for one in left if one not in earlier] == []
    runs = begun(vendor.sent(RUNS))
    asked = {f"{caller} {place}" for caller, most in enumerate(counts) for place in range(most)}
    assert sorted(run["inputs"]["question"] for run in runs) == sorted(asked)
    assert {run["session_name"] for run in runs} <= {f"p{number}" for number in range(changes + 1)}
    assert len({run["session_name"] for run in runs}) > changes / 50


def begun(requests: list[Request]) -> list[dict[str, Any]]:
    """Every run that was announced, from all the parts that tell of it."""
    runs: dict[bytes, dict[str, Any]] = defaultdict(dict)
    for request in requests:
        for run, name, part in PART.findall(request.body):
            told = json.loads(part)
            runs[run] |= {name.decode(): told} if name else told
    return [*runs.values()]

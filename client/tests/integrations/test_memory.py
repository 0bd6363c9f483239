"""The memory over a vendor on loopback whose vectors a test can foretell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from live_settings import change, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.embeddings import EmbeddingSettings, OpenAIEmbeddings
from trimtab.integrations.failures import ServiceUnavailable
from trimtab.integrations.memory import Memory, MemorySettings

PATH = "/v1/embeddings"
WORDS = ["cat", "dog", "milk", "rain"]


def bag_of_words(request: Request) -> Answer:
    data = [
        {"index": place, "embedding": [float(text.split().count(word)) for word in WORDS]}
        for place, text in enumerate(request.json["input"])
    ]
    return Answer(json={"data": data, "model": "m"})


@dataclass
class Scene:
    memory: Memory
    settings: MemorySettings
    embedding: EmbeddingSettings
    vendor: LoopbackVendor

    def batches(self) -> list[int]:
        return [len(one.json["input"]) for one in self.vendor.sent(PATH)]

    def found(self, question: str) -> list[str]:
        return [one.text for one in self.memory.recall(question)]


@pytest.fixture
def scene(
    vendor: LoopbackVendor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Scene]:
    vendor.on(PATH, bag_of_words)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{vendor.url}/v1")
    with live(MemorySettings) as settings, live(EmbeddingSettings, OPENAI_API_KEY="k") as embedding:
        embeddings = OpenAIEmbeddings(embedding, max_retries=0)
        memory = Memory(settings, embeddings, tmp_path / "memory.db")
        yield Scene(memory, settings, embedding, vendor)
        memory.close()
        embeddings.close()


def test_memory_retrieval_threshold__changed__more_or_less_is_found(scene: Scene) -> None:
    scene.memory.remember("c", ["cat milk", "cat", "dog"])
    assert scene.found("cat") == ["cat", "cat milk"]
    change(scene.settings, MEMORY_RETRIEVAL_THRESHOLD=0.9)
    assert scene.found("cat") == ["cat"]
    change(scene.settings, MEMORY_RETRIEVAL_THRESHOLD=0.0)
    assert scene.found("cat") == ["cat", "cat milk", "dog"]


def test_max_messages_for_memory__changed__so_many_of_the_newest_are_considered(
    scene: Scene,
) -> None:
    change(scene.settings, MAX_MESSAGES_FOR_MEMORY=2)
    assert scene.memory.remember("c", ["cat", "dog", "cat milk"]) == 2
    assert scene.found("cat") == ["cat milk"]
    change(scene.settings, MAX_MESSAGES_FOR_MEMORY=3)
    assert scene.memory.remember("c", ["cat", "dog", "cat milk"]) == 1
    assert scene.found("cat") == ["cat", "cat milk"]
    change(scene.settings, MAX_MESSAGES_FOR_MEMORY=1)
    assert scene.found("milk cat") == ["cat"]


def test_memory_batch_size__changed__so_many_texts_travel_at_once(scene: Scene) -> None:
    scene.memory.remember("c", [f"cat {number}" for number in range(7)])
    assert scene.batches() == [5, 2]
    change(scene.settings, MEMORY_BATCH_SIZE=3)
    scene.memory.remember("c", [f"dog {number}" for number in range(7)])
    assert scene.batches()[2:] == [3, 3, 1]


def test_enable_semantic_memory__off__nothing_travels_and_what_is_stored_stays(
    scene: Scene,
) -> None:
    scene.memory.remember("c", ["cat"])
    change(scene.settings, ENABLE_SEMANTIC_MEMORY=False)
    assert scene.memory.remember("c", ["dog"]) == 0
    assert scene.found("cat") == []
    assert len(scene.vendor.sent(PATH)) == 1
    change(scene.settings, ENABLE_SEMANTIC_MEMORY=True)
    assert scene.found("cat") == ["cat"]


def test_memory__another_embedding_model__vectors_are_not_mixed(scene: Scene) -> None:
    scene.memory.remember("c", ["cat"])
    change(scene.embedding, OPENAI_EMBEDDING_MODEL="other")
    assert scene.found("cat") == []
    assert scene.memory.remember("c", ["cat"]) == 1
    assert scene.found("cat") == ["cat"]


def test_memory__opened_again__still_knows(scene: Scene, tmp_path: Path) -> None:
    scene.memory.remember("c", ["cat", "", "cat"])
    again = Memory(scene.settings, OpenAIEmbeddings(scene.embedding), tmp_path / "memory.db")
    assert [one.text for one in again.recall("cat")] == ["cat"]
    assert again.recall("cat")[0].similarity == pytest.approx(1)
    assert (again.forget("c"), again.recall("cat")) == (1, [])
    again.close()


def test_memory__vendor_fails_in_the_second_batch__the_first_is_kept(scene: Scene) -> None:
    change(scene.settings, MEMORY_BATCH_SIZE=1)
    answers = iter([bag_of_words, lambda _: Answer(500, json={})])
    scene.vendor.on(PATH, lambda request: next(answers)(request))
    with pytest.raises(ServiceUnavailable):
        scene.memory.remember("c", ["cat", "dog"])
    scene.vendor.on(PATH, bag_of_words)
    assert scene.memory.remember("c", ["cat", "dog"]) == 1

"""Embeddings: OpenAI's from its side of the wire, a local model from a folder on this machine."""

import json
import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from live_settings import change, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.embeddings import (
    EmbeddingSettings,
    LocalEmbeddings,
    ModelNotFound,
    OpenAIEmbeddings,
)
from trimtab.integrations.embeddings.local import QUERY_INSTRUCTION
from trimtab.integrations.failures import MissingCredential, ServiceUnavailable, UnreadableAnswer

PATH = "/v1/embeddings"
SMALL, SMALLER = "small/words-256", "small/words-64"


def vectors(request: Request) -> Answer:
    """In the wrong order, which the indices tell."""
    data = [
        {"object": "embedding", "index": place, "embedding": [float(place), float(len(text))]}
        for place, text in enumerate(request.json["input"])
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return Answer(json={"object": "list", "model": "m", "data": data[::-1], "usage": usage})


@pytest.fixture
def openai(vendor: LoopbackVendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingSettings]:
    vendor.on(PATH, vectors)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{vendor.url}/v1")
    with live(EmbeddingSettings, OPENAI_API_KEY="secret-1") as settings:
        yield settings


def test_openai_embedding_model__changed__the_next_request_names_it(
    openai: EmbeddingSettings, vendor: LoopbackVendor
) -> None:
    embeddings = OpenAIEmbeddings(openai)
    assert embeddings.documents(["a", "bcd"]).vectors == ((0.0, 1.0), (1.0, 3.0))
    change(openai, OPENAI_EMBEDDING_MODEL="text-embedding-3-small")
    assert embeddings.query("a").model == "text-embedding-3-small"
    assert [one.json["model"] for one in vendor.sent(PATH)] == [
        "text-embedding-ada-002",
        "text-embedding-3-small",
    ]
    embeddings.close()
    assert embeddings.open_clients == 0


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(500, json={}, headers={"retry-after-ms": "1"}), ServiceUnavailable),
        (Answer(json={"data": []}), UnreadableAnswer),
        (Answer(json={"data": [{"index": 0, "embedding": ["x"]}]}), UnreadableAnswer),
    ],
    ids=["500", "too-few", "no-numbers"],
)
def test_openai__answers_badly__is_a_typed_error(
    answer: Answer, failure: type[Exception], openai: EmbeddingSettings, vendor: LoopbackVendor
) -> None:
    embeddings = OpenAIEmbeddings(openai, max_retries=1)
    vendor.on(PATH, answer)
    with pytest.raises(failure):
        embeddings.query("a")
    embeddings.close()


def test_openai__without_credential__names_the_variable() -> None:
    with live(EmbeddingSettings) as settings, pytest.raises(MissingCredential, match="OPENAI_API"):
        OpenAIEmbeddings(settings).query("a")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real small model, word vectors that a package ships, in the layout of BGE's folders."""
    package = Path(str(find_spec("wordllama").origin)).parent  # type: ignore[union-attr]
    (table,) = load_file(package / "weights/l2_supercat_256.safetensors").values()
    tokenizer = (package / "tokenizers/l2_supercat_tokenizer_config.json").read_text("utf-8")
    folder = tmp_path_factory.mktemp("models")
    for name, size in ((SMALL, 256), (SMALLER, 64)):
        lay_out(folder / name, table[:, :size].astype(np.float32), tokenizer)
    return folder


def lay_out(
    folder: Path, table: "np.ndarray[tuple[int, int], np.dtype[np.float32]]", tokenizer: str
) -> None:
    (folder / "onnx").mkdir(parents=True)
    (folder / "1_Pooling").mkdir()
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    pooling = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling), encoding="utf-8")
    node = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    hidden = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", table.shape[1]]
    )
    graph = helper.make_graph(
        [node], "words", [ids], [hidden], [numpy_helper.from_array(table, "table")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "onnx/model.onnx")


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return (
        math.sumprod(one, other)
        if hasattr(math, "sumprod")
        else sum(map(float.__mul__, one, other))
    )


def test_bge_model_name__changed__the_next_call_uses_that_model(models: Path) -> None:
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        embeddings = LocalEmbeddings(settings, folder=models)
        before = embeddings.documents(["a cat"])
        change(settings, BGE_MODEL_NAME=SMALLER)
        after = embeddings.documents(["a cat"])
    assert (before.model, len(before.vectors[0])) == (SMALL, 256)
    assert (after.model, len(after.vectors[0])) == (SMALLER, 64)


def test_bge_normalize_embeddings__changed__vectors_have_length_one_or_their_own(
    models: Path,
) -> None:
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        embeddings = LocalEmbeddings(settings, folder=models)
        assert math.hypot(*embeddings.query("a cat").vectors[0]) == pytest.approx(1)
        change(settings, BGE_NORMALIZE_EMBEDDINGS=False)
        own = embeddings.query("a cat").vectors[0]
    assert abs(math.hypot(*own) - 1) > 0.1


def test_local__query_and_document__only_what_is_looked_for_gets_the_instruction(
    models: Path,
) -> None:
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        embeddings = LocalEmbeddings(settings, folder=models)
        asked = embeddings.query("What does the cat eat?").vectors[0]
        written = [QUERY_INSTRUCTION + "What does the cat eat?", "What does the cat eat?"]
        with_instruction, without = embeddings.documents(written).vectors
    assert asked == pytest.approx(with_instruction, abs=1e-6)
    assert asked != pytest.approx(without, abs=1e-3)


def test_local__several_documents__the_fitting_one_is_nearest_and_a_batch_changes_nothing(
    models: Path,
) -> None:
    texts = ["The kitten drinks milk.", "Shares fell on the stock market.", "Rain is expected."]
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        embeddings = LocalEmbeddings(settings, folder=models)
        asked = embeddings.query("what do cats drink").vectors[0]
        together = embeddings.documents(texts).vectors
        alone = [embeddings.documents([text]).vectors[0] for text in texts]
    near = [cosine(asked, one) for one in together]
    assert near.index(max(near)) == 0
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_local__model_absent__says_what_was_looked_for_where(tmp_path: Path) -> None:
    with live(EmbeddingSettings) as settings:
        embeddings = LocalEmbeddings(settings, folder=tmp_path)
        with pytest.raises(ModelNotFound, match="hf download") as caught:
            embeddings.query("a")
    assert caught.value.looked[0] == tmp_path / "BAAI/bge-base-en-v1.5"
    assert "models--BAAI--bge-base-en-v1.5" in str(caught.value)


def test_local__in_the_cache_of_hugging_face__is_found(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "hub/models--small--words-256"
    (cached / "refs").mkdir(parents=True)
    (cached / "snapshots").mkdir()
    (cached / "refs/main").write_text("abc123")
    (cached / "snapshots/abc123").symlink_to(models / SMALL)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        assert LocalEmbeddings(settings).query("a").model == SMALL


@pytest.mark.parametrize("name", ["../../etc", "a/../b", "cats", "https://host/model"])
def test_local__name_that_leads_elsewhere__is_looked_for_nowhere(name: str, tmp_path: Path) -> None:
    with (
        live(EmbeddingSettings, BGE_MODEL_NAME=name) as settings,
        pytest.raises(ModelNotFound) as caught,
    ):
        LocalEmbeddings(settings, folder=tmp_path).query("a")
    assert caught.value.looked == ()


def test_local__changed_to_an_absent_model__the_old_one_goes_on_and_says_so(
    models: Path, said: pytest.LogCaptureFixture
) -> None:
    with live(EmbeddingSettings, BGE_MODEL_NAME=SMALL) as settings:
        embeddings = LocalEmbeddings(settings, folder=models)
        embeddings.query("a")
        change(settings, BGE_MODEL_NAME="small/absent")
        assert embeddings.query("a").model == embeddings.query("b").model == SMALL
        assert embeddings.missing_model == "small/absent"
        change(settings, BGE_MODEL_NAME=SMALLER)
        assert embeddings.query("a").model == SMALLER
        assert embeddings.missing_model is None
    warnings = [one for one in said.records if one.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "small/words-256 goes on" in warnings[0].getMessage()

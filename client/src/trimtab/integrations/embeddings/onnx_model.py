"""A BERT-like embedding model in ONNX, as its authors publish it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from .model_folder import weights

MAX_TOKENS = 512

Floats = NDArray[np.float32]


def load_model(folder: Path) -> "OnnxModel":
    """Read tokenizer, network and pooling; raises OSError or ValueError for a broken folder."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    tokenizer.enable_padding()
    session = onnxruntime.InferenceSession(str(weights(folder)), providers=["CPUExecutionProvider"])
    return OnnxModel(tokenizer, session, takes_mean=_takes_mean(folder))


class OnnxModel:
    """Texts to vectors, unchanged in length. Thread-safe."""

    def __init__(self, tokenizer: Any, session: Any, *, takes_mean: bool) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self._takes_mean = takes_mean
        self._inputs = {one.name for one in session.get_inputs()}

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row for each text."""
        encoded = self._tokenizer.encode_batch([*texts])
        fed = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], dtype=np.int64),
        }
        hidden = self._session.run(None, {name: fed[name] for name in self._inputs})[0]
        if not self._takes_mean:
            first: Floats = hidden[:, 0]
            return first
        mask = fed["attention_mask"][:, :, None].astype(np.float32)
        mean: Floats = (hidden * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
        return mean


def of_length_one(rows: Floats) -> Floats:
    """The same directions with length one; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Floats = rows / np.maximum(lengths, 1e-12)
    return scaled


def _takes_mean(folder: Path) -> bool:
    """Which token stands for the text, by sentence-transformers' file; BGE takes the first."""
    try:
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    return bool(pooling.get("pooling_mode_mean_tokens"))

"""Vectors from a model on this machine."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trimtab.integrations.extras import load
from trimtab.integrations.leases import Leases

from .model_folder import ModelNotFound, find_model
from .settings import EmbeddingSettings
from .vectors import Embedded

QUERY_INSTRUCTION = "Represent this sentence for searching relevant passages: "

_LOG = logging.getLogger(__name__)


class LocalEmbeddings:
    """Vectors by BGE_MODEL_NAME and BGE_NORMALIZE_EMBEDDINGS. Thread-safe.

    Models lie below `folder` or in the cache of Hugging Face. What is looked for gets
    `query_instruction` in front, as the BGE models were trained; what is found does not. When the
    settings name a model that is not here, the one before goes on and a warning says so.
    """

    def __init__(
        self,
        settings: EmbeddingSettings,
        *,
        folder: Path | None = None,
        query_instruction: str = QUERY_INSTRUCTION,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._instruction = query_instruction
        self._models: Leases[str, Any] = Leases(self._load, lambda _: None)
        self._working: str | None = None
        self._missing: str | None = None

    def documents(self, texts: Sequence[str]) -> Embedded:
        """Vectors of texts that are to be found; raises ModelNotFound and MissingExtra."""
        return self._embed(texts)

    def query(self, text: str) -> Embedded:
        """The vector of what is looked for; raises as `documents` does."""
        return self._embed([self._instruction + text])

    @property
    def missing_model(self) -> str | None:
        """The name the settings give when that model is not here and another goes on working."""
        return self._missing

    def close(self) -> None:
        """Let go of the model."""
        self._models.close()

    def _embed(self, texts: Sequence[str]) -> Embedded:
        with self._settings.frozen() as s:
            name, normalize = s.bge_model_name, s.bge_normalize_embeddings
        with self._model(name) as (used, module, model):
            if not texts:
                return Embedded(used, ())
            rows = model.embed(texts)
            rows = module.of_length_one(rows) if normalize else rows
        return Embedded(used, tuple(tuple(row) for row in rows.tolist()))

    @contextmanager
    def _model(self, name: str) -> Iterator[tuple[str, Any, Any]]:
        """The model of that name, or the one before it where that is not here."""
        used = self._available(name)
        with self._models.using(used) as (module, model):
            self._working = used
            yield used, module, model

    def _available(self, name: str) -> str:
        try:
            find_model(name, self._folder)
        except ModelNotFound as error:
            if self._working is None:
                raise
            if self._missing != name:
                _LOG.warning("%s The model %s goes on.", error, self._working)
            self._missing = name
            return self._working
        self._missing = None
        return name

    def _load(self, name: str) -> tuple[Any, Any]:
        packages = ("numpy", "onnxruntime", "tokenizers")
        module = load(f"{__package__}.onnx_model", packages=packages, remedy="trimtab[embeddings]")
        return module, module.load_model(find_model(name, self._folder))

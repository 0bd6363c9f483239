"""Texts as vectors, by OpenAI (`trimtab[openai]`) or a local BGE model (`trimtab[embeddings]`)."""

from .local import LocalEmbeddings
from .model_folder import ModelNotFound
from .openai_embeddings import OpenAIEmbeddings
from .settings import EmbeddingSettings
from .vectors import Embedded, Embedder, Vector

__all__ = [
    "Embedded",
    "Embedder",
    "EmbeddingSettings",
    "LocalEmbeddings",
    "ModelNotFound",
    "OpenAIEmbeddings",
    "Vector",
]

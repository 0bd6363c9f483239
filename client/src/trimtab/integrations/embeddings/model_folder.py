"""Where a local model lies. Nothing is ever downloaded."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from trimtab.errors import TrimtabError

WEIGHTS = ("onnx/model.onnx", "model.onnx")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


class ModelNotFound(TrimtabError):
    """A local model is in none of the folders where it could be; `looked` are those."""

    code = "model-not-found"

    def __init__(self, name: str, looked: tuple[Path, ...]) -> None:
        self.name = name
        self.looked = looked
        places = (
            ", ".join(map(str, looked))
            or "nowhere, for it is neither an absolute path nor ORGANISATION/MODEL"
        )
        super().__init__(
            f"The local embedding model {name!r} (BGE_MODEL_NAME) is not on this machine. A folder "
            f"with tokenizer.json and onnx/model.onnx was looked for: {places}. "
            f"Bring it with `hf download`, or name the path of a folder in BGE_MODEL_NAME."
        )


def find_model(name: str, folder: Path | None = None) -> Path:
    """The folder of a model: `name` is an absolute path, or ORGANISATION/MODEL.

    The latter is looked for below `folder` and in the cache of Hugging Face (HF_HUB_CACHE,
    HF_HOME). Raises ModelNotFound.
    """
    looked = tuple(_places(name, folder))
    for place in looked:
        if (place / "tokenizer.json").is_file() and weights(place):
            return place
    raise ModelNotFound(name, looked)


def weights(place: Path) -> Path | None:
    """The file with the network itself."""
    return next((it for one in WEIGHTS if (it := place / one).is_file()), None)


def _places(name: str, folder: Path | None) -> Iterator[Path]:
    if Path(name).is_absolute():
        yield Path(name)
    elif _NAME.fullmatch(name):
        if folder is not None:
            yield folder / name
        yield _newest_snapshot(_cache() / f"models--{name.replace('/', '--')}")


def _newest_snapshot(model: Path) -> Path:
    try:
        commit = (model / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return model / "snapshots"
    return model / "snapshots" / commit


def _cache() -> Path:
    """As huggingface_hub has it, which need not be installed."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()

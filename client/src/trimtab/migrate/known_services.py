"""Widely used services by the names of their keys; the knowledge is in `known_services.yaml`."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from trimtab.migrate.evidence import InferredType, KeyClass


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A name whose meaning its words do not show."""

    key_class: KeyClass
    type: InferredType | None
    because: str


@dataclass(frozen=True, slots=True)
class KnownServices:
    """Words that name products, by what they are, and single known keys."""

    kinds: dict[str, frozenset[str]]
    webhooks: frozenset[str]
    urls_with_credentials: frozenset[str]
    schemes_with_credentials: frozenset[str]
    public_prefixes: tuple[tuple[str, ...], ...]
    servers: frozenset[str]
    keys: dict[str, KnownKey]

    def kinds_in(self, words: tuple[str, ...]) -> frozenset[str]:
        """What the products named in `words` are: `database`, `mail`, ..."""
        return frozenset(kind for word in words for kind in self.kinds.get(word, ()))

    def known_key(self, key: str, words: tuple[str, ...]) -> KnownKey | None:
        """A single known key, by its whole name or, from two words on, without its prefix."""
        plain = "_".join(words).upper() if len(words) > 1 else key
        return self.keys.get(key) or self.keys.get(plain)

    def public_prefix(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The prefix that marks a key as shipped to browsers, or nothing."""
        for prefix in self.public_prefixes:
            if words[: len(prefix)] == prefix and len(words) > len(prefix):
                return prefix
        return ()


@lru_cache(maxsize=1)
def known_services() -> KnownServices:
    """The knowledge of `known_services.yaml`."""
    text = files("trimtab.migrate").joinpath("known_services.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    kinds: dict[str, set[str]] = {}
    for kind, words in data["services"].items():
        for word in words:
            kinds.setdefault(word, set()).add(kind)
    return KnownServices(
        kinds={word: frozenset(found) for word, found in kinds.items()},
        webhooks=frozenset(data["webhooks"]),
        urls_with_credentials=frozenset(data["urls_with_credentials"]),
        schemes_with_credentials=frozenset(data["schemes_with_credentials"]),
        public_prefixes=tuple(tuple(prefix.split()) for prefix in data["public"]),
        servers=frozenset(data["servers"]),
        keys={
            key: KnownKey(
                KeyClass(item["class"]),
                InferredType(item["type"]) if "type" in item else None,
                item["because"],
            )
            for key, item in data["keys"].items()
        },
    )

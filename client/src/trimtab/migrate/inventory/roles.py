"""Which environment an env file speaks for, told by its name."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

BASE = "base"

_WORDS = re.compile(r"[^a-z0-9]+")
_KNOWN = {
    "production": "prod", "prod": "prod", "prd": "prod", "live": "prod",
    "development": "dev", "develop": "dev", "dev": "dev", "devel": "dev",
    "staging": "staging", "stage": "staging", "stg": "staging",
    "test": "test", "tests": "test", "testing": "test", "ci": "test",
    "override": "dev",
}  # fmt: skip
_DOCUMENTS = frozenset(
    "example examples sample template tpl dist default defaults vault keys me".split()
)
_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_NOT_THE_NAME = frozenset({"env", "compose", "docker", "yml", "yaml", "local", ""})


@dataclass(frozen=True, slots=True)
class Role:
    """What a file is for: the values of one environment, or (None) the documentation of keys.

    `is_local` files (`.env.local`, `.env.production.local`) come after the file they vary.
    """

    environment: str | None
    is_local: bool = False


def role_of(path: str) -> Role:
    """The role of an env file or a Compose file by its name.

    `.env` and `NAME.env` are `base`; `.env.staging` is `staging`, `.env.production` `prod`,
    `.env.development` `dev`, `.env.NAME` the environment of that name. `.env.local` is what one
    developer has on one machine, so it is `dev`. Examples and templates are documentation.
    """
    name = PurePosixPath(path).name.lower()
    words = [word for word in _WORDS.split(name) if word not in _NOT_THE_NAME]
    is_local = "local" in _WORDS.split(name)
    if _DOCUMENTS & set(words):
        return Role(None)
    known = next((_KNOWN[word] for word in words if word in _KNOWN), None)
    if known is not None:
        return Role(known, is_local)
    if is_local:
        return Role("dev", is_local=True)
    if words and name.startswith((".env", "env.")) and is_environment_name("-".join(words)):
        return Role("-".join(words))
    return Role(BASE)


def is_environment_name(name: str) -> bool:
    """Whether a store accepts it as the name of an environment."""
    return _ENVIRONMENT_NAME.fullmatch(name) is not None

"""Secret references: where in this process the secret itself is found."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from trimtab.errors import Unresolved

MAX_SECRET_BYTES = 64 * 1024

Resolver: TypeAlias = Callable[[str], str]
"""Takes a whole reference such as `env://OPENAI_API_KEY`, gives the secret's text, or raises
Unresolved (whose text must not hold the secret)."""


def resolve_reference(
    reference: str, process: Mapping[str, str], added: Mapping[str, Resolver]
) -> str:
    """The secret that `reference` stands for; raises Unresolved.

    `env://NAME` reads this process's environment, `file:///path` a file of this machine, one
    newline at its end taken off; other schemes are those that integrations `added`.
    """
    scheme, divider, rest = reference.partition("://")
    if not divider:
        raise Unresolved("it is no reference: it names no scheme")
    if scheme in added:
        return _ask(added[scheme], reference)
    if scheme == "env":
        return _from_process(rest, process)
    if scheme == "file":
        return _from_file(reference)
    raise Unresolved(f"nothing here knows {scheme}://; connect its integration")


def _ask(resolver: Resolver, reference: str) -> str:
    try:
        secret = resolver(reference)
    except Unresolved:
        raise
    except Exception as error:  # noqa: BLE001  (somebody else's code; its text may hold anything)
        raise Unresolved(f"its integration failed with {type(error).__name__}") from None
    if not isinstance(secret, str):
        raise Unresolved("its integration gave no text")
    return secret


def _from_process(name: str, process: Mapping[str, str]) -> str:
    try:
        return process[name]
    except KeyError:
        raise Unresolved(f"the variable {name} is not set in this process") from None


def _from_file(reference: str) -> str:
    parts = urlsplit(reference)
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise Unresolved("a file reference is written file:///absolute/path")
    path = Path(unquote(parts.path))
    try:
        # Not blocking: a pipe in the file's place must not hold the application up.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unresolved(f"{path} is not a file")
            raw = file.read(MAX_SECRET_BYTES + 1)
        if len(raw) > MAX_SECRET_BYTES:
            raise Unresolved(f"{path} is larger than a secret may be")
        return raw.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Unresolved(f"{path} cannot be read ({error.strerror})") from None
    except ValueError:
        raise Unresolved(f"{path} is not UTF-8 text") from None

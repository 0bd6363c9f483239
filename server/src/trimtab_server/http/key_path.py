"""The `{key}` of a path: one segment, and never a word that is a route of its own."""

from typing import Annotated

from fastapi import Path
from starlette.convertors import Convertor, register_url_convertor

from trimtab_server.kernel.keys import RESERVED


class _KeyConvertor(Convertor[str]):
    regex = f"(?!(?i:{'|'.join(sorted(RESERVED))})(?:/|$))[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("key", _KeyConvertor())
KEY = "{key:key}"

KEY_PATTERN = r"^[A-Za-z_][A-Za-z0-9_.-]{0,254}$"
Key = Annotated[
    str,
    Path(
        pattern=KEY_PATTERN,
        description="The key, exactly as it was created.",
        examples=["ELEVENLABS_VOICE_STABILITY"],
    ),
]

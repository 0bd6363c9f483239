"""What request and response models have in common: camelCase, nothing unknown, nothing coerced."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError
from starlette.responses import JSONResponse

_FEW_MEMBERS = 16


class WireModel(BaseModel):
    """A JSON object of the API. Unknown members are errors, and `"true"` is not a boolean."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        serialize_by_alias=True,
        strict=True,
        validate_by_alias=True,
        validate_by_name=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _has_not_too_many_members(cls, given: Any) -> Any:
        """Each unknown member is an error of its own, with a place and words: not without end."""
        most = max(_FEW_MEMBERS, len(cls.model_fields))
        if isinstance(given, Mapping) and len(given) > most:
            raise PydanticCustomError("too_many_members", "has more members than it can have")
        return given


def example(body: dict[str, Any]) -> ConfigDict:
    """A model's configuration with an example of the whole."""
    return ConfigDict(json_schema_extra={"examples": [body]})


class Broken(WireModel):
    """One broken rule; `pointer` is a JSON pointer into the request body."""

    pointer: Annotated[str, Field(examples=["/value"])]
    key: Annotated[str | None, Field(examples=["ELEVENLABS_VOICE_STABILITY"])]
    rule: Annotated[str, Field(examples=["max"])]
    message: str


class Problem(WireModel):
    """RFC 9457 problem details. `detail` and every message name the key, the rule, the remedy."""

    type: Annotated[str, Field(examples=["urn:trimtab:problem:validation-failed"])]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(examples=["validation-failed"])]
    request_id: str | None
    errors: list[Broken]


def json_reply(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A JSON answer, rendered as it is: floats stay floats."""
    return JSONResponse(content, status_code=status, headers=dict(headers or {}))


def rendered(content: Any) -> bytes:
    """The bytes of `json_reply`, for those who keep them."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def read_headers(
    epoch: int, revision: int, etag: str | None = None, *, age_ms: int = 0, source: str = "db"
) -> dict[str, str]:
    """What every read of configuration says about itself."""
    headers = {
        "Trimtab-Revision": f"{epoch}.{revision}",
        "Trimtab-Age-Ms": str(age_ms),
        "Trimtab-Source": source,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization",
    }
    return headers if etag is None else {**headers, "ETag": etag}

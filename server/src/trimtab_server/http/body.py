"""Request bodies: bounded while they are read, strict JSON before anything looks inside."""

import re
from collections.abc import Mapping
from itertools import islice

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trimtab_server.errors import TrimtabError
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import request_id_of
from trimtab_server.kernel.strict_json import MalformedJson, parse_json
from trimtab_server.kernel.violation import Violation

MAX_BODY_BYTES = 256 * 1024
MAX_BULK_BYTES = 4 * 1024 * 1024
MAX_SEPARATORS = 50_000
"""Parsed, `[[],[],...]` takes thirty times the room that it has as text. Counting needs none."""

MAX_WIDE_BYTES = 2 * 1024 * 1024
"""Of a body with a character beyond U+FFFF: one makes all take four bytes in Python."""

_WIDE = re.compile(rb"[\xf0-\xf4]")
# Strings whole, so that what stands in them does not count; matches whatever begins one, to stay
# linear.
_STRING_OR_SEPARATOR = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|([,\[{])', re.DOTALL)

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class BodyTooLarge(TrimtabError):
    """The request body is too large."""

    code = "body-too-large"
    status = 413
    title = "The request body is too large."

    def __init__(self, limit: int, which: str = "of this route") -> None:
        super().__init__(
            f"A body {which} has {limit} bytes at most; split the request.",
            headers={"Connection": "close"},
        )


class NotJson(TrimtabError):
    """Send the body as JSON, with `Content-Type: application/json`."""

    code = "unsupported-media-type"
    status = 415
    title = "The body must be JSON."


class BadJson(TrimtabError):
    """The body is not the JSON that this API takes."""

    code = "malformed-json"
    status = 422
    title = "The body is not well-formed JSON."


class BodyMiddleware:
    """Reads the whole body, never more than the route's limit, and hands it on once."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self.app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except TrimtabError as error:
            await problem_response(error, request_id_of(scope))(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        headers = Headers(scope=scope)
        limit = self._limits.get(scope["path"], MAX_BODY_BYTES)
        declared = headers.get("content-length", "0").strip(" \t")
        if not declared.isascii() or not declared.isdigit() or int(declared[:20]) > limit:
            raise BodyTooLarge(limit)
        body = await _read_bounded(receive, limit)
        if not body:
            return body
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise NotJson
        if len(body) > MAX_WIDE_BYTES and _WIDE.search(body):
            raise BodyTooLarge(MAX_WIDE_BYTES, "with characters beyond U+FFFF (most emoji)")
        _check(body)
        return body


async def _read_bounded(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadJson("The connection closed before the body was complete.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _check(body: bytes) -> None:
    if _has_too_many_separators(body):
        message = f"has more than {MAX_SEPARATORS} commas and brackets outside of its texts"
        violation = Violation("", None, "separators", message)
        raise BadJson(f"The body {message}: split the request.", violations=[violation])
    try:
        parsed = parse_json(body)
    except MalformedJson as error:
        violation = Violation("", None, error.rule, str(error))
        raise BadJson(str(error), violations=[violation]) from None
    if not isinstance(parsed, dict):
        raise BadJson("The body must be a JSON object.")


def _has_too_many_separators(body: bytes) -> bool:
    if sum(map(body.count, (b",", b"[", b"{"))) <= MAX_SEPARATORS:
        return False
    structure = (1 for found in _STRING_OR_SEPARATOR.finditer(body) if found.lastindex)
    return next(islice(structure, MAX_SEPARATORS, None), None) is not None


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def once() -> Message:
        return pending.pop() if pending else await receive()

    return once

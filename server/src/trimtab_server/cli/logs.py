"""Structured logs on standard error. No line holds a value, a credential or a body.

Lines of the libraries under the server go the same way as our own.
"""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from trimtab_server.access.token_format import without_tokens

_CREDENTIALS = (
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"), "eyJ…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 …"),
    (re.compile(r"(://)[^\s/@]*:[^\s/@]*@"), r"\1…@"),
)
_MOST_FRAMES = 8


def configure_logs(log_format: str) -> None:
    """`console` for people, `json` for collectors."""
    render: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_exception,
    ]
    structlog.configure(
        processors=[*before, _redact, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[remove_meta, _redact, render]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _tell_exception(_logger: object, _method: str, event: EventDict) -> EventDict:
    """What kind it is and where it went through: its own words may quote a value."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        event["frames"] = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
    return event


def _redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The last word before a line is written: whoever put a credential in it, none gets out."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        text = without_tokens(value)
        for form, rest in _CREDENTIALS:
            text = form.sub(rest, text)
        return text
    if isinstance(value, dict):
        return {name: _redacted(one) for name, one in value.items()}
    return [_redacted(one) for one in value] if isinstance(value, (list, tuple)) else value

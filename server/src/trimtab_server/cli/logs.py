"""Structured logs on standard error. No line holds a value, a token or a body."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from trimtab_server.access.token_format import without_tokens


def configure_logs(log_format: str) -> None:
    """`console` for people, `json` for collectors."""
    render = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The last word before a line is written: whoever put a token in it, none gets out."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return without_tokens(value)
    return [_redacted(one) for one in value] if isinstance(value, (list, tuple)) else value

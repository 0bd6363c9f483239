"""HTTP as both the management calls and the connectors speak it."""

from .options import HttpOptions, http_options, why_unreachable
from .problems import error_class, refusal, retry_after_seconds

__all__ = [
    "HttpOptions",
    "error_class",
    "http_options",
    "refusal",
    "retry_after_seconds",
    "why_unreachable",
]

"""FastAPI's own OpenTelemetry, and when it is looked at."""

import os
import sys

from fastapi.telemetry import TelemetryConfig

_MARKS = ("OTEL_", "FASTAPI_OTEL_")


def telemetry() -> TelemetryConfig:
    """What FastAPI is told: nothing if somebody set OpenTelemetry up, else that nobody did.

    Left to itself, it looks for a provider at every request, which is a tenth of a write's time.
    """
    return {} if is_traced() else {"tracing": False, "metrics": False, "logs": False}


def is_traced() -> bool:
    """Whether somebody set OpenTelemetry up."""
    return "opentelemetry.sdk" in sys.modules or any(name.startswith(_MARKS) for name in os.environ)

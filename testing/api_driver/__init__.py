"""Driving the HTTP API from tests: the real application with its lifespan, on a real database."""

from .api import CONFIG, Api
from .problem import assert_problem
from .running import running_app
from .samples import OWN, SAMPLES, Sample, arguments, prepare
from .store import Store

__all__ = [
    "CONFIG",
    "OWN",
    "SAMPLES",
    "Api",
    "Sample",
    "Store",
    "arguments",
    "assert_problem",
    "prepare",
    "running_app",
]

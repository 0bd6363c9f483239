"""Driving the HTTP API from tests: the real application with its lifespan, on a real database."""

from .api import Api
from .problem import assert_problem
from .running import running_app
from .store import Store

__all__ = ["Api", "Store", "assert_problem", "running_app"]

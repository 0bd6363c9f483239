"""Requests by the million: drawn from OpenAPI, bent out of shape, and handed straight to the
application."""

from .drive import Outcome, fuzz
from .requests import Drawn, draw_request, operations

__all__ = ["Drawn", "Outcome", "draw_request", "fuzz", "operations"]

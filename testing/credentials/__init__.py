"""Credentials and what only looks like one, made by the thousand; nothing here is anybody's."""

from .benign import benign_values
from .made import ENCODINGS, Made, generic_shapes, make, provider_shapes
from .ordinary import ordinary_settings

__all__ = [
    "ENCODINGS",
    "Made",
    "benign_values",
    "generic_shapes",
    "make",
    "ordinary_settings",
    "provider_shapes",
]

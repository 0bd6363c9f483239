"""Who may do what, written down a second time and compared with every answer of the API."""

from .cells import Cell, cells
from .policy import HOLDERS, POLICY, Holder, one
from .world import World, build_world, mismatch

__all__ = [
    "HOLDERS",
    "POLICY",
    "Cell",
    "Holder",
    "World",
    "build_world",
    "cells",
    "mismatch",
    "one",
]

"""A contract import-linter has no type for: the rooms inside a floor."""

from .rooms import RoomsContract

__all__ = ["RoomsContract"]

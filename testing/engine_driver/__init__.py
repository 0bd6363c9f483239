"""Driving the change engine from tests: through its public doors, on a real database."""

from .driver import Driver, View
from .edits import changes, clean_changes, histories

__all__ = ["Driver", "View", "changes", "clean_changes", "histories"]

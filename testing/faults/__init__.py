"""Fleets under faults: servers and applications as processes, stores that go and come back."""

from .stores import Stoppable, stoppable_postgres, stoppable_valkey

__all__ = ["Stoppable", "stoppable_postgres", "stoppable_valkey"]

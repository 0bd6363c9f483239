"""Writing to a store around the server, as an operator or an attacker with SQL does."""

from .triggers import without_triggers

__all__ = ["without_triggers"]

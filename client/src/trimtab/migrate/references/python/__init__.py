"""Python: reads found on the syntax tree of the standard library."""

from .search import fixed_texts, search_python

__all__ = ["fixed_texts", "search_python"]

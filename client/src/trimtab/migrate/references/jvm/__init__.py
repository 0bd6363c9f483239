"""Java and Kotlin: one library, two grammars."""

from .java import search_java
from .kotlin import search_kotlin

__all__ = ["search_java", "search_kotlin"]

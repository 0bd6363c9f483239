"""JavaScript and TypeScript, alone and within Vue and Svelte files."""

from .search import search_javascript

__all__ = ["search_javascript"]

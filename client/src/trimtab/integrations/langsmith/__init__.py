"""Tracing with LangSmith, switched while the program runs. `pip install 'trimtab[langsmith]'`."""

from .settings import LangSmithSettings
from .tracing import Tracing

__all__ = ["LangSmithSettings", "Tracing"]

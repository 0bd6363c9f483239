"""LangSmith's own SDK."""

import logging
from collections.abc import Callable
from contextvars import Context
from typing import Any

import langsmith

LOG = logging.getLogger("langsmith.client")

Hides = Callable[[str], bool]
INPUTS, OUTPUTS = "langsmith_hide_inputs", "langsmith_hide_outputs"


class AskingClient(langsmith.Client):
    """LangSmith's client, asking each time what may be sent."""

    def __init__(self, hides: Hides, **options: Any) -> None:
        self._hides = hides
        super().__init__(
            hide_inputs=lambda it: {} if hides(INPUTS) else it,
            hide_outputs=lambda it: {} if hides(OUTPUTS) else it,
            **options,
        )

    def _hide_run_error(self, error: Any) -> Any:
        """`repr` and traceback repeat what was said; only the kind of error may go out.

        The SDK's `anonymizer` would do it, but then it does not ask `hide_inputs`.
        """
        hidden = self._hides(INPUTS) or self._hides(OUTPUTS)
        return str(error).partition("(")[0] if error is not None and hidden else error


class WithoutKeys(logging.Filter):
    """The SDK logs what LangSmith answers, and an answer may repeat the key that was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without keys."""
        text = record.getMessage()
        for key in self.keys:
            text = text.replace(key, "***")
        record.msg, record.args = text, None
        return True


def configure(**values: Any) -> None:
    """In a context of its own: `configure` also sets the caller's context variables, and what
    inherits those (a task, a request) would never see a later change."""
    Context().run(langsmith.configure, **values)

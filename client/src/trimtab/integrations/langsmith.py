"""Tracing with LangSmith, switched while the program runs. `pip install 'trimtab[langsmith]'`."""

import logging
import os
from contextvars import Context
from threading import Lock, Thread
from typing import Any

import langsmith
from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings
from trimtab.binding.status import DEFAULT

from .failures import MissingCredential, required

FLUSH_SECONDS = 5.0
PROD = "prod"

_LOG = logging.getLogger(__name__)
_SDK_LOG = logging.getLogger("langsmith.client")
_FOLLOWED = ("langsmith_tracing", "langchain_project", "langsmith_api_key")


class LangSmithSettings(LiveSettings):
    """The settings of `Tracing`.

    `langchain_callbacks_background` is a switch of LangChain for JavaScript: no package for Python
    reads it, and LangSmith's client for Python always sends in the background. It is kept so that
    one configuration can serve both.
    """

    langsmith_tracing: bool = True
    langchain_project: str = Field("assistant", min_length=1)
    langsmith_hide_inputs: bool = False
    langsmith_hide_outputs: bool = False
    langchain_callbacks_background: bool = True
    langsmith_api_key: SecretStr | None = None


class Tracing:
    """Follows LANGSMITH_TRACING, LANGCHAIN_PROJECT, LANGSMITH_HIDE_INPUTS and _HIDE_OUTPUTS.

    LangSmith's configuration belongs to the whole process, so there is one of these in it. What is
    hidden is decided when a run begins (inputs) and when it ends (outputs); the text of an error is
    cut down to its kind while either is hidden. In the environment `prod` both are hidden until
    false is set there: neither a default nor what `prod` inherits counts. Without a credential
    tracing stays off and `problem` says so. The address comes from LANGSMITH_ENDPOINT.
    """

    def __init__(
        self,
        settings: LangSmithSettings,
        *,
        environment: str | None = None,
        endpoint: str | None = None,
        **options: Any,
    ) -> None:
        """Begin to follow; `options` go to `langsmith.Client`.

        `environment` is the one the settings' client reads, unless it is said here.
        """
        self._settings = settings
        self._environment = environment
        self._options = {"api_url": endpoint or os.environ.get("LANGSMITH_ENDPOINT"), **options}
        self._lock = Lock()
        self._client: _Client | None = None
        self._api_key: str | None = None
        self._redaction = _WithoutKeys()
        _SDK_LOG.addFilter(self._redaction)
        self.problem: str | None = None
        self._unsubscribe = [
            settings.on_change(field, lambda _old, _new: self._apply()) for field in _FOLLOWED
        ]
        self._apply()

    def hides(self, field: str) -> bool:
        """Whether `langsmith_hide_inputs` or `langsmith_hide_outputs` is in effect now."""
        if getattr(self._settings, field):
            return True
        told = self._settings.explain(field)
        here = self._environment or told.environment or os.environ.get("TRIMTAB_ENVIRONMENT")
        is_chosen = told.winner != DEFAULT and told.origin in (None, PROD)
        return here == PROD and not is_chosen

    def flush(self, timeout_seconds: float | None = FLUSH_SECONDS) -> None:
        """Wait until what was traced so far is sent, or until it takes too long."""
        client = self._client
        if client is not None:
            client.flush(timeout=timeout_seconds)

    def close(self) -> None:
        """Stop following, turn tracing off and send what is left."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        with self._lock:
            _configure(enabled=False, client=None, project_name=None)
            client, self._client, self._api_key = self._client, None, None
        if client is not None:
            client.close(timeout=FLUSH_SECONDS)
        _SDK_LOG.removeFilter(self._redaction)

    def _apply(self) -> None:
        with self._lock, self._settings.frozen() as s:
            try:
                api_key = required(s.langsmith_api_key, "LangSmith", "LANGSMITH_API_KEY")
            except MissingCredential as error:
                self._is_off(str(error) if s.langsmith_tracing else None)
                return
            self.problem = None
            if api_key != self._api_key:
                self._replace(api_key)
            _configure(
                client=self._client,
                enabled=s.langsmith_tracing,
                project_name=s.langchain_project,
            )

    def _is_off(self, problem: str | None) -> None:
        if problem and problem != self.problem:
            _LOG.warning("%s Nothing is traced.", problem)
        self.problem = problem
        _configure(enabled=False)

    def _replace(self, api_key: str) -> None:
        """A client for another credential; the old one sends what it has, and nobody waits."""
        old = self._client
        self._redaction.keys.add(api_key)
        self._client = _Client(self, api_key=api_key, **self._options)
        self._api_key = api_key
        if old is not None:
            Thread(target=old.close, args=(FLUSH_SECONDS,), daemon=True).start()


class _Client(langsmith.Client):
    """LangSmith's client, asking each time what may be sent."""

    def __init__(self, tracing: Tracing, **options: Any) -> None:
        self._tracing = tracing
        super().__init__(
            hide_inputs=lambda it: {} if tracing.hides("langsmith_hide_inputs") else it,
            hide_outputs=lambda it: {} if tracing.hides("langsmith_hide_outputs") else it,
            **options,
        )

    def _hide_run_error(self, error: Any) -> Any:
        """`repr` and traceback repeat what was said; only the kind of error may go out.

        The SDK's `anonymizer` would do it, but then it does not ask `hide_inputs`.
        """
        hidden = any(map(self._tracing.hides, ("langsmith_hide_inputs", "langsmith_hide_outputs")))
        return str(error).partition("(")[0] if error is not None and hidden else error


class _WithoutKeys(logging.Filter):
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


def _configure(**values: Any) -> None:
    """In a context of its own: `configure` also sets the caller's context variables, and what
    inherits those (a task, a request) would never see a later change."""
    Context().run(langsmith.configure, **values)

"""Tracing of the whole process, as the settings say at each moment."""

import logging
import os
from threading import Lock
from typing import Any

from trimtab.binding.status import DEFAULT
from trimtab.integrations.extras import load
from trimtab.integrations.failures import MissingCredential, required

from .settings import LangSmithSettings

FLUSH_SECONDS = 5.0
PROD = "prod"

_LOG = logging.getLogger(__name__)
_FOLLOWED = ("langsmith_tracing", "langchain_project", "langsmith_api_key")


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

        `environment` is the one the settings' client reads, unless it is said here. Raises
        MissingExtra.
        """
        self._sdk = load(
            f"{__package__}.client", packages=("langsmith",), remedy="trimtab[langsmith]"
        )
        self._settings = settings
        self._environment = environment
        self._options = {"api_url": endpoint or os.environ.get("LANGSMITH_ENDPOINT"), **options}
        self._lock = Lock()
        self._client: Any = None
        self._api_key: str | None = None
        self._redaction = self._sdk.WithoutKeys()
        self._sdk.LOG.addFilter(self._redaction)
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
            self._sdk.configure(enabled=False, client=None, project_name=None)
            client, self._client, self._api_key = self._client, None, None
        if client is not None:
            client.close(timeout=FLUSH_SECONDS)
        self._sdk.LOG.removeFilter(self._redaction)

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
            self._sdk.configure(
                client=self._client,
                enabled=s.langsmith_tracing,
                project_name=s.langchain_project,
            )

    def _is_off(self, problem: str | None) -> None:
        if problem and problem != self.problem:
            _LOG.warning("%s Nothing is traced.", problem)
        self.problem = problem
        self._sdk.configure(enabled=False)

    def _replace(self, api_key: str) -> None:
        """A client for another credential. Runs under way keep the old one, which sends what it has
        and ends its thread by itself when the last of them has let go of it."""
        self._redaction.keys.add(api_key)
        self._client = self._sdk.AskingClient(self.hides, api_key=api_key, **self._options)
        self._api_key = api_key

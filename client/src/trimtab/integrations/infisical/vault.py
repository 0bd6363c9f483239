"""Infisical's own SDK, with the limits it does not have."""

from threading import Lock
from typing import Any

import requests
from infisical_sdk import InfisicalSDKClient
from infisical_sdk.infisical_requests import APIError, InfisicalError
from requests.adapters import HTTPAdapter
from tenacity import RetryError, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from trimtab.integrations.failures import (
    ServiceError,
    ServiceUnavailable,
    UnreadableAnswer,
    is_worth_another_try,
    refusal,
)

from .reference import Reference

SERVICE = "Infisical"
NO_LONGER_LOGGED_IN = 401
MOST_SECONDS = 30


class Vault:
    """One machine identity's way in. Logs in when first asked, and again when the login ran out.

    The SDK's cache stays off: it would take the TTL for good when it is made, forget everything
    with every change of it, and keep a thread. The SDK waits without limit and tries again by
    itself up to 15 s; here each wait is bounded and the tries are counted. Thread-safe.
    """

    def __init__(
        self,
        site_url: str,
        client_id: str,
        client_secret: str,
        *,
        timeout_seconds: float,
        max_retries: int,
        retry_delay_seconds: float,
    ) -> None:
        self._login = (client_id, client_secret)
        self._sdk = InfisicalSDKClient(host=site_url, cache_ttl=None)
        self._session: requests.Session = self._sdk.api.session
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Bounded(timeout_seconds))
        self._attempts = max_retries + 1
        self._delay_seconds = retry_delay_seconds
        self._logging_in = Lock()

    def secret(self, reference: Reference, environment: str) -> str:
        """The secret itself; raises ServiceError."""
        tries = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(multiplier=self._delay_seconds, max=MOST_SECONDS),
        )
        try:
            return tries(self._once, reference, environment)
        except RetryError as over:
            raise self._failure(over.last_attempt.exception()) from None
        except (requests.RequestException, InfisicalError) as error:
            raise self._failure(error) from None
        except (AttributeError, LookupError, TypeError, ValueError):
            raise UnreadableAnswer(SERVICE, "a secret") from None

    def close(self) -> None:
        """Give its connections back."""
        self._sdk.close()
        self._session.close()

    def _once(self, reference: Reference, environment: str) -> str:
        token = self._logged_in(None)
        try:
            return self._read(reference, environment)
        except APIError as error:
            if error.status_code != NO_LONGER_LOGGED_IN:
                raise
        self._logged_in(token)
        return self._read(reference, environment)

    def _logged_in(self, worn_out: str | None) -> str | None:
        """Log in, unless somebody did since `worn_out` was given out."""
        with self._logging_in:
            if self._sdk.get_token() == worn_out:
                self._sdk.auth.universal_auth.login(*self._login)
            token: str | None = self._sdk.get_token()
            return token

    def _read(self, reference: Reference, environment: str) -> str:
        named = {"project_id" if reference.has_id else "project_slug": reference.project}
        found: Any = self._sdk.secrets.get_secret_by_name(
            secret_name=reference.name,
            environment_slug=environment,
            secret_path=reference.path,
            **named,
        )
        if not isinstance(found.secretValue, str):
            raise TypeError
        return found.secretValue

    def _failure(self, error: BaseException | None) -> ServiceError:
        if isinstance(error, APIError):
            variable = "INFISICAL_CLIENT_SECRET"
            return refusal(SERVICE, error.status_code, variable, attempts=self._attempts)
        if isinstance(error, InfisicalError):
            return UnreadableAnswer(SERVICE, "a secret")
        reason = "it took too long" if isinstance(error, _TookTooLong) else "it cannot be reached"
        return ServiceUnavailable(SERVICE, reason, attempts=self._attempts)


class _NotReached(requests.RequestException):
    """What the SDK does not know it does not try again."""


class _TookTooLong(_NotReached):
    pass


class _Bounded(HTTPAdapter):
    """Waits no longer than it was told, for the connection and for each piece of the answer."""

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send with the limit; raises _NotReached."""
        kwargs["timeout"] = self._timeout_seconds
        try:
            return super().send(request, *args, **kwargs)
        except requests.Timeout:
            raise _TookTooLong from None
        except requests.ConnectionError:
            raise _NotReached from None


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, APIError):
        return is_worth_another_try(error.status_code)
    return isinstance(error, requests.RequestException)

"""One request and its answer: credential, timeouts, retries, and every way it can go wrong."""

import time
from collections.abc import Mapping
from typing import Any

import httpx2

from trimtab.admin.replies import UnexpectedReply
from trimtab.errors import NotATrimtabAnswer, ServerUnreachable
from trimtab.profile import Profile
from trimtab.transport import http_options, refusal, why_unreachable

TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
CONNECT_PAUSES_SECONDS = (0.1, 0.3)  # between the attempts of a GET that could not connect


class Exchange:
    """Requests to one server under one token. Only a GET that could not connect is repeated."""

    def __init__(
        self, profile: Profile, *, channel: str, timeout: httpx2.Timeout = TIMEOUT
    ) -> None:
        self.url = profile.url
        self._client = httpx2.Client(**http_options(profile, channel=channel, timeout=timeout))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send and return a success (2xx); raises Refused, NotATrimtabAnswer, ServerUnreachable.

        Parameters of `query` that are None are left out.
        """
        request = self._client.build_request(
            method,
            path,
            params={name: _text(it) for name, it in (query or {}).items() if it is not None},
            json=None if body is None else dict(body),
            headers=dict(headers or {}),
        )
        response = self._send_or_retry(request)
        if not response.is_success:
            raise refusal(response, self.url)
        return response

    def json(self, response: httpx2.Response) -> Any:
        """The body as JSON; raises NotATrimtabAnswer."""
        try:
            return response.json()
        except ValueError:
            raise NotATrimtabAnswer(self.url, "its answer is not JSON") from None

    def unexpected(self, error: UnexpectedReply) -> NotATrimtabAnswer:
        """The error for JSON of another shape than ours."""
        return NotATrimtabAnswer(self.url, str(error))

    def _send_or_retry(self, request: httpx2.Request) -> httpx2.Response:
        pauses = CONNECT_PAUSES_SECONDS if request.method == "GET" else ()
        for pause in pauses:
            try:
                return self._client.send(request)
            except httpx2.ConnectError:
                time.sleep(pause)
            except httpx2.HTTPError as error:
                raise self._unreachable(error) from None
        try:
            return self._client.send(request)
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: httpx2.HTTPError) -> ServerUnreachable:
        return ServerUnreachable(self.url, why_unreachable(error))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What the SDKs of OpenAI and Anthropic raise, as ours. Both are made by one generator."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from .failures import ServiceUnavailable, UnreadableAnswer, refusal


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK: the module, the service's name, the variable with its credential."""

    module: Any
    service: str
    variable: str

    @contextmanager
    def failures(self, attempts: int, expected: str) -> Iterator[None]:
        """Raise ServiceError for what goes wrong inside; `expected` is what an answer holds.

        The original is left out on purpose: it quotes the answer, which may repeat the key.
        """
        sdk, service = self.module, self.service
        try:
            yield
        except (sdk.APITimeoutError, httpx2.TimeoutException):
            raise ServiceUnavailable(service, "it took too long", attempts=attempts) from None
        except sdk.APIStatusError as error:
            raise refusal(service, error.status_code, self.variable, attempts=attempts) from None
        except sdk.APIResponseValidationError:
            raise UnreadableAnswer(service, expected) from None
        except sdk.APIConnectionError:
            raise ServiceUnavailable(service, "it cannot be reached", attempts=attempts) from None
        except (sdk.APIError, httpx2.TransportError):
            raise ServiceUnavailable(service, "it broke off", attempts=attempts) from None
        except (AttributeError, LookupError, TypeError, ValueError):
            raise UnreadableAnswer(service, expected) from None

"""What can go wrong with a service.

No text here quotes what a vendor answered: such answers repeat keys, prompts and audio.
"""

from pydantic import SecretStr

from trimtab.errors import TrimtabError


class ServiceError(TrimtabError):
    """Base of what a service module raises; `service` is its name."""

    code = "service-error"

    def __init__(self, service: str, message: str) -> None:
        self.service = service
        super().__init__(message)


class MissingCredential(ServiceError):
    """A credential is neither in the environment nor referred to by the store."""

    code = "missing-credential"

    def __init__(self, service: str, variable: str) -> None:
        self.variable = variable
        super().__init__(
            service,
            f"{service} needs {variable}: set it in the environment of this process, or give the "
            "setting a reference (env://, file://, infisical://).",
        )


class ServiceOff(ServiceError):
    """The setting `key` turns the service off."""

    code = "service-off"

    def __init__(self, service: str, key: str) -> None:
        self.key = key
        super().__init__(service, f"{service} is turned off by {key}.")


class ServiceUnavailable(ServiceError):
    """No usable answer after `attempts`: not reached, timed out, overloaded or failing.

    `status` is the last HTTP status, None where there was no answer.
    """

    code = "service-unavailable"

    def __init__(
        self, service: str, reason: str, *, attempts: int, status: int | None = None
    ) -> None:
        self.reason = reason
        self.attempts = attempts
        self.status = status
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        super().__init__(service, f"{service} gave no answer after {tries}: {reason}.")


class ServiceRefused(ServiceError):
    """The service refused the request with the HTTP status `status`; trying again is no use."""

    code = "service-refused"

    def __init__(self, service: str, status: int, hint: str = "") -> None:
        self.status = status
        super().__init__(service, f"{service} refused the request ({status}){hint}.")


class UnreadableAnswer(ServiceError):
    """The service answered something that is not what its API promises."""

    code = "unreadable-answer"

    def __init__(self, service: str, expected: str) -> None:
        self.expected = expected
        super().__init__(service, f"{service} answered without {expected}.")


TOO_FAST = 429
SERVER_FAULT = 500
_WORTH_ANOTHER_TRY = (408, 409, TOO_FAST)


def is_worth_another_try(status: int) -> bool:
    """Whether the same request may succeed later."""
    return status >= SERVER_FAULT or status in _WORTH_ANOTHER_TRY


def refusal(service: str, status: int, variable: str, *, attempts: int) -> ServiceError:
    """The failure that an HTTP status means; `variable` holds the credential that was shown."""
    if is_worth_another_try(status):
        return ServiceUnavailable(service, f"HTTP {status}", attempts=attempts, status=status)
    hint = f": is {variable} right" if status in (401, 403) else ""
    return ServiceRefused(service, status, hint)


def required(secret: SecretStr | None, service: str, variable: str) -> str:
    """The credential as text; raises MissingCredential where there is none."""
    text = secret.get_secret_value() if secret else ""
    if not text:
        raise MissingCredential(service, variable)
    return text

"""What can go wrong, as the user of this library sees it.

One class per failure, with its facts as attributes. The text of each error is one sentence that
says what is wrong and what to do; it never holds a token or a refused value.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class TrimtabError(Exception):
    """Base of every error raised by Trimtab."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(self.__doc__ or "").split("\n\n")[0])


class ServerUnreachable(TrimtabError):
    """No answer came from the server."""

    code = "server-unreachable"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"Cannot reach the Trimtab server at {url}: {reason}. "
            "Start it with `trimtab up`, or set TRIMTAB_URL to where it listens."
        )


class NotATrimtabAnswer(TrimtabError):
    """Something answered, but not as a Trimtab server does."""

    code = "not-a-trimtab-answer"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"What listens at {url} does not answer like a Trimtab server: {reason}. "
            "Check TRIMTAB_URL, and that server and client are of the same release."
        )


@dataclass(frozen=True, slots=True)
class Complaint:
    """One broken rule out of a problem document: `pointer` into the body, `key`, `rule`, words."""

    pointer: str
    key: str | None
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document (RFC 9457) as the server sent it, with the headers that belong to it."""

    status: int
    code: str
    title: str
    detail: str
    request_id: str | None = None
    errors: tuple[Complaint, ...] = ()
    etag: str | None = None
    retry_after_seconds: float | None = None


class Refused(TrimtabError):
    """The server refused the request; `problem` says why."""

    code = "refused"

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail or problem.title)

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return self.problem.status

    @property
    def complaints(self) -> Sequence[Complaint]:
        """Every broken rule, one by one; empty where the sentence says it all."""
        return self.problem.errors


class NotAuthenticated(Refused):
    """The server wants a valid token (401)."""

    code = "not-authenticated"


class Forbidden(Refused):
    """The token may not do this (403)."""

    code = "forbidden"


class NotFound(Refused):
    """There is no such thing, or the token may not see it (404)."""

    code = "not-found"


class Conflict(Refused):
    """What is stored stands against it (409)."""

    code = "conflict"


class VersionMoved(Refused):
    """Somebody changed it since it was read (412); `problem.etag` is the current one."""

    code = "version-moved"


class Invalid(Refused):
    """A rule is broken (400, 413, 415, 422, 428); `complaints` names each."""

    code = "invalid"


class TooManyRequests(Refused):
    """The server asks to slow down (429)."""

    code = "too-many-requests"


class ServerFault(Refused):
    """The server failed or cannot serve this now (5xx); nothing is known to be written."""

    code = "server-fault"


class BadKey(TrimtabError):
    """A name that no setting can have."""

    code = "bad-key"

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        super().__init__(f"{key!r} cannot be the key of a setting: {reason}.")


class NoProfile(TrimtabError):
    """Neither options, nor environment, nor a profile say which server to talk to."""

    code = "no-profile"


class BadProfile(TrimtabError):
    """The profile file cannot be used."""

    code = "bad-profile"


class BadSnapshot(TrimtabError):
    """A snapshot or a change that cannot be used; the one that is held stays."""

    code = "bad-snapshot"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The snapshot cannot be used: {reason}.")


class NoSuchKey(TrimtabError, KeyError):
    """No value for this key: neither store nor environment has one that may be used."""

    code = "no-such-key"

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        TrimtabError.__init__(self, f"There is no value for {key}: {reason}")

    def __str__(self) -> str:  # KeyError would show the sentence in quotes
        return str(self.args[0])


class CannotStart(TrimtabError):
    """A client with `required=True` found no server within its time."""

    code = "cannot-start"


class NotInTime(TrimtabError):
    """A revision was waited for and did not arrive in time."""

    code = "not-in-time"

    def __init__(self, wanted: str, held: str | None, reason: str) -> None:
        self.wanted = wanted
        self.held = held
        self.reason = reason
        super().__init__(f"Revision {wanted} is not in force, {held or 'none'} is: {reason}")


class Unresolved(TrimtabError):
    """A reference to a secret leads nowhere; the secret itself is never part of the text."""

    code = "unresolved"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The reference cannot be resolved: {reason}.")


class FieldNameClash(TrimtabError, TypeError):
    """A settings class has a field with the name of a method."""

    code = "field-name-clash"

    def __init__(self, settings: str, fields: Sequence[str]) -> None:
        self.settings = settings
        self.fields = tuple(fields)
        names = ", ".join(self.fields)
        super().__init__(
            f"{settings} has fields with names that methods of LiveSettings have: {names}. "
            "Rename them, and keep the key of the setting with Field(alias=...)."
        )


class NoSuchField(TrimtabError, ValueError):
    """A settings class has no field of that name."""

    code = "no-such-field"

    def __init__(self, settings: str, field: str, known: Sequence[str]) -> None:
        self.settings = settings
        self.field = field
        super().__init__(f"{settings} has no field {field!r}; it has {', '.join(known) or 'none'}.")


class ReadOnlyField(TrimtabError, AttributeError):
    """A field of live settings was assigned to: the next change would undo it."""

    code = "read-only-field"

    def __init__(self, settings: str, field: str) -> None:
        self.settings = settings
        self.field = field
        super().__init__(
            f"{settings}.{field} follows its setting and cannot be assigned to: change the "
            "setting, or in a test use trimtab.testing.override(); a copy may be changed."
        )


class NotLive(TrimtabError):
    """Copies, frozen sets and unpickled settings follow nothing; ask the original."""

    code = "not-live"


class BadOption(TrimtabError):
    """An option of a client that cannot be."""

    code = "bad-option"


class BadCallback(TrimtabError, TypeError):
    """A coroutine function where nothing awaits it."""

    code = "bad-callback"

    def __init__(self) -> None:
        super().__init__(
            "A synchronous client has no event loop for a coroutine function: give it a plain "
            "function, or follow with trimtab.connect_async()."
        )

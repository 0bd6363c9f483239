"""What every call needs: scope, pages, and replies made into values."""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from trimtab.admin.exchange import Exchange
from trimtab.admin.replies import Change, ChangeItem, UnexpectedReply, Written, read, read_all
from trimtab.profile import Profile

CONFIG = "/api/v1/config"
PAGE = 500
Item = Mapping[str, object]
T = TypeVar("T")


class Wire:
    """One server, one token, one application."""

    def __init__(self, profile: Profile, *, channel: str = "api") -> None:
        self._exchange = Exchange(profile, channel=channel)
        self._application = profile.application

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    def _scope(self, environment: str | None) -> dict[str, object]:
        return {"environment": environment, "application": self._application}

    def _body(self, body: Item) -> dict[str, object]:
        return given({"application": self._application, **body})

    def _written(self, method: str, path: str, environment: str, etag: str, body: Item) -> Written:
        sent = {name: it for name, it in body.items() if name != "comment" or it is not None}
        reply = self._json(
            method,
            f"{CONFIG}/{path}",
            query=self._scope(environment),
            body=sent,
            headers={"If-Match": etag},
        )
        return self._read(Written, reply)

    def _pages(
        self, path: str, query: Mapping[str, object], *, limit: int | None = None
    ) -> Iterator[Any]:
        size = PAGE if limit is None else max(1, min(limit, PAGE))
        cursor: object = None
        while True:
            page = self._json("GET", path, query={**query, "limit": size, "cursor": cursor})
            yield page
            cursor = page.get("nextCursor") if isinstance(page, dict) else None
            if not cursor:
                return

    def _json(self, method: str, path: str, **parts: Any) -> Any:
        return self._exchange.json(self._exchange.send(method, path, **parts))

    def _change(self, reply: object) -> Change:
        return self._read(Change, reply, items=self._read_all(ChangeItem, reply))

    def _read(self, kind: type[T], reply: object, **parts: object) -> T:
        try:
            return read(kind, reply, **parts)
        except UnexpectedReply as error:
            raise self._exchange.unexpected(error) from None

    def _read_all(self, kind: type[T], reply: object, name: str = "items") -> tuple[T, ...]:
        try:
            return read_all(kind, reply, name)
        except UnexpectedReply as error:
            raise self._exchange.unexpected(error) from None

    def _object(self, reply: object, name: str) -> Mapping[str, Any]:
        if isinstance(reply, dict) and name in reply:
            return reply
        raise self._exchange.unexpected(UnexpectedReply(f"there is no {name}"))


def vouched(reason: str | None) -> dict[str, object]:
    """The member of an edit that overrules a guess, in the names of the API; none without one."""
    return {} if reason is None else {"secretOverride": {"reason": reason}}


def given(body: Item) -> dict[str, object]:
    """What was given: an absent part is left out, because null can mean something else."""
    return {name: value for name, value in body.items() if value is not None}

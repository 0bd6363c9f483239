"""Principals, tokens and grants: the calls that say who may do what."""

from collections.abc import Iterator
from urllib.parse import quote

from trimtab.admin.access_replies import Grant, OwnToken, Principal, Scope, Token, WhoAmI
from trimtab.admin.wire import Item, Wire, given

_V1 = "/api/v1"


class AccessCalls(Wire):
    """Administers access, and tells about the token that is in use.

    Every method raises a subclass of `trimtab.errors.TrimtabError`.
    """

    def whoami(self) -> WhoAmI:
        """Whose token is in use, when it expires, and what it may do."""
        reply = self._json("GET", f"{_V1}/whoami")
        token = self._read(OwnToken, self._object(reply, "token")["token"])
        names = tuple(reply.get("protectedEnvironments") or ())
        grants = self._read_all(Scope, reply, "grants")
        return self._read(WhoAmI, reply, token=token, grants=grants, protected_environments=names)

    def principals(self, name: str | None = None) -> Iterator[Principal]:
        """All principals with their grants, or only the one of that name."""
        for page in self._pages(f"{_V1}/principals", {"name": name}):
            for raw in self._object(page, "items")["items"]:
                yield self._principal(raw)

    def create_principal(self, name: str, kind: str = "service") -> Principal:
        """Make a principal, which may do nothing yet."""
        return self._principal(
            self._json("POST", f"{_V1}/principals", body={"name": name, "kind": kind})
        )

    def disable_principal(self, principal_id: str) -> Principal:
        """Shut a principal out for good: its tokens stop working."""
        path = f"{_V1}/principals/{quote(principal_id, safe='')}"
        return self._principal(self._json("DELETE", path))

    def tokens(self, principal: str | None = None) -> Iterator[Token]:
        """All tokens, or one principal's, also those that ended; without themselves."""
        for page in self._pages(f"{_V1}/tokens", {"principal": principal}):
            yield from self._read_all(Token, page)

    def create_token(
        self,
        principal: str,
        *,
        name: str | None = None,
        expires_in_days: int | None = None,
        application: str | None = None,
        environment: str | None = None,
    ) -> Token:
        """Make a token; its `token` is told this once. It expires after 90 days by default."""
        body = {
            "principal": principal,
            "name": name,
            "expiresInDays": expires_in_days,
            "application": application,
            "environment": environment,
        }
        return self._read(Token, self._json("POST", f"{_V1}/tokens", body=given(body)))

    def rotate_token(
        self,
        token_id: str = "self",  # noqa: S107 - no password: the word for the one in use
        *,
        overlap_hours: int | None = None,
        expires_in_days: int | None = None,
    ) -> Token:
        """A new token in place of one; both work until the overlap is over (24 h by default)."""
        body = {"overlapHours": overlap_hours, "expiresInDays": expires_in_days}
        path = f"{_V1}/tokens/{quote(token_id, safe='')}/rotate"
        return self._read(Token, self._json("POST", path, body=given(body)))

    def revoke_token(self, token_id: str) -> Token:
        """End a token; `self` is the one in use."""
        path = f"{_V1}/tokens/{quote(token_id, safe='')}"
        return self._read(Token, self._json("DELETE", path))

    def grants(self, principal: str | None = None) -> Iterator[Grant]:
        """All grants that may be seen, or one principal's."""
        for page in self._pages(f"{_V1}/grants", {"principal": principal}):
            yield from self._read_all(Grant, page)

    def give_grant(self, principal: str, scope: Scope) -> Grant:
        """Give a principal a role; held already, nothing changes."""
        body: Item = {
            "principal": principal,
            "role": scope.role,
            "application": scope.application,
            "environment": scope.environment,
            "category": scope.category,
        }
        return self._read(Grant, self._json("POST", f"{_V1}/grants", body=given(body)))

    def take_grant(self, grant_id: str) -> Grant:
        """Take a grant away; the answer says what it was."""
        path = f"{_V1}/grants/{quote(grant_id, safe='')}"
        return self._read(Grant, self._json("DELETE", path))

    def _principal(self, raw: object) -> Principal:
        return self._read(Principal, raw, grants=self._read_all(Scope, raw, "grants"))

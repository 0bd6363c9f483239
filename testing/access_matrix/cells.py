"""Every question that is asked of the API: which request, and what the rules say of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from .expectations import if_all, promoting, reading, restoring, seen_by, taking, writing
from .policy import CATEGORIES, POLICY, Act, Holder

CONFIG = "/api/v1/config"
PLACES = ("dev", "prod")
OTHER = {"dev": "prod", "prod": "dev"}
# What `World` makes: of each category one setting with values of its own everywhere, and one that
# the other environments inherit from base, where it changed since the marked revision.
OWN = {category: f"{category.upper()}_OWN" for category in CATEGORIES}
INHERITED = {category: f"{category.upper()}_INHERITED" for category in CATEGORIES}
UNKNOWN = str(UUID(int=0))
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One request, and what a holder must get: a status, and which categories' keys may show.

    `shows` gives the categories whose settings an allowed answer is about; None: not looked at.
    """

    operation: str
    expect: Callable[[Holder], int]
    query: dict[str, str] = field(default_factory=dict)
    body: Body | None = None
    fills: dict[str, str] = field(default_factory=dict)
    shows: Callable[[Holder], set[str]] | None = None
    note: str = ""

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path, filled in."""
        path = self.operation.partition(" ")[2]
        for name, value in self.fills.items():
            path = path.replace(f"{{{name}}}", value)
        return path


def cells(marked: int, changed: dict[tuple[str, str], int]) -> Iterator[Cell]:
    """All cells. `marked` is a past revision, `changed` the change that set a key of a category in
    an environment."""
    for environment in PLACES:
        yield from _of_environment(environment)
        yield _restoring_all(environment, marked)
        for category in CATEGORIES:
            yield from _of_key(environment, category)
            yield _undo(environment, category, changed[environment, category])
            yield from _of_grants(environment, category)
    yield from _of_server()
    yield from _of_trail()
    yield from _malformed()
    yield Cell("DELETE /api/v1/tokens/self", lambda _: 200)  # the last: it ends the token


def _of_environment(at: str) -> Iterator[Cell]:
    yield _listing("GET /api/v1/config", Act.READ, at)
    yield _listing("GET /api/v1/config/categories", Act.READ, at)
    yield _listing("GET /api/v1/config/schema", Act.READ, at)
    yield _listing("GET /api/v1/snapshot", Act.SNAPSHOT, at)
    yield Cell(
        "GET /api/v1/stream",
        lambda who: if_all(429, who.may_some(Act.SNAPSHOT, at)),  # this server keeps none open
        query={"environment": at},
        note=at,
    )
    yield _listing("GET /api/v1/export", Act.EXPORT, at, format="json")
    yield Cell(
        "GET /api/v1/config/diff",
        lambda who: if_all(200, *(who.may_some(Act.HISTORY, one) for one in (at, OTHER[at]))),
        query={"source": at, "target": OTHER[at]},
        shows=lambda who: seen_by(who, Act.HISTORY, at) & seen_by(who, Act.HISTORY, OTHER[at]),
        note=at,
    )


def _listing(operation: str, act: Act, at: str, **query: str) -> Cell:
    return Cell(
        operation,
        lambda who: if_all(200, who.may_some(act, at)),
        query={"environment": at, **query},
        shows=lambda who: seen_by(who, act, at),
        note=at,
    )


def _restoring_all(at: str, marked: int) -> Cell:
    return Cell(
        "POST /api/v1/config/rollback",
        lambda who: if_all(200, *(who.may_some(act, at) for act in (Act.HISTORY, Act.WRITE))),
        body={"environment": at, "revision": marked, "dryRun": True},
        shows=lambda who: seen_by(who, Act.HISTORY, at),
        note=at,
    )


def _of_key(at: str, category: str) -> Iterator[Cell]:
    key, where = OWN[category], {"environment": at}
    note = f"{at} {category}"

    def cell(operation: str, expect: Callable[[Holder], int], **parts: Any) -> Cell:
        return Cell(operation, expect, fills={"key": key}, note=note, **parts)

    yield cell("GET /api/v1/config/{key}", reading(Act.READ, at, category), query=where)
    yield cell("GET /api/v1/config/explain/{key}", reading(Act.READ, at, category), query=where)
    yield cell("GET /api/v1/config/history/{key}", reading(Act.HISTORY, at, category), query=where)
    set_to = writing(Act.WRITE, at, category)
    yield cell("PUT /api/v1/config/{key}", set_to(200), query=where, body={"value": at})
    yield cell("DELETE /api/v1/config/{key}", set_to(412), query=where)
    yield cell(
        "PUT /api/v1/config/{key}/policy",
        writing(Act.POLICY, at, category)(200),
        query=where,
        body={"sourcePolicy": None},
    )
    yield cell(
        "PATCH /api/v1/config/{key}/definition",
        writing(Act.DEFINE, at, category)(200),
        query=where,
        body={"description": None},
    )
    yield cell(
        "POST /api/v1/config",
        lambda who: if_all(422, *(who.may(act, at, category) for act in (Act.DEFINE, Act.WRITE))),
        body={"key": "NEW", "type": "integer", "category": category, "value": "x"} | where,
    )
    item = {"key": key, "value": at} | where
    yield cell("POST /api/v1/config/bulk", set_to(200), body={"items": [item], "dryRun": True})
    yield cell("POST /api/v1/config/bulk", set_to(200), body={"items": [item]})
    yield cell(
        "POST /api/v1/config/validate",
        # 299 is a verdict that the setting does not exist
        lambda who: 299 if set_to(200)(who) == 404 else set_to(200)(who),
        body={"items": [item]},
    )
    yield cell(
        "POST /api/v1/config/promote",
        lambda who: promoting(who, OTHER[at], at, category),
        body={"source": OTHER[at], "target": at, "keys": [key], "dryRun": True},
    )
    yield cell(
        "POST /api/v1/config/rollback",
        lambda who: restoring(who, at, category),
        body={"environment": at, "key": key, "version": 1, "dryRun": True},
    )


def _undo(at: str, category: str, change: int) -> Cell:
    return Cell(
        "POST /api/v1/config/rollback",
        lambda who: if_all(200, *(who.may(act, at, category) for act in (Act.HISTORY, Act.WRITE))),
        body={"change": change, "dryRun": True},
        note=f"change {at} {category}",
    )


def _of_grants(at: str, category: str) -> Iterator[Cell]:
    scope = {"application": "default", "environment": at, "category": category}
    note = f"{at} {category}"
    yield Cell(
        "POST /api/v1/grants",
        lambda who: 404 if who.may(Act.GIVE_GRANTS, at, category) else 403,
        body={"principal": "no such", "role": "viewer"} | scope,
        note=note,
    )
    yield Cell(
        "DELETE /api/v1/grants/{id}",
        lambda who: taking(who, at, category),
        fills={"id": f"grant:{at}:{category}"},
        note=note,
    )


def _of_server() -> Iterator[Cell]:
    def cell(operation: str, allowed: int, body: Body | None = None, **fills: str) -> Cell:
        act = POLICY[operation]
        return Cell(
            operation,
            lambda who: allowed if act is None or who.may_some(act, "dev") else 403,
            body=body,
            fills=fills,
        )

    no_token = "0" * 12
    yield cell("GET /livez", 200)
    yield cell("GET /readyz", 200)
    yield cell("GET /metrics", 200)
    yield cell("GET /api/v1/whoami", 200)
    yield cell("POST /api/v1/tokens/self/rotate", 201, {})
    yield cell("GET /api/v1/principals", 200)
    yield cell("POST /api/v1/principals", 409, {"name": "nobody's"})
    yield cell("DELETE /api/v1/principals/{id}", 404, id=UNKNOWN)
    yield cell("GET /api/v1/tokens", 200)
    yield cell("POST /api/v1/tokens", 404, {"principal": "no such"})
    yield cell("POST /api/v1/tokens/{id}/rotate", 404, {}, id=no_token)
    yield cell("DELETE /api/v1/tokens/{id}", 404, id=no_token)
    yield cell("POST /api/v1/config/reload", 200)
    yield cell("GET /api/v1/environments", 200)
    yield cell("POST /api/v1/environments", 409, {"name": "dev", "parent": "base"})
    yield cell("POST /api/v1/applications", 409, {"name": "default"})
    yield Cell(
        "GET /api/v1/applications",
        lambda who: 200 if who.may_anywhere(Act.NAMES) else 403,
        shows=lambda who: {
            name
            for name in ("default", "other")
            if any(held.application in (None, name) for held in who.grants)
        },
    )
    yield Cell(
        "GET /api/v1/grants",
        lambda who: 200 if who.may_anywhere(Act.SEE_GRANTS) else 403,
        query={"principal": "nobody's"},
        shows=lambda who: {
            f"{at} {category}"
            for at in PLACES
            for category in CATEGORIES
            if who.may(Act.SEE_GRANTS, at, category)
        },
    )


def _of_trail() -> Iterator[Cell]:
    for path in ("/api/v1/audit", "/api/v1/audit/verify"):
        yield Cell(
            f"GET {path}",
            lambda who: if_all(200, who.may_some(Act.AUDIT, "dev")),
            query={"chain": "application"},
        )
        yield Cell(
            f"GET {path}",
            lambda who: if_all(200, who.may_some(Act.AUDIT_ALL, "dev")),
            query={"chain": "system"},
            note="system",
        )
    yield Cell(
        "POST /api/v1/audit/verify",
        lambda who: if_all(200, who.may_anywhere(Act.AUDIT)),
        body={"checkpoints": [], "publicKey": "A" * 43 + "="},
    )
    yield Cell(
        "GET /api/v1/audit/checkpoint",
        lambda who: if_all(409, who.may_some(Act.AUDIT_ALL, "dev")),  # it has no key to sign with
    )


def _malformed() -> Iterator[Cell]:
    """Who may not do it at all is told that, and not what is wrong with the request."""
    reads_no_parameter = {
        "GET /metrics",
        "POST /api/v1/config/reload",
        "GET /api/v1/applications",
        "GET /api/v1/audit/checkpoint",
        "DELETE /api/v1/principals/{id}",
        "DELETE /api/v1/tokens/{id}",
        "DELETE /api/v1/grants/{id}",
    }
    for operation, act in POLICY.items():
        if act is not None and operation not in reads_no_parameter:
            yield _asked_badly(operation, act)


def _asked_badly(operation: str, act: Act) -> Cell:
    is_paged = operation.endswith(("/principals", "/tokens", "/grants"))
    query, body = {"limit": "0"} if is_paged else {"application": ""}, None
    if operation.startswith(("POST", "PUT", "PATCH")):
        query, body = {}, {"?": 1}
    return Cell(
        operation,
        lambda who: 422 if who.may_anywhere(act) else 403,
        query=query,
        body=body,
        fills={"key": OWN["limits"], "id": UNKNOWN},
        note="malformed",
    )

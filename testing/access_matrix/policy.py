"""The rules of access in their plainest form: what each role may, where a grant reaches, and which
acts each operation is made of. Nothing here is taken from the server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

ENVIRONMENTS = ("base", "dev", "staging", "prod")
CATEGORIES = ("limits", "voice")
PROTECTED = "prod"


class Act(Enum):
    """What somebody does."""

    READ = "read"
    HISTORY = "history"
    SNAPSHOT = "snapshot"
    EXPORT = "export"
    WRITE = "write"
    POLICY = "policy"
    DEFINE = "define"
    NAMES = "names"
    NEW_ENVIRONMENT = "new environment"
    SEE_GRANTS = "see grants"
    GIVE_GRANTS = "give grants"
    SEE_ACCESS = "see principals and tokens"
    GIVE_ACCESS = "make principals and tokens"
    METRICS = "metrics"
    RUN_SERVER = "run the server"
    AUDIT = "read the trail of an application"
    AUDIT_ALL = "read the whole trail"


_READER = {Act.READ, Act.HISTORY, Act.SNAPSHOT, Act.EXPORT, Act.NAMES}
ROLES: dict[str, set[Act]] = {
    "viewer": _READER,
    "editor": _READER | {Act.WRITE, Act.POLICY, Act.DEFINE},
    "admin": set(Act),
    "auditor": {
        *{Act.HISTORY, Act.NAMES, Act.SEE_GRANTS, Act.SEE_ACCESS, Act.METRICS},
        *{Act.AUDIT, Act.AUDIT_ALL},
    },
    "service": {Act.SNAPSHOT},
}
_IN_ALL_CATEGORIES = {Act.NEW_ENVIRONMENT, Act.AUDIT}
_IN_ALL_ENVIRONMENTS = {Act.DEFINE} | _IN_ALL_CATEGORIES
_ON_THE_SERVER = {Act.SEE_ACCESS, Act.GIVE_ACCESS, Act.METRICS, Act.RUN_SERVER, Act.AUDIT_ALL}


@dataclass(frozen=True, slots=True)
class Held:
    """One grant; None stands for any."""

    role: str
    application: str | None = None
    environment: str | None = None
    category: str | None = None

    def __str__(self) -> str:
        parts = (self.application, self.environment, self.category)
        return "-".join([self.role, *(part or "any" for part in parts)])

    def gives(self, act: Act, environment: str, category: str, bound: str | None) -> bool:
        """Whether it allows the act there, in application `default`, to a token bound so."""
        if act not in ROLES[self.role]:
            return False
        if bound is not None and self.environment not in (None, bound):
            return False
        if act is Act.NAMES:
            return self.application in (None, "default")
        reaches = self.environment or bound
        if act in _ON_THE_SERVER:
            return (self.application, reaches, self.category) == (None, None, None)
        if act in _IN_ALL_CATEGORIES and self.category is not None:
            return False
        if reaches is not None and (act in _IN_ALL_ENVIRONMENTS or reaches != environment):
            return False
        if self.application not in (None, "default") or self.category not in (None, category):
            return False
        unnamed = environment == PROTECTED and self.environment != PROTECTED
        return not (self.role == "editor" and act in {Act.WRITE, Act.POLICY} and unnamed)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with these grants, and a token that may be bound to an environment."""

    grants: tuple[Held, ...] = ()
    bound: str | None = None

    @property
    def name(self) -> str:
        """Unlike that of any other holder."""
        said = " and ".join(map(str, self.grants)) or "nobody"
        return f"{said} bound to {self.bound}" if self.bound else said

    def may(self, act: Act, environment: str, category: str) -> bool:
        """Whether the act is allowed there, in application `default`."""
        return any(one.gives(act, environment, category, self.bound) for one in self.grants)

    def may_some(self, act: Act, environment: str) -> bool:
        """Whether it is allowed for any category."""
        return any(self.may(act, environment, category) for category in CATEGORIES)

    def may_anywhere(self, act: Act) -> bool:
        """Whether it is allowed for anything, in this application or another."""
        if act not in _ON_THE_SERVER:
            here = tuple(replace(one, application=None) for one in self.grants)
            return any(Holder(here, self.bound).may_some(act, name) for name in ENVIRONMENTS)
        return self.may_some(act, ENVIRONMENTS[0])


def one(role: str, *, bound: str | None = None, **scope: str) -> Holder:
    """Somebody with one grant."""
    return Holder((Held(role, **scope),), bound)


def _holders() -> Iterator[Holder]:
    yield Holder()
    for role in ROLES:
        yield one(role)
        yield one(role, environment="dev")
        yield one(role, environment="prod")
        yield one(role, category="limits")
        yield one(role, environment="dev", category="limits")
        yield one(role, application="other")
        yield one(role, bound="dev")
    yield one("editor", bound="prod")
    yield one("editor", environment="prod", category="limits")
    yield one("admin", application="default")
    # Each side of a copy, and each half of giving a grant, held by itself.
    yield Holder(
        (
            Held("viewer", environment="dev", category="limits"),
            Held("editor", environment="prod", category="voice"),
        )
    )
    yield Holder((Held("admin", environment="dev"), Held("viewer", environment="prod")))


HOLDERS = tuple(_holders())

# Every operation of the API: the act that its declared permission stands for (None: any live
# token may), and the kind of cell that asks about it.
POLICY: dict[str, Act | None] = {
    "GET /livez": None,
    "GET /readyz": None,
    "GET /metrics": Act.METRICS,
    "GET /api/v1/whoami": None,
    "POST /api/v1/tokens/self/rotate": None,
    "DELETE /api/v1/tokens/self": None,
    "GET /api/v1/principals": Act.SEE_ACCESS,
    "POST /api/v1/principals": Act.GIVE_ACCESS,
    "DELETE /api/v1/principals/{id}": Act.GIVE_ACCESS,
    "GET /api/v1/tokens": Act.SEE_ACCESS,
    "POST /api/v1/tokens": Act.GIVE_ACCESS,
    "POST /api/v1/tokens/{id}/rotate": Act.GIVE_ACCESS,
    "DELETE /api/v1/tokens/{id}": Act.GIVE_ACCESS,
    "GET /api/v1/grants": Act.SEE_GRANTS,
    "POST /api/v1/grants": Act.GIVE_GRANTS,
    "DELETE /api/v1/grants/{id}": Act.GIVE_GRANTS,
    "GET /api/v1/snapshot": Act.SNAPSHOT,
    "GET /api/v1/stream": Act.SNAPSHOT,
    "GET /api/v1/export": Act.EXPORT,
    "GET /api/v1/config": Act.READ,
    "POST /api/v1/config": Act.DEFINE,
    "GET /api/v1/config/{key}": Act.READ,
    "PUT /api/v1/config/{key}": Act.WRITE,
    "DELETE /api/v1/config/{key}": Act.WRITE,
    "PATCH /api/v1/config/{key}/definition": Act.DEFINE,
    "PUT /api/v1/config/{key}/policy": Act.POLICY,
    "GET /api/v1/config/categories": Act.READ,
    "GET /api/v1/config/schema": Act.READ,
    "GET /api/v1/config/explain/{key}": Act.READ,
    "GET /api/v1/config/history/{key}": Act.HISTORY,
    "GET /api/v1/config/diff": Act.HISTORY,
    "POST /api/v1/config/bulk": Act.WRITE,
    "POST /api/v1/config/validate": Act.WRITE,
    "POST /api/v1/config/promote": Act.WRITE,
    "POST /api/v1/config/rollback": Act.WRITE,
    "POST /api/v1/config/reload": Act.RUN_SERVER,
    "GET /api/v1/audit": Act.AUDIT,
    "GET /api/v1/audit/verify": Act.AUDIT,
    "POST /api/v1/audit/verify": Act.AUDIT,
    "GET /api/v1/audit/checkpoint": Act.AUDIT,
    "GET /api/v1/environments": Act.NAMES,
    "POST /api/v1/environments": Act.NEW_ENVIRONMENT,
    "GET /api/v1/applications": Act.NAMES,
    "POST /api/v1/applications": Act.RUN_SERVER,
}

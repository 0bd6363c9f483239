"""May this principal do that? The one place that answers: no, unless a grant says yes.

In a question, None means *all*: who asks about no particular environment asks about every one,
and only a grant that is not limited to some allows that. In a grant, None means *any*.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from trimtab_server.errors import Forbidden

from .permission import ROLE_PERMISSIONS, Permission, Reach, reach_of
from .principal import Grant, Principal


class NotAllowed(Forbidden):
    """This credential may not do that."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"This needs the permission {permission} there, which no grant gives.")


def decide(
    principal: Principal,
    permission: Permission,
    *,
    application: str | None,
    environment: str | None = None,
    category: str | None = None,
) -> bool:
    """True if one of the principal's grants, within what its token is bound to, allows the act.

    A dimension the permission does not have (an environment, for a definition) is not looked at:
    the act touches all of it.
    """
    reach = reach_of(permission)
    asked = _asked(reach, application, environment, category)
    return any(
        all(
            held in (None, wanted) for held, wanted in zip(_scope(grant, reach), asked, strict=True)
        )
        for grant in _grants_with(principal, permission)
    )


def require(
    principal: Principal,
    permission: Permission,
    *,
    application: str | None,
    environment: str | None = None,
    category: str | None = None,
) -> None:
    """Go on only if `decide` says yes.

    Raises:
        NotAllowed: it says no.
    """
    allowed = decide(
        principal,
        permission,
        application=application,
        environment=environment,
        category=category,
    )
    if not allowed:
        raise NotAllowed(permission)


def could(principal: Principal, permission: Permission) -> bool:
    """True if there is anything at all for which `decide` would say yes.

    Only a first gate, for routes that ask `decide` themselves about each thing they touch.
    """
    reach = reach_of(permission)
    return any(_fits(grant, reach) for grant in _grants_with(principal, permission))


_Scope: TypeAlias = tuple[str | None, str | None, str | None]


def _asked(
    reach: Reach, application: str | None, environment: str | None, category: str | None
) -> _Scope:
    match reach:
        case Reach.SERVER:
            return None, None, None
        case Reach.APPLICATION:
            return application, None, category
        case Reach.NAMES:
            return application, None, None
        case Reach.ENVIRONMENT:
            return application, environment, category


def _scope(grant: Grant, reach: Reach) -> _Scope:
    if reach is Reach.NAMES:
        return grant.application, None, None
    return grant.application, grant.environment, grant.category


def _fits(grant: Grant, reach: Reach) -> bool:
    """Whether the grant is wide enough for the smallest act of that reach."""
    application, environment, category = _scope(grant, reach)
    return _asked(reach, application, environment, category) == (application, environment, category)


def _grants_with(principal: Principal, permission: Permission) -> Iterator[Grant]:
    """The grants that give the permission, narrowed to what the token is bound to."""
    for grant in principal.grants:
        if permission in ROLE_PERMISSIONS[grant.role]:
            yield from _narrowed(grant, principal.application, principal.environment)


def _narrowed(grant: Grant, application: str | None, environment: str | None) -> Iterator[Grant]:
    pairs = ((grant.application, application), (grant.environment, environment))
    if all(held is None or bound in (None, held) for held, bound in pairs):
        yield replace(
            grant,
            application=grant.application or application,
            environment=grant.environment or environment,
        )

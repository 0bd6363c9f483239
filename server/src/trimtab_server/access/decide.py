"""May this principal do that? The one place that answers: no, unless a grant says yes.

In a question, None means *all*: who asks about no particular environment asks about every one,
and only a grant that is not limited to some allows that. In a grant, None means *any*.
"""

from collections.abc import Iterator
from dataclasses import replace

from trimtab_server.errors import Forbidden

from .categories import EVERY_CATEGORY, Categories, union
from .names import quotable
from .permission import (
    GUARDED,
    NAMED_WHERE_PROTECTED,
    ROLE_PERMISSIONS,
    Permission,
    Reach,
    reach_of,
)
from .principal import Grant, Principal


class NotAllowed(Forbidden):
    """This credential may not do that."""

    def __init__(
        self,
        permission: Permission,
        *,
        application: str | None = None,
        environment: str | None = None,
        category: str | None = None,
    ) -> None:
        self.permission = permission
        self.application = application
        self.environment = environment
        self.category = category
        named = {"environment": quotable(environment), "category": quotable(category)}
        said = ", ".join(f"{kind} {name}" for kind, name in named.items() if name)
        where = f" in {said}" if said else ""
        super().__init__(f"This needs the permission {permission}{where}, which no grant gives.")


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
    allowed = categories_of(principal, permission, application=application, environment=environment)
    if reach_of(permission) in (Reach.SERVER, Reach.WHOLE, Reach.NAMES):
        return bool(allowed)
    return allowed == EVERY_CATEGORY if category is None else category in allowed


def categories_of(
    principal: Principal,
    permission: Permission,
    *,
    application: str | None,
    environment: str | None = None,
) -> Categories:
    """The categories for which `decide` says yes to this question; none of them is falsy."""
    reach = reach_of(permission)
    wanted = _places(reach, application, environment)
    return union(
        grant.category if reach is not Reach.NAMES else None
        for grant in _grants_with(principal, permission, environment)
        if _is_wide_enough(grant, reach)
        and all(
            held in (None, asked) for held, asked in zip(_held(grant, reach), wanted, strict=True)
        )
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
    if not decide(
        principal, permission, application=application, environment=environment, category=category
    ):
        raise NotAllowed(
            permission, application=application, environment=environment, category=category
        )


def require_some(
    principal: Principal,
    permission: Permission,
    *,
    application: str | None,
    environment: str | None = None,
) -> Categories:
    """The categories for which `decide` says yes, if there are any: the answer's own filter.

    Raises:
        NotAllowed: there is none.
    """
    allowed = categories_of(principal, permission, application=application, environment=environment)
    if not allowed:
        raise NotAllowed(permission, application=application, environment=environment)
    return allowed


def sees_still(
    principal: Principal,
    permission: Permission,
    sees: Categories,
    *,
    application: str,
    environment: str,
) -> bool:
    """True if what was found when an answer began that goes on for long (a stream) is still so:
    exactly these categories, no fewer and no more."""
    return sees == categories_of(
        principal, permission, application=application, environment=environment
    )


def could(
    principal: Principal,
    permission: Permission,
    *,
    application: str | None = None,
    environment: str | None = None,
) -> bool:
    """True if there is anything for which `decide` would say yes, there or (None) anywhere.

    Only a first gate, for routes that ask about each thing they touch.
    """
    reach = reach_of(permission)
    named = _places(reach, application, environment)
    meant = environment or principal.environment
    return any(
        _is_wide_enough(grant, reach)
        and all(
            None in (held, asked) or held == asked
            for held, asked in zip(_held(grant, reach), named, strict=True)
        )
        for grant in _grants_with(principal, permission, meant, in_any=meant is None)
    )


def holds(principal: Principal, grant: Grant) -> bool:
    """True if the principal's own grants give all that this one would: it may be passed on."""
    return all(
        any(_contains(own, grant) for own in _grants_with(principal, permission, grant.environment))
        for permission in ROLE_PERMISSIONS[grant.role]
    )


_Places = tuple[str | None, str | None]


def _places(reach: Reach, application: str | None, environment: str | None) -> _Places:
    """The part of a question that an act of this reach has."""
    match reach:
        case Reach.SERVER:
            return None, None
        case Reach.WHOLE | Reach.APPLICATION | Reach.NAMES:
            return application, None
        case Reach.ENVIRONMENT:
            return application, environment


def _held(grant: Grant, reach: Reach) -> _Places:
    return grant.application, None if reach is Reach.NAMES else grant.environment


def _is_wide_enough(grant: Grant, reach: Reach) -> bool:
    """Whether the grant reaches as far as the smallest act of that reach."""
    match reach:
        case Reach.SERVER:
            return (grant.application, grant.environment, grant.category) == (None, None, None)
        case Reach.WHOLE:
            return (grant.environment, grant.category) == (None, None)
        case Reach.APPLICATION:
            return grant.environment is None
        case Reach.NAMES | Reach.ENVIRONMENT:
            return True


def _contains(own: Grant, other: Grant) -> bool:
    pairs = (
        (own.application, other.application),
        (own.environment, other.environment),
        (own.category, other.category),
    )
    return all(held in (None, wanted) for held, wanted in pairs)


def _grants_with(
    principal: Principal, permission: Permission, environment: str | None, *, in_any: bool = False
) -> Iterator[Grant]:
    """The grants that give the permission in an environment (None: in all, or `in_any`), narrowed
    to what the token is bound to."""
    for grant in principal.grants:
        if permission not in ROLE_PERMISSIONS[grant.role]:
            continue
        if in_any or _is_named(grant, permission, environment, principal.protected):
            yield from _narrowed(grant, principal.application, principal.environment)


def _is_named(
    grant: Grant, permission: Permission, environment: str | None, protected: frozenset[str]
) -> bool:
    """Whether the grant names the environment itself, where the environment is protected.

    What the token is bound to names nothing: a narrower token must not be worth more.
    """
    if permission not in GUARDED or grant.role not in NAMED_WHERE_PROTECTED:
        return True
    if grant.environment is not None:
        return True
    return not protected if environment is None else environment not in protected


def _narrowed(grant: Grant, application: str | None, environment: str | None) -> Iterator[Grant]:
    if application is None and environment is None:
        yield grant
        return
    pairs = ((grant.application, application), (grant.environment, environment))
    if all(held is None or bound in (None, held) for held, bound in pairs):
        yield replace(
            grant,
            application=grant.application or application,
            environment=grant.environment or environment,
        )

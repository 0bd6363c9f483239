"""Nobody may do anything unless a grant says so, and nothing makes a grant say more."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.access.decide import (
    NotAllowed,
    categories_of,
    could,
    decide,
    holds,
    require,
    require_some,
)
from trimtab_server.access.permission import (
    ROLE_PERMISSIONS,
    Permission,
    Reach,
    Role,
    reach_of,
)
from trimtab_server.access.principal import Grant, Principal, PrincipalKind, TokenInfo

APPLICATIONS, ENVIRONMENTS, CATEGORIES = ("shop", "blog"), ("dev", "prod"), ("model", "limits")


def principal(
    *grants: Grant,
    application: str | None = None,
    environment: str | None = None,
    protected: tuple[str, ...] = (),
) -> Principal:
    return Principal(
        id=UUID(int=1),
        name="ada",
        kind=PrincipalKind.PERSON,
        token=TokenInfo(
            UUID(int=2), "", "", datetime(2030, 1, 1, tzinfo=UTC), application, environment
        ),
        grants=grants,
        protected=frozenset(protected),
    )


def maybe(names: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(names))


GRANTS = st.builds(
    Grant, st.sampled_from(Role), maybe(APPLICATIONS), maybe(ENVIRONMENTS), maybe(CATEGORIES)
)
PRINCIPALS = st.builds(
    lambda grants, application, environment, protected: principal(
        *grants, application=application, environment=environment, protected=protected
    ),
    st.lists(GRANTS, max_size=3),
    maybe(APPLICATIONS),
    maybe(ENVIRONMENTS),
    st.sampled_from([(), ("prod",), ENVIRONMENTS]),
)
PERMISSIONS = st.sampled_from(Permission)
QUESTIONS = st.fixed_dictionaries(
    {
        "application": maybe(APPLICATIONS),
        "environment": maybe(ENVIRONMENTS),
        "category": maybe(CATEGORIES),
    }
)
Question = dict[str, str | None]


def every_question() -> list[Question]:
    return [
        {"application": application, "environment": environment, "category": category}
        for application in (None, *APPLICATIONS)
        for environment in (None, *ENVIRONMENTS, "open")  # one that is never protected
        for category in (None, *CATEGORIES)
    ]


def test_decide__viewer_everywhere__reads_everything_and_writes_nothing() -> None:
    viewer = principal(Grant(Role.VIEWER))
    allowed = {one for one in Permission if decide(viewer, one, application="shop")}
    assert allowed == ROLE_PERMISSIONS[Role.VIEWER]
    assert all(one.value.endswith(":read") for one in allowed)
    assert Permission.METRICS_READ not in allowed


def test_decide__admin_everywhere__may_do_everything() -> None:
    admin = principal(Grant(Role.ADMIN))
    assert all(decide(admin, one, application=None) for one in Permission)


def test_decide__grant_for_one_environment__reaches_no_other_and_no_definition() -> None:
    admin = principal(Grant(Role.ADMIN, environment="dev"))
    write = Permission.CONFIG_WRITE
    assert decide(admin, write, application="shop", environment="dev")
    assert not decide(admin, write, application="shop", environment="prod")
    assert not decide(admin, write, application="shop")
    definition = Permission.DEFINITION_WRITE
    assert not decide(admin, definition, application="shop", environment="dev")
    assert not decide(admin, Permission.RELOAD, application="shop", environment="dev")
    assert decide(admin, Permission.ENVIRONMENT_READ, application="shop")


def test_decide__grant_for_one_category__covers_its_definitions_only() -> None:
    admin = principal(Grant(Role.ADMIN, category="model"))
    definition = Permission.DEFINITION_WRITE
    assert decide(admin, definition, application="shop", category="model")
    assert not decide(admin, definition, application="shop", category="limits")
    assert not decide(admin, definition, application="shop")


def test_decide__token_bound_to_environment__narrows_an_admin() -> None:
    admin = principal(Grant(Role.ADMIN), environment="dev")
    write = Permission.CONFIG_WRITE
    assert decide(admin, write, application="shop", environment="dev")
    assert not decide(admin, write, application="shop", environment="prod")
    assert not decide(admin, Permission.DEFINITION_WRITE, application="shop")


PLACES = ("base", "dev", "prod")


def writes_in(who: Principal) -> set[str]:
    return {
        place
        for place in PLACES
        if decide(who, Permission.CONFIG_WRITE, application="shop", environment=place)
    }


def test_decide__editor__writes_in_a_protected_environment_only_where_a_grant_names_it() -> None:
    everywhere, named = Grant(Role.EDITOR), Grant(Role.EDITOR, environment="prod")
    assert writes_in(principal(everywhere)) == {"base", "dev", "prod"}
    assert writes_in(principal(everywhere, protected=("prod",))) == {"base", "dev"}
    assert writes_in(principal(named, protected=("prod",))) == {"prod"}
    assert writes_in(principal(everywhere, named, protected=("prod",))) == {"base", "dev", "prod"}


def test_decide__token_bound_to_a_protected_environment__names_nothing_for_its_editor() -> None:
    bound = principal(Grant(Role.EDITOR), environment="prod", protected=("prod",))
    assert writes_in(bound) == set()
    assert not could(bound, Permission.CONFIG_WRITE)
    assert decide(bound, Permission.CONFIG_READ, application="shop", environment="prod")


def test_decide__admin_and_reading__ask_for_no_grant_that_names_the_protected_one() -> None:
    assert writes_in(principal(Grant(Role.ADMIN), protected=("prod",))) == {"base", "dev", "prod"}
    editor = principal(Grant(Role.EDITOR), protected=("prod",))
    for permission in (Permission.CONFIG_READ, Permission.HISTORY_READ, Permission.EXPORT_READ):
        assert decide(editor, permission, application="shop", environment="prod")
    assert not decide(editor, Permission.POLICY_WRITE, application="shop", environment="prod")


READS = "config:read history:read snapshot:read export:read environment:read application:read"


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.VIEWER, READS),
        (Role.EDITOR, f"{READS} config:write definition:write policy:write"),
        (
            Role.AUDITOR,
            "audit:read history:read environment:read application:read metrics:read "  # noqa: ISC004
            "principal:read token:read grant:read",
        ),
        (Role.SERVICE, "snapshot:read"),
    ],
)
def test_role__gives__exactly(role: Role, permissions: str) -> None:
    assert {one.value for one in ROLE_PERMISSIONS[role]} == set(permissions.split())


def test_require_some__no_category_at_all__raises() -> None:
    some = principal(Grant(Role.VIEWER, category="model"), Grant(Role.VIEWER, category="limits"))
    seen = require_some(some, Permission.CONFIG_READ, application="shop", environment="dev")
    assert seen.names == {"model", "limits"}
    with pytest.raises(NotAllowed):
        require_some(some, Permission.CONFIG_WRITE, application="shop", environment="dev")


def test_holds__grant_within_ones_own__may_be_passed_on_and_nothing_wider() -> None:
    admin = principal(Grant(Role.ADMIN, application="shop", environment="dev"))
    assert holds(admin, Grant(Role.EDITOR, "shop", "dev", "model"))
    assert holds(admin, Grant(Role.ADMIN, "shop", "dev"))
    for wider in (
        Grant(Role.VIEWER),
        Grant(Role.VIEWER, "shop"),
        Grant(Role.VIEWER, "blog", "dev"),
    ):
        assert not holds(admin, wider)
    editor = principal(Grant(Role.EDITOR))
    assert holds(editor, Grant(Role.VIEWER, "shop"))
    assert not holds(editor, Grant(Role.ADMIN, "shop"))
    assert not holds(principal(Grant(Role.ADMIN), environment="dev"), Grant(Role.VIEWER))


@given(PRINCIPALS, GRANTS, PERMISSIONS, QUESTIONS)
def test_holds__yes__means_the_grant_adds_nothing_to_what_its_giver_may(
    who: Principal, grant: Grant, permission: Permission, question: Question
) -> None:
    if holds(who, grant):
        given = replace(who, grants=(grant,))
        assert not decide(given, permission, **question) or decide(who, permission, **question)


@given(PRINCIPALS, PERMISSIONS, maybe(APPLICATIONS), maybe(ENVIRONMENTS))
def test_categories_of__are_those_for_which_decide_says_yes(
    who: Principal, permission: Permission, application: str | None, environment: str | None
) -> None:
    place = {"application": application, "environment": environment}
    seen = categories_of(who, permission, **place)
    for category in CATEGORIES:
        assert (category in seen) == decide(who, permission, **place, category=category)
    assert (seen.names is None) == decide(who, permission, **place)


def test_require__not_allowed__raises_forbidden_naming_the_permission() -> None:
    viewer = principal(Grant(Role.VIEWER))
    require(viewer, Permission.CONFIG_READ, application="shop")
    with pytest.raises(NotAllowed) as raised:
        require(viewer, Permission.CONFIG_WRITE, application="shop", environment="dev")
    assert raised.value.status == 403
    assert "config:write" in raised.value.detail


@given(PERMISSIONS, QUESTIONS)
def test_decide__no_grants__is_always_no(permission: Permission, question: Question) -> None:
    assert not decide(principal(), permission, **question)
    assert not could(principal(), permission)


@given(PRINCIPALS, PERMISSIONS, QUESTIONS)
def test_decide__yes__comes_from_one_grant_alone(
    who: Principal, permission: Permission, question: Question
) -> None:
    alone = [decide(replace(who, grants=(one,)), permission, **question) for one in who.grants]
    assert decide(who, permission, **question) == any(alone)


@given(PRINCIPALS, PERMISSIONS, QUESTIONS, GRANTS)
def test_decide__another_grant__never_takes_away(
    who: Principal, permission: Permission, question: Question, grant: Grant
) -> None:
    more = replace(who, grants=(*who.grants, grant))
    assert not decide(who, permission, **question) or decide(more, permission, **question)


@given(PRINCIPALS, PERMISSIONS, QUESTIONS)
def test_decide__token_bound__never_adds(
    who: Principal, permission: Permission, question: Question
) -> None:
    free = replace(who, token=replace(who.token, application=None, environment=None))
    assert not decide(who, permission, **question) or decide(free, permission, **question)


@given(PRINCIPALS, PERMISSIONS)
def test_decide__yes_to_all__is_yes_to_each(who: Principal, permission: Permission) -> None:
    for question in every_question():
        if not decide(who, permission, **question):
            continue
        for narrower in every_question():
            if all(question[name] in (None, narrower[name]) for name in question):
                assert decide(who, permission, **narrower)


@given(PRINCIPALS, PERMISSIONS)
def test_could__says_yes__exactly_if_decide_does_somewhere(
    who: Principal, permission: Permission
) -> None:
    somewhere = any(decide(who, permission, **question) for question in every_question())
    assert could(who, permission) == somewhere


@given(PRINCIPALS, PERMISSIONS, QUESTIONS)
def test_decide__against_a_plain_reading_of_the_rules__agrees(
    who: Principal, permission: Permission, question: Question
) -> None:
    by_reach: dict[Reach, Question] = {
        Reach.SERVER: {"application": None, "environment": None, "category": None},
        Reach.WHOLE: {**question, "environment": None, "category": None},
        Reach.APPLICATION: {**question, "environment": None},
        Reach.NAMES: {"application": question["application"]},
        Reach.ENVIRONMENT: question,
    }
    dimensions = by_reach[reach_of(permission)]
    expected = False
    for grant in who.grants:
        covers = permission in ROLE_PERMISSIONS[grant.role]
        for name in ("application", "environment"):
            held, bound = getattr(grant, name), getattr(who, name)
            covers &= held is None or bound is None or held == bound
        if grant.role is Role.EDITOR and permission in {
            Permission.CONFIG_WRITE,
            Permission.POLICY_WRITE,
        }:
            meant = {question["environment"]} if question["environment"] else who.protected
            covers &= not meant & who.protected or grant.environment is not None
        for name, asked in dimensions.items():
            for limit in (getattr(grant, name), getattr(who, name, None)):
                covers &= limit is None or limit == asked
        expected |= covers
    assert decide(who, permission, **question) == expected

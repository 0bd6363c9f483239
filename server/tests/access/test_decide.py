"""Nobody may do anything unless a grant says so, and nothing makes a grant say more."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.access.decide import NotAllowed, could, decide, require
from trimtab_server.access.permission import (
    ROLE_PERMISSIONS,
    Permission,
    Reach,
    Role,
    reach_of,
)
from trimtab_server.access.principal import Grant, Principal, PrincipalKind

APPLICATIONS, ENVIRONMENTS, CATEGORIES = ("shop", "blog"), ("dev", "prod"), ("model", "limits")


def principal(
    *grants: Grant, application: str | None = None, environment: str | None = None
) -> Principal:
    return Principal(
        id=UUID(int=1),
        name="ada",
        kind=PrincipalKind.PERSON,
        token_id=UUID(int=2),
        token_expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        grants=grants,
        application=application,
        environment=environment,
    )


def maybe(names: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(names))


GRANTS = st.builds(
    Grant, st.sampled_from(Role), maybe(APPLICATIONS), maybe(ENVIRONMENTS), maybe(CATEGORIES)
)
PRINCIPALS = st.builds(
    lambda grants, application, environment: principal(
        *grants, application=application, environment=environment
    ),
    st.lists(GRANTS, max_size=3),
    maybe(APPLICATIONS),
    maybe(ENVIRONMENTS),
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
        for environment in (None, *ENVIRONMENTS)
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
    free = replace(who, application=None, environment=None)
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
        for name, asked in dimensions.items():
            for limit in (getattr(grant, name), getattr(who, name, None)):
                covers &= limit is None or limit == asked
        expected |= covers
    assert decide(who, permission, **question) == expected

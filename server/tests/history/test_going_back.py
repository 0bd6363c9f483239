"""Going back does exactly what it says: as a new change, in the places it names, no others."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine_driver import Driver, clean_changes, histories
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.edits import (
    AnyEdit,
    CreateSetting,
    Place,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.state import State
from trimtab_server.errors import TrimtabError
from trimtab_server.history.compare import Side, compare_sides
from trimtab_server.history.promote import promotion
from trimtab_server.history.restore import restore_environment, restore_version
from trimtab_server.history.undo import undo_change

few = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PLACES = [Place("RETRIES", "base"), Place("RETRIES", "dev"), Place("RATIO", "base")]


async def begin(driver: Driver, history: Sequence[Sequence[AnyEdit]] = ()) -> str:
    application = await driver.new_application()
    for edits in [*clean_changes, *history]:
        await driver.commit(application, edits)
    return application


@few
@given(history=histories)
async def test_undo__right_after_any_change__is_as_if_it_never_was(
    driver: Driver, history: list[list[AnyEdit]]
) -> None:
    application = await begin(driver)
    for edits in history:
        before = await driver.views(application)
        done = await driver.commit(application, edits)
        if isinstance(done, TrimtabError) or not done.changed:
            continue
        after = await driver.views(application)

        undone = await driver.must(application, undo_change(done.revision))
        assert await driver.views(application) == before
        assert undone.revision == done.revision + 1

        await driver.must(application, undo_change(undone.revision))
        assert await driver.views(application) == after


@few
@given(history=histories, environment=st.sampled_from(["dev", "staging", "prod"]), data=st.data())
async def test_restore_environment__any_history__gives_its_own_rows_back_and_touches_no_other(
    driver: Driver, history: list[list[AnyEdit]], environment: str, data: st.DataObject
) -> None:
    application = await begin(driver, history)
    head = (await driver.state(application)).application.revision
    revision = data.draw(st.integers(1, head))
    then = await driver.state(application, revision)
    others = {
        name: view
        for name, view in (await driver.views(application)).items()
        if name != environment
    }

    answer = await driver.commit(
        application, restore_environment(environment, revision, exact=False)
    )

    now = await driver.state(application)
    assert {
        name: view
        for name, view in (await driver.views(application)).items()
        if name != environment
    } == others
    if isinstance(answer, Outcome):
        assert own_rows(now, environment) == own_rows(then, environment)
    else:
        assert answer.status in (409, 422), "what cannot go back says why"


@few
@given(history=histories, data=st.data())
async def test_restore_exact__any_history__pins_what_was_inherited(
    driver: Driver, history: list[list[AnyEdit]], data: st.DataObject
) -> None:
    application = await begin(driver, history)
    head = (await driver.state(application)).application.revision
    revision = data.draw(st.integers(1, head))
    answer = await driver.commit(application, restore_environment("dev", revision, exact=True))
    assume(isinstance(answer, Outcome))

    then, now = await driver.state(application, revision), await driver.state(application)
    differs = compare_sides(Side(then, "dev"), Side(now, "dev"))
    owned_by_env = {
        setting.key
        for setting in now.settings.values()
        if SourcePolicy.ENV in setting.policies.values()
    }
    absences = [one["key"] for one in differs if one["kind"] == "added"]
    pinnable = {one["key"] for one in differs} - set(absences) - owned_by_env
    assert pinnable == set(), "only an absence cannot be pinned"


async def test_restore_environment__ancestor_moved_on__lists_what_still_differs(
    driver: Driver,
) -> None:
    application = await begin(driver)
    marked = await driver.must(application, [SetValue(Place("MODEL", "dev"), "small")])
    await driver.must(application, [SetValue(Place("RATIO", "base"), 9.5)])
    await driver.must(application, [SetValue(Place("MODEL", "dev"), "large")])

    await driver.must(application, restore_environment("dev", marked.revision, exact=False))

    then, now = await driver.state(application, marked.revision), await driver.state(application)
    differs = compare_sides(Side(then, "dev"), Side(now, "dev"))
    assert [(one["key"], one["sourceValue"], one["targetValue"]) for one in differs] == [
        ("RATIO", 0.5, 9.5)
    ]
    await driver.must(application, restore_environment("dev", marked.revision, exact=True))
    now = await driver.state(application)
    assert compare_sides(Side(then, "dev"), Side(now, "dev")) == []


async def test_restore_root__rules_changed_since__restores_definitions_too(driver: Driver) -> None:
    application = await begin(driver)
    then = await driver.state(application)
    await driver.must(
        application, [Redefine(Place("RETRIES", "base"), {"validationRules": {"max": 50}})]
    )
    await driver.must(application, [SetValue(Place("RETRIES", "base"), 42)])

    await driver.must(
        application, restore_environment("base", then.application.revision, exact=False)
    )

    now = await driver.state(application)
    assert now.settings["retries"].definition == then.settings["retries"].definition
    assert own_rows(now, "base") == own_rows(then, "base")


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ([RemoveValue(Place("MODEL", "base"))], "MODEL was deleted"),
        ([Redefine(Place("MODEL", "base"), {"type": "json"})], None),
        ([CreateSetting(Place("NEW", "base"), {"type": "string"}, "x")], "NEW was created"),
        ([Redefine(Place("RATIO", "base"), {"type": "string"})], None),
    ],
)
async def test_restore_root__existence_changed_since__is_a_conflict_that_names_the_key(
    driver: Driver, since: list[AnyEdit], said: str | None
) -> None:
    application = await begin(driver)
    then = (await driver.state(application)).application.revision
    if isinstance(await driver.commit(application, since), TrimtabError):
        return  # the type cannot change while a value stands against it
    answer = await driver.commit(application, restore_environment("base", then, exact=False))
    assert isinstance(answer, ChangeRefused)
    assert answer.status == 409
    assert said is not None
    assert said in str(answer)
    assert "undo the change" in str(answer)


async def test_restore_root__type_changed_since__is_a_conflict(driver: Driver) -> None:
    application = await begin(driver)
    then = (await driver.state(application)).application.revision
    await driver.must(application, [Redefine(Place("RETRIES", "base"), {"type": "number"})])
    answer = await driver.commit(application, restore_environment("base", then, exact=False))
    assert isinstance(answer, ChangeRefused)
    assert (answer.status, answer.violations[0].key) == (409, "RETRIES")


async def test_restore_version__an_earlier_one__comes_back_as_a_new_version(driver: Driver) -> None:
    application = await begin(driver)
    for value in (1, 2, 3):
        await driver.must(application, [SetValue(Place("RETRIES", "prod"), value)])
    outcome = await driver.must(application, restore_version("RETRIES", "prod", 1))
    assert outcome.items[0] == {
        "kind": "value", "key": "RETRIES", "environment": "prod", "old": 3, "new": 1, "version": 4,
    }  # fmt: skip


async def test_restore_version__rules_stricter_today__is_refused(driver: Driver) -> None:
    application = await begin(driver)
    await driver.must(application, [SetValue(Place("RETRIES", "prod"), 50)])
    await driver.must(application, [SetValue(Place("RETRIES", "prod"), 2)])
    await driver.must(
        application, [Redefine(Place("RETRIES", "base"), {"validationRules": {"max": 10}})]
    )
    answer = await driver.commit(application, restore_version("RETRIES", "prod", 1))
    assert isinstance(answer, ChangeRefused)
    assert (answer.status, answer.violations[0].rule) == (422, "max")


async def test_restore_version__never_there__is_not_found(driver: Driver) -> None:
    application = await begin(driver)
    answer = await driver.commit(application, restore_version("RETRIES", "prod", 7))
    assert isinstance(answer, ChangeRefused)
    assert answer.status == 404


async def test_undo__places_edited_again_since__is_a_conflict_unless_forced(driver: Driver) -> None:
    application = await begin(driver)
    first = await driver.must(
        application, [SetValue(place, 4) for place in PLACES if place.key == "RETRIES"]
    )
    await driver.must(application, [SetValue(Place("RETRIES", "dev"), 2)])

    refused = await driver.commit(application, undo_change(first.revision))
    assert isinstance(refused, ChangeRefused)
    assert refused.status == 409
    assert "RETRIES in dev" in str(refused)

    forced = await driver.must(application, undo_change(first.revision, force=True))
    assert [(item["environment"], item["new"]) for item in forced.items] == [
        ("base", 3),
        ("dev", 5),
    ]


async def test_undo__deletion__brings_setting_values_and_policies_back(driver: Driver) -> None:
    application = await begin(driver)
    await driver.must(application, [SetPolicy(Place("RETRIES", "dev"), SourcePolicy.SHADOW)])
    before = await driver.views(application)
    gone = await driver.must(application, [RemoveValue(Place("RETRIES", "base"), cascade=True)])
    assert "RETRIES" not in (await driver.views(application))["dev"].items
    await driver.must(application, undo_change(gone.revision))
    assert await driver.views(application) == before


async def test_undo__first_change__cannot_unmake_environments(driver: Driver) -> None:
    application = await begin(driver)
    answer = await driver.commit(application, undo_change(1))
    assert isinstance(answer, ChangeRefused)
    assert answer.status == 409


async def test_promote__differences__copies_values_and_nothing_else(driver: Driver) -> None:
    application = await begin(driver)
    await driver.must(application, [SetValue(Place("MODEL", "staging"), "large")])
    others = await driver.views(application)

    outcome = await driver.must(application, promotion("staging", "prod", None))

    views = await driver.views(application)
    assert [(item["key"], item["new"]) for item in outcome.items] == [("MODEL", "large")]
    assert views["prod"].items["MODEL"][:2] == ('"large"', "prod")
    assert {name: views[name] for name in ("base", "dev", "staging")} == {
        name: others[name] for name in ("base", "dev", "staging")
    }
    again = await driver.must(application, promotion("staging", "prod", None))
    assert not again.changed


async def test_promote__unknown_key__is_not_found_and_nothing_is_copied(driver: Driver) -> None:
    application = await begin(driver)
    answer = await driver.commit(application, promotion("dev", "prod", ["RETRIES", "NOPE"]))
    assert isinstance(answer, ChangeRefused)
    assert (answer.status, answer.violations[0].key) == (404, "NOPE")


def own_rows(state: State, environment: str) -> dict[str, str | None]:
    return {
        setting.key: stored.text
        for setting in state.settings.values()
        if not setting.deleted and (stored := setting.own_value(environment))
    }

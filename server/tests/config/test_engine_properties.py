"""What holds of every history of changes, on both databases."""

import json
import os
from typing import Any

from hypothesis import HealthCheck, given, settings

from engine_driver import Driver, View, clean_changes, histories
from engine_driver.edits import ENVIRONMENTS
from trimtab_server.catalog.items import ItemKind
from trimtab_server.config.change import commit_changes
from trimtab_server.config.edits import AnyEdit
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.config.judge import Judged
from trimtab_server.config.outcome import Outcome
from trimtab_server.errors import TrimtabError

History = list[list[AnyEdit]]
# The long form: TRIMTAB_LONG_TESTS=1 ./dev test server/tests/config
EXAMPLES = 500 if os.environ.get("TRIMTAB_LONG_TESTS") else 12
examples = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@examples
@given(history=histories)
async def test_history__any_changes__is_gapless_audited_and_folds_to_every_past_state(
    driver: Driver, history: History
) -> None:
    application = await driver.new_application()
    seen: dict[int, dict[str, View]] = {1: await driver.views(application)}
    for edits in [*clean_changes, *history]:
        answer = await driver.commit(application, edits)
        if isinstance(answer, Outcome) and answer.changed:
            assert answer.revision == max(seen) + 1
            seen[answer.revision] = await driver.views(application)

    assert await driver.revisions(application) == sorted(seen)
    assert await driver.audit_is_whole(application)
    log = await driver.log(application)
    for revision, views in seen.items():
        assert await driver.views(application, revision) == views
        assert fold(log, revision) == own_rows_of(views, log, revision)


@examples
@given(history=histories)
async def test_change__in_one_environment__changes_only_it_and_its_heirs(
    driver: Driver, history: History
) -> None:
    application = await driver.new_application()
    for edits in clean_changes:
        await driver.must(application, edits)
    for edits in history:
        before = await driver.state(application)
        views = await driver.views(application)
        answer = await driver.commit(application, edits)
        after = await driver.state(application)
        changed = {
            name for name, one in (await driver.views(application)).items() if views[name] != one
        }
        touched = {
            name
            for name, one in after.environments.items()
            if one.touched_revision > before.environments[name].touched_revision
        }
        assert changed <= touched
        allowed = (
            set() if isinstance(answer, TrimtabError) else reach(answer, set(before.environments))
        )
        assert touched == allowed


@examples
@given(history=histories)
async def test_validate__any_change__says_exactly_what_writing_says(
    driver: Driver, history: History
) -> None:
    application = await driver.new_application()
    for edits in [*clean_changes, *history]:
        judged = await driver.judge(application, edits)
        written = await driver.commit(application, edits)
        if isinstance(judged, Judged):
            assert isinstance(written, Outcome)
            assert judged.outcome.items == written.items
        else:
            assert isinstance(judged, ChangeRefused)
            assert isinstance(written, ChangeRefused)
            assert judged.violations == written.violations
            assert judged.status == written.status


@examples
@given(history=histories)
async def test_change__refused__leaves_no_trace(driver: Driver, history: History) -> None:
    application = await driver.new_application()
    for edits in [*clean_changes, *history]:
        before = await driver.dump(application)
        answer = await driver.commit(application, edits)
        if isinstance(answer, TrimtabError) or not answer.changed:
            assert await driver.dump(application) == before


@examples
@given(history=histories)
async def test_group_commit__same_changes__gives_the_same_history_as_one_by_one(
    driver: Driver, history: History
) -> None:
    alone, together = await driver.new_application(), await driver.new_application()
    everything = [*clean_changes, *history]
    singly = [await driver.commit(alone, edits) for edits in everything]
    batch = [driver.prepared(together, edits) for edits in everything]
    grouped = await commit_changes(driver.database, together, batch)

    assert [plain(one) for one in grouped] == [plain(one) for one in singly]
    assert await driver.log(together) == await driver.log(alone)
    assert await driver.views(together) == await driver.views(alone)
    assert await driver.audit_is_whole(together)


def plain(answer: Outcome | TrimtabError) -> object:
    """An answer without what differs between applications."""
    if isinstance(answer, TrimtabError):
        return [(one.pointer, one.key, one.rule) for one in answer.violations]
    return answer.revision, answer.changed, answer.items, answer.touched


def reach(answer: Outcome, environments: set[str]) -> set[str]:
    """Which environments a change may touch, by its items: all inherit from base here."""
    places = {item["environment"] for item in answer.items}
    return environments if places & {None, "base"} else places & set(ENVIRONMENTS)


Rows = dict[tuple[str, str | None, str | None], str]


def fold(log: list[dict[str, Any]], revision: int) -> Rows:
    """The rows that are there after `revision`: the last word on each place, nothing cleverer."""
    rows: Rows = {}
    for item in log:
        if item["revision"] > revision or item["kind"] == ItemKind.ENVIRONMENT:
            continue
        place = (item["kind"], item["key"], item["environment"])
        assert item["old"] == rows.get(place), "every item knows what it found"
        if item["new"] is None:
            del rows[place]
        else:
            rows[place] = item["new"]
    return rows


def own_rows_of(views: dict[str, View], log: list[dict[str, Any]], revision: int) -> Rows:
    """The same rows, checked against what readers saw: each view follows from them alone."""
    rows = fold(log, revision)
    for name, seen in views.items():
        assert {key: resolved(rows, key, name) for key in seen.items} == dict(seen.items)
        assert set(seen.items) == {key for kind, key, _ in rows if kind == "definition"}
    return rows


def resolved(rows: Rows, key: str, environment: str) -> tuple[str | None, str | None, str]:
    """Resolution told again, for a tree in which everything inherits from base."""
    lineage = [environment] if environment == "base" else [environment, "base"]
    policies = [rows[place] for name in lineage if (place := ("policy", key, name)) in rows]
    policy = json.loads(policies[0]) if policies else "store"
    if policy == "env":
        return None, None, policy
    for name in lineage:
        if ("value", key, name) in rows:
            return rows["value", key, name], name, policy
    default = json.loads(rows["definition", key, None])["default"]
    if default is None:
        return None, None, policy
    return json.dumps(default, separators=(",", ":")), "default", policy

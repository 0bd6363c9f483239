"""Rights on categories: what is seen, what a write needs, and what moving a setting takes."""

from typing import Any

import pytest

from api_driver import CONFIG, Api, Served, assert_problem
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant

V1 = "/api/v1"


@pytest.fixture
async def root(served: Served) -> Api:
    """The administrator of an application with one setting in `limits` and one in `voice`."""
    await served.api.create("LIMIT", "integer", 1, category="limits")
    await served.api.create("VOICE", "string", "low", category="voice")
    return served.api


def editor(*categories: str) -> list[Grant]:
    return [Grant(Role.EDITOR, category=category) for category in categories]


async def define(api: Api, key: str, **fields: Any) -> Any:
    headers = {"If-Match": "*"}
    return await api.call("PATCH", f"{CONFIG}/{key}/definition", headers=headers, json=fields)


async def snapshot(api: Api, environment: str = "dev") -> tuple[str, set[str]]:
    answer = await api.get(f"{V1}/snapshot", environment=environment)
    assert answer.status_code == 200
    return answer.headers["etag"], set(answer.json()["items"])


async def test_snapshot__of_fewer_categories__has_a_body_and_tag_of_its_own(
    served: Served, root: Api
) -> None:
    limits = await served.as_("limits", Grant(Role.SERVICE, category="limits"))
    same = await served.as_("same", Grant(Role.VIEWER, category="limits"))
    both = await served.as_(
        "both", Grant(Role.SERVICE, category="voice"), Grant(Role.SERVICE, category="limits")
    )
    whole, all_keys = await snapshot(root)
    part, few_keys = await snapshot(limits)
    assert (all_keys, few_keys) == ({"LIMIT", "VOICE"}, {"LIMIT"})
    assert whole.endswith('.all"')
    assert part.rpartition(".")[0] == whole.rpartition(".")[0]
    assert (await snapshot(same))[0] == part
    assert len({whole, part, (await snapshot(both))[0]}) == 3
    headers = {"If-None-Match": whole}
    for caller, status in ((root, 304), (limits, 200)):
        answer = await caller.call(
            "GET", f"{V1}/snapshot", params={"environment": "dev"}, headers=headers
        )
        assert answer.status_code == status


async def test_snapshot__grant_changed__changes_the_tag_and_what_it_holds(
    served: Served, root: Api
) -> None:
    reader = await served.as_("reader", Grant(Role.VIEWER, category="limits"))
    before, _ = await snapshot(reader)
    body = {"principal": "reader", "role": "viewer", "category": "voice"}
    grant = (await root.post(f"{V1}/grants", body)).json()
    served.forget()
    after, keys = await snapshot(reader)
    assert after != before
    assert keys == {"LIMIT", "VOICE"}
    await root.call("DELETE", f"{V1}/grants/{grant['id']}")
    served.forget()
    assert await snapshot(reader) == (before, {"LIMIT"})


async def test_snapshot__after_a_write__is_new_for_every_set_of_categories(
    served: Served, root: Api
) -> None:
    limits = await served.as_("limits", Grant(Role.SERVICE, category="limits"))
    await snapshot(limits)
    await root.put("LIMIT", 5, "dev")
    answer = await limits.get(f"{V1}/snapshot", environment="dev")
    assert answer.json()["items"]["LIMIT"]["value"] == 5


async def test_moving__to_another_category__needs_rights_on_both(served: Served, root: Api) -> None:
    limits, both = (
        await served.as_("one", *editor("limits")),
        await served.as_("two", *editor("limits", "voice")),
    )
    assert_problem(await define(limits, "LIMIT", category="voice"), 403)
    assert_problem(await define(limits, "VOICE", category="limits"), 404, key="VOICE")
    item = {"key": "LIMIT", "environment": "dev", "category": "voice", "value": 2}
    assert_problem(await limits.post(f"{CONFIG}/bulk", {"items": [item]}), 403)
    assert (await define(both, "LIMIT", category="voice")).status_code == 200
    assert_problem(await limits.get(f"{CONFIG}/LIMIT", environment="dev"), 404)


async def test_moving__out_of_every_category__goes_to_the_general_one_and_needs_it(
    served: Served, root: Api
) -> None:
    limits = await served.as_("one", *editor("limits"))
    assert_problem(await define(limits, "LIMIT", category=None), 403)
    assert (await root.entity("LIMIT"))["category"] == "limits"


async def test_moved__its_past_is_seen_by_those_who_see_it_now(served: Served, root: Api) -> None:
    await root.put("LIMIT", 2, "base")
    moved = await root.revision()
    await define(root, "LIMIT", category="voice")
    limits = await served.as_("limits", Grant(Role.VIEWER, category="limits"))
    voice = await served.as_("voice", Grant(Role.VIEWER, category="voice"))
    for query in ({}, {"revision": str(moved)}):
        at = {"environment": "base", **query}
        assert_problem(await limits.get(f"{CONFIG}/LIMIT", **at), 404)
        assert (await voice.get(f"{CONFIG}/LIMIT", **at)).json()["value"] == 2
        exported = await limits.get(f"{V1}/export", format="json", **at)
        assert exported.json() == {}
    assert_problem(await limits.get(f"{CONFIG}/history/LIMIT"), 404)
    assert len((await voice.get(f"{CONFIG}/history/LIMIT")).json()["items"]) == 4
    sides = {"source": "base", "target": "base", "sourceRevision": "2"}
    for caller, count in ((limits, 0), (voice, 2)):
        found = (await caller.get(f"{CONFIG}/diff", **sides)).json()["items"]
        assert len(found) == count, found


async def test_creating__asks_for_the_new_category_and_what_is_set_with_it(
    served: Served, root: Api
) -> None:
    limits = await served.as_("one", *editor("limits"))
    new = {"key": "NEW", "type": "integer", "environment": "dev"}
    assert_problem(await limits.post(CONFIG, new), 403)
    assert_problem(await limits.post(CONFIG, {**new, "category": "voice"}), 403)
    in_prod = {**new, "category": "limits", "environment": "prod"}
    assert_problem(await limits.post(CONFIG, {**in_prod, "value": 1}), 403)
    assert_problem(await limits.post(CONFIG, {**in_prod, "sourcePolicy": "shadow"}), 403)
    made = await limits.post(CONFIG, {**new, "category": "limits", "value": 1})
    assert made.status_code == 201, made.text


async def test_creating__a_name_that_an_unseen_setting_has__says_only_that(
    served: Served, root: Api
) -> None:
    limits = await served.as_("one", *editor("limits"))
    for key in ("VOICE", "voice"):
        body = {"key": key, "type": "integer", "environment": "dev", "category": "limits"}
        document = assert_problem(await limits.post(CONFIG, body), 409, "conflict")
        assert [one["message"] for one in document["errors"]] == [
            f"{key} cannot be created: the name is taken."
        ]
        item = {**body, "value": 1}
        assert_problem(await limits.post(f"{CONFIG}/bulk", {"items": [item]}), 409)


async def test_creating__what_was_deleted_in_another_category__needs_rights_on_both(
    served: Served, root: Api
) -> None:
    gone = await root.call(
        "DELETE", f"{CONFIG}/VOICE", params={"environment": "base"}, headers={"If-Match": "*"}
    )
    assert gone.status_code == 200
    body = {"key": "VOICE", "type": "string", "environment": "dev", "category": "limits"}
    limits, both = (
        await served.as_("one", *editor("limits")),
        await served.as_("two", *editor("limits", "voice")),
    )
    assert_problem(await limits.post(CONFIG, body), 409, rule="exists")
    assert_problem(await limits.get(f"{CONFIG}/history/VOICE"), 404)
    assert (await both.post(CONFIG, body)).status_code == 201


async def test_unseen_setting__in_a_set_of_edits__is_answered_like_one_that_is_not_there(
    served: Served, root: Api
) -> None:
    limits = await served.as_("one", *editor("limits"))

    async def answers(key: str) -> list[Any]:
        items = [
            {"key": "LIMIT", "environment": "dev", "value": "x"},
            {"key": key, "environment": "dev", "value": 1, "ifMatch": '"x"'},
        ]
        found = []
        for path in ("bulk", "validate"):
            answer = await limits.post(f"{CONFIG}/{path}", {"items": items})
            text = answer.text.replace(key, "KEY").replace(
                answer.headers["x-request-id"], "REQUEST"
            )
            found.append((answer.status_code, text))
        single = await limits.put(key, 1, "dev", if_match='"x"')
        text = single.text.replace(key, "KEY").replace(single.headers["x-request-id"], "REQUEST")
        return [*found, (single.status_code, text)]

    assert await answers("VOICE") == await answers("OTHER")


async def test_deleting__a_setting_with_values_elsewhere__needs_the_right_there(
    served: Served, root: Api
) -> None:
    await root.put("LIMIT", 9, "prod")
    limits = await served.as_("one", *editor("limits"))
    named = await served.as_("two", *editor("limits"), Grant(Role.EDITOR, None, "prod", "limits"))
    query, star = {"environment": "base", "cascade": "true"}, {"If-Match": "*"}
    for caller, status in ((limits, 403), (named, 200)):
        answer = await caller.call("DELETE", f"{CONFIG}/LIMIT", params=query, headers=star)
        assert answer.status_code == status, answer.text


async def test_promoting__all_that_differs__takes_what_may_be_read_and_leaves_the_rest(
    served: Served, root: Api
) -> None:
    await root.put("LIMIT", 7, "dev")
    await root.put("VOICE", "high", "dev")
    limits = await served.as_("one", *editor("limits"))
    answer = await limits.post(f"{CONFIG}/promote", {"source": "dev", "target": "staging"})
    assert [one["key"] for one in answer.json()["items"]] == ["LIMIT"]
    assert await root.value("VOICE", "staging") == "low"


async def test_going_back__with_some_categories__leaves_the_others_as_they_are(
    served: Served, root: Api
) -> None:
    before = await root.revision()
    await root.put("LIMIT", 7, "dev")
    await root.put("VOICE", "high", "dev")
    limits = await served.as_("one", *editor("limits"))
    body = {"environment": "dev", "revision": before}
    answer = await limits.post(f"{CONFIG}/rollback", body)
    assert answer.status_code == 200, answer.text
    assert [one["key"] for one in answer.json()["items"]] == ["LIMIT"]
    assert answer.json()["stillDiffers"] == []
    assert await root.value("VOICE", "dev") == "high"


async def test_undoing__a_change_that_holds_something_unseen__is_refused_without_naming_it(
    served: Served, root: Api
) -> None:
    items = [
        {"key": "LIMIT", "environment": "dev", "value": 3},
        {"key": "VOICE", "environment": "dev", "value": "high"},
    ]
    await root.post(f"{CONFIG}/bulk", {"items": items})
    limits = await served.as_("one", *editor("limits"))
    answer = await limits.post(f"{CONFIG}/rollback", {"change": await root.revision()})
    assert_problem(answer, 403)
    assert "voice" not in answer.text.casefold()


async def test_creating__the_name_of_one_deleted_unseen__says_only_that_it_is_taken(
    served: Served, root: Api
) -> None:
    answer = await root.call(
        "DELETE", f"{CONFIG}/VOICE?environment=base&cascade=true", headers={"If-Match": "*"}
    )
    assert answer.status_code == 200
    limits = await served.as_("one", *editor("limits"))
    new = {"key": "Voice", "category": "limits", "type": "string", "environment": "base"}
    for path, body in ((CONFIG, new), (f"{CONFIG}/bulk", {"items": [new]})):
        answer = await limits.post(path, body)
        assert_problem(answer, 409, rule="exists")
        assert "voice" not in answer.text.replace("Voice", "")
    assert (await root.post(CONFIG, new | {"key": "VOICE"})).status_code == 201


@pytest.mark.parametrize("spelled", ["voice", "Voice", "VOICE.", "VOICE%2Fdefinition"])
async def test_unseen_setting__spelled_another_way__is_not_there_either(
    served: Served, root: Api, spelled: str
) -> None:
    limits = await served.as_("one", *editor("limits"))
    for path in (spelled, f"explain/{spelled}", f"history/{spelled}"):
        answer = await limits.get(f"{CONFIG}/{path}", environment="dev")
        assert answer.status_code in {404, 405}, answer.text
        assert "VOICE" not in answer.json()["detail"].replace(spelled, "")
    seen = await limits.get(f"{CONFIG}/limit", environment="dev")
    assert "did you mean LIMIT?" in assert_problem(seen, 404)["detail"]


@pytest.mark.parametrize(
    "name", ["DEV", "dev ", "dev.", "%64ev", "dev%2f", "\uff24\uff25\uff36", "../dev"]
)
async def test_case_04_environment__spelled_another_way__is_not_the_one_of_the_grant(
    served: Served, root: Api, name: str
) -> None:
    dev = await served.as_("one", Grant(Role.EDITOR, environment="dev"))
    answer = await dev.get(CONFIG, environment=name)
    assert_problem(answer, 403)
    assert (await root.get(CONFIG, environment=name)).status_code == 422


@pytest.mark.parametrize(
    "name", ["SHOP", "shop ", "shop.", "%73hop", "shop%2f", "\uff53hop", "../shop"]
)
async def test_case_04_application__spelled_another_way__is_not_the_one_of_the_grant(
    served: Served, root: Api, name: str
) -> None:
    assert (await root.post(f"{V1}/applications", {"name": "shop"})).status_code == 201
    shop = await served.as_("one", Grant(Role.EDITOR, application="shop"))
    body = {"key": "ANY", "environment": "dev", "value": "x"}
    for api, statuses in ((shop, {403}), (root, {404, 422})):
        for path in (CONFIG, f"{V1}/snapshot", f"{V1}/export", f"{CONFIG}/LIMIT"):
            answer = await api.get(path, application=name, environment="dev", format=None)
            assert answer.status_code in statuses, (path, answer.text)
        for path, sent in (
            (CONFIG, body | {"type": "string", "application": name}),
            (f"{CONFIG}/bulk", {"application": name, "items": [body]}),
            (f"{CONFIG}/promote", {"application": name, "source": "dev", "target": "staging"}),
        ):
            answer = await api.post(path, sent)
            assert answer.status_code in statuses, (path, answer.text)


@pytest.mark.parametrize("key", ["voice", "VOICE ", "VOICE.", "%56OICE", "\uff36OICE", "../VOICE"])
async def test_case_04_key__spelled_another_way__is_never_the_one_that_is_hidden(
    served: Served, root: Api, key: str
) -> None:
    """Neither by its value nor by what is said of it: as if VOICE were not there."""
    limits = await served.as_("one", *editor("limits"))
    item = {"key": key, "environment": "dev", "value": "high"}
    for path, sent in (
        (f"{CONFIG}/bulk", {"items": [item]}),
        (f"{CONFIG}/promote", {"source": "dev", "target": "staging", "keys": [key]}),
        (f"{CONFIG}/rollback", {"key": key, "environment": "dev", "version": 1}),
    ):
        answer = await limits.post(path, sent)
        assert answer.status_code in {404, 422}, (path, answer.text)
        assert "VOICE" not in answer.text.replace(key, "")
    said = (await limits.post(f"{CONFIG}/validate", {"items": [item]})).text
    assert "VOICE" not in said.replace(key, "")
    assert await root.value("VOICE", "dev") == "low"

"""The past, where one change edited one place twice."""

from engine_driver import Driver
from trimtab_server.config.edits import CreateSetting, Place, PutSetting

RATIO = Place("RATIO", "base")


async def test_past__type_widened_and_value_set_in_one_change__has_the_last_word(
    driver: Driver,
) -> None:
    application = await driver.new_application()
    await driver.must(application, [CreateSetting(RATIO, {"type": "integer"}, 3)])
    outcome = await driver.must(application, [PutSetting(RATIO, {"type": "number"}, 5)])

    assert [(item["old"], item["new"]) for item in outcome.items if item["kind"] == "value"] == [
        (3, 3.0),
        (3.0, 5.0),
    ]
    then = await driver.views(application, outcome.revision)
    assert then == await driver.views(application)
    assert then["base"].items["RATIO"][0] == "5.0"

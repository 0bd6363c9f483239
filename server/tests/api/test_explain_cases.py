"""What the server says of a value's chain is what the client says, for what both see."""

import json
from pathlib import Path
from typing import Any

import pytest

from api_driver import Api

CASES = json.loads(
    (Path(__file__).parents[3] / "contract" / "explain_cases.json").read_text("utf-8")
)["cases"]
PROCESS = "process-environment"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_explain__cases__say_what_the_client_says(api: Api, case: dict[str, Any]) -> None:
    created = {"op": "create", "key": "RETRIES", "environment": "base", "type": "integer"}
    created |= {"category": "c"}
    for name, value in (("default", case["default"]), ("value", case["base"])):
        if value is not None:
            created[name] = value
    items = [created]
    if case["dev"] is not None:
        items.append({"key": "RETRIES", "environment": "dev", "value": case["dev"]})
    written = await api.post("/api/v1/config/bulk", {"items": items})
    assert written.status_code == 200, written.text
    if case["policy"] != "store":
        policy = await api.call(
            "PUT",
            "/api/v1/config/RETRIES/policy",
            params={"environment": "base"},
            headers={"If-Match": "*"},
            json={"sourcePolicy": case["policy"]},
        )
        assert policy.status_code == 200, policy.text

    body = (await api.get("/api/v1/config/explain/RETRIES", environment="dev")).json()

    rows = body["candidates"]
    process = next(row for row in rows if row["source"] == PROCESS)
    assert process["reason"].startswith(case["process"])
    assert rows.index(process) == (len(rows) - 1 if case["policy"] == "store" else 0)
    winners = [row for row in rows if row["won"] and row is not process]
    assert [
        {name: row[name] for name in ("source", "environment", "value", "reason")}
        for row in winners
    ] == ([case["stored"]] if case["stored"] else [])

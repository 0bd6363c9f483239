"""Why a key has its value, in the words that the server uses too."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab import connect
from trimtab.explain import CODED_DEFAULT, PROCESS, InProcess, explain_item, explain_whole
from trimtab.snapshot import Policy, read_item

CASES = json.loads(
    (Path(__file__).parents[2] / "contract" / "explain_cases.json").read_text("utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_explain_item__cases__say_what_the_server_says(case: dict[str, Any]) -> None:
    stored = case["stored"]
    raw = {
        "type": "integer",
        "category": "c",
        "version": 1,
        "updatedAt": "t",
        "sourcePolicy": case["policy"],
        **({"value": stored["value"], "origin": case["origin"]} if stored else {}),
    }
    item = read_item("RETRIES", raw)
    value = stored["value"] if stored else None

    found = explain_item(item, "dev", InProcess(False, value, "store" if stored else None))

    rows = [it for it in found.candidates if it.source != CODED_DEFAULT]
    process = next(it for it in rows if it.source == PROCESS)
    assert process.reason == f"{case['process']}; it is not set"
    assert rows.index(process) == (len(rows) - 1 if case["policy"] == "store" else 0)
    others = [it for it in rows if it is not process]
    assert [(it.source, it.environment, it.value, it.won, it.reason) for it in others] == (
        [(stored["source"], stored["environment"], value, True, stored["reason"])] if stored else []
    )


def test_explain__in_the_process__names_the_winner_and_every_refusal() -> None:
    process = {"A": "9", "B": "nine", "SECRET": "hush-hush"}
    with connect(mode="memory", environ=process) as cfg:
        cfg.memory.set({"A": 1, "B": 1}, type="integer", sourcePolicy="shadow", origin="memory")
        cfg.memory.set({"K": "env://SECRET"}, isSecret=True, origin="memory")
        cfg.memory.set({"N": "env://NOT"}, isSecret=True, origin="memory")
        found = {key: cfg.explain(key) for key in ("A", "B", "K", "N", "NOT_THERE")}

    assert {key: it.winner for key, it in found.items()} == {
        "A": "process-environment",
        "B": "store",
        "K": "store",
        "N": "coded-default",
        "NOT_THERE": "coded-default",
    }
    for one in found.values():
        assert [it.won for it in one.candidates].count(True) == 1
    assert found["A"].candidates[1].reason.endswith("process-environment is used in this process")
    assert "must be an integer" in found["B"].candidates[0].reason
    assert "the variable NOT is not set" in found["N"].candidates[0].reason
    shown = [it.value for one in found.values() for it in one.candidates]
    assert "hush-hush" not in f"{found} {shown}"


def test_explain_whole__the_process_wins_here__the_servers_winner_lost() -> None:
    raw = {"type": "integer", "category": "c", "version": 1, "updatedAt": "t", "value": 1}
    item = read_item("A", {**raw, "origin": "dev", "sourcePolicy": "shadow"})
    rows = [
        {"source": PROCESS, "won": False, "reason": "the server cannot see it"},
        {"source": "store", "environment": "dev", "value": 1, "won": True, "reason": "set"},
    ]

    found = explain_whole(item, "dev", rows, InProcess(True, 9, PROCESS))

    assert (found.is_whole, found.winner, found.source_policy) == (True, PROCESS, Policy.SHADOW)
    assert [it.won for it in found.candidates] == [True, False, False]

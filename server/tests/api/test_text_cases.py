"""Failures of other systems with texts that they were given, each tried here by its name.

The numbers are those of the list of real failures that Trimtab is held to.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from api_driver import CONFIG, Api, Store, assert_problem

V1 = "/api/v1"
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    '=HYPERLINK("http://x","y")',
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "\x1b]0;title\x07\x1b[2J",
    "line\r\nSet-Cookie: a=b\r\n\r\n<html>",
)
# Where a server must never be sent to look: itself, its network, its cloud's own data, and every
# spelling under which such an address passes for a public one.
ADDRESSES = (
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "017700000001", "0.0.0.0", "localhost",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[fe80::1]", "169.254.169.254", "[fd00:ec2::254]", "10.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1.nip.example", "\uff11\uff12\uff17.0.0.1",
)  # fmt: skip


async def test_case_18_markup__in_any_text__leaves_as_data_and_never_as_a_page(api: Api) -> None:
    await api.create("TEXT", "string", "x")
    await api.create("TREE", "json", {})
    for markup in MARKUP:
        body = {"value": markup, "comment": markup}
        tag = {"If-Match": "*"}
        answer = await api.call("PUT", f"{CONFIG}/TEXT?environment=dev", headers=tag, json=body)
        assert answer.status_code == 200, answer.text
        described = {"description": markup}
        answer = await api.call("PATCH", f"{CONFIG}/TEXT/definition", headers=tag, json=described)
        assert answer.status_code == 200, answer.text
        assert (await api.put("TREE", {markup: markup}, "dev")).status_code == 200
        read = [
            await api.get(f"{CONFIG}/TEXT", environment="dev"),
            await api.get(CONFIG, environment="dev"),
            await api.get(f"{CONFIG}/history/TEXT", environment="dev"),
            await api.get(f"{V1}/snapshot", environment="dev"),
            await api.get(f"{V1}/audit", limit=5),
            await api.get(f"{CONFIG}/{quote(markup, safe='')}", environment="dev"),
            await api.get(CONFIG, environment=markup),
            *[
                await api.get(f"{V1}/export", environment="dev", format=kind)
                for kind in ("dotenv", "shell", "json", "yaml")
            ],
        ]
        for answer in read:
            kind = answer.headers["content-type"].partition(";")[0]
            assert kind not in {"text/html", "application/xhtml+xml", "image/svg+xml"}, answer.url
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in answer.headers
        assert read[0].json()["value"] == markup
        assert read[3].json()["items"]["TREE"]["value"] == {markup: markup}


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[str]]]:
    """A port of this machine that notes whoever calls."""
    callers: list[str] = []

    async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], callers


async def test_case_19_addresses__wherever_one_can_be_written__are_never_called(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server asks nobody but its stores and its issuer, whatever an API's user writes."""
    looked_up: list[object] = []
    look_up = socket.getaddrinfo

    def noted(host: Any, *more: Any, **named: Any) -> Any:
        looked_up.append(host)
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    await api.create("TREE", "json", {})
    await api.create("LINK", "string", "x")
    await api.create("REFERENCE", "string", "env://X", isSecret=True)
    async with listener() as (port, callers):
        for address in ADDRESSES:
            url = f"http://{address}:{port}/x"
            tag = {"If-Match": "*"}
            for name in ("$ref", "$schema", "$id", "$dynamicRef"):
                rules = {"validationRules": {"schema": {name: url}}}
                answer = await api.call(
                    "PATCH", f"{CONFIG}/TREE/definition", headers=tag, json=rules
                )
                assert answer.status_code < 500, answer.text
            rules = {"validationRules": {"format": "uri"}}
            await api.call("PATCH", f"{CONFIG}/LINK/definition", headers=tag, json=rules)
            for key, value in (("LINK", url), ("REFERENCE", f"infisical://{address}:{port}/x#Y")):
                assert (await api.put(key, value, "dev")).status_code < 500
            await api.get(f"{V1}/snapshot", environment="dev")
            await api.get(f"{V1}/export", environment="dev", format="json", references="true")
            for header in ("Forwarded", "X-Forwarded-Host", "Referer", "Origin", "Host"):
                given = {header: f"{address}:{port}".encode()}
                answer = await api.call("GET", "/livez", headers=given)  # type: ignore[arg-type]
                assert answer.status_code < 500
        assert callers == []
        assert set(looked_up).isdisjoint(set(ADDRESSES) - {"127.0.0.1", "localhost"})


async def test_case_20_trail_and_logs__of_every_refusal__hold_no_credential(
    api: Api, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.create("TEXT", "string", "x")
    made = await api.post(f"{V1}/tokens", {"principal": "root", "name": "canary"})
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    canary = "AKIA" + "Q7XN4LTW2PR5VZ3K"
    with structlog.testing.capture_logs() as logs:
        whoami = await api.as_(token).get(f"{V1}/whoami")
        assert whoami.status_code == 200
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        for given in (wrong, f"{token}{canary}", canary, f"{token}, {token}"):
            assert (await api.as_(given).get(f"{V1}/whoami")).status_code == 401
        assert_problem(await api.get(f"{V1}/whoami", token=token), 422)
        for value in (canary, token, {"a": token}, f"see {token}"):
            answer = await api.put("TEXT", value, "dev")
            assert answer.status_code == 422
            assert token not in answer.text
        rotated = await api.as_(token).post(f"{V1}/tokens/self/rotate", {})
        assert rotated.status_code == 201, rotated.text
        second = rotated.json()["token"]
        assert (await api.as_(second).call("DELETE", f"{V1}/tokens/self")).status_code == 200
    said = "".join(capsys.readouterr()) + repr(logs)
    trail = json.dumps((await api.get(f"{V1}/audit", chain="system", limit=200)).json())
    held = str(await store.dump())
    for secret in (token, second, wrong):
        part = secret.rpartition("_")[2]
        for where in (said, trail, held):
            assert part not in where
    for where in (said, trail, held):
        assert canary not in where

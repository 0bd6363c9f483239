"""What the migration takes for a credential, held to the cases that the server reads as well."""

import base64
import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.migrate.secrets import Finding, scan_key, scan_text, scan_value

_CONTRACT = Path(__file__).parents[3] / "contract" / "secret_cases.json"
CASES: dict[str, Any] = json.loads(_CONTRACT.read_text(encoding="utf-8"))
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "url": lambda text: quote(text, safe=""),
    "json-escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
}


def _joined(parts: list[Any], seed: int) -> str:
    draw = random.Random(seed).choice
    made: list[str] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif "random" in part:
            alphabet = CASES["alphabets"][part["random"]]
            made.append("".join(draw(alphabet) for _ in range(part["length"])))
        else:
            made.append(_crc32_in_base62(made[-1]))
    return "".join(made)


def _crc32_in_base62(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def _text_of(case: dict[str, Any], seed: int) -> str:
    text = _joined(case["parts"], seed)
    if "encode" in case:
        text = _ENCODINGS[case["encode"]](text)
    return f"{case.get('before', '')}{text}{case.get('after', '')}"


@pytest.mark.parametrize("at", range(len(CASES["keys"])))
def test_scan_key__each_case__is_judged_as_stated(at: int) -> None:
    case = CASES["keys"][at]
    key = case["key"] if "key" in case else _joined(case["parts"], at)
    assert (scan_key(key) is not None) is case["secret"], case


@pytest.mark.parametrize("at", range(len(CASES["texts"])))
def test_scan_text__each_case__is_judged_as_stated(at: int) -> None:
    case = CASES["texts"][at]
    found = scan_text(_text_of(case, at))
    if not case["secret"]:
        assert found is None, case
    else:
        assert found is not None, case
        assert (found.rule, found.doubtful) == (case["rule"], case["doubtful"])


@pytest.mark.parametrize("at", range(len(CASES["values"])))
def test_scan_value__each_case__is_judged_as_stated(at: int) -> None:
    case = CASES["values"][at]
    found = scan_value(case["key"], case["type"], case["value"])
    if not case["secret"]:
        assert found is None, case
    else:
        assert found is not None, case
        assert (found.rule, found.pointer) == (case["rule"], case.get("pointer", ""))
        assert found.doubtful is case.get("doubtful", False)


def test_scan_key__finding__spans_the_word_and_what_follows() -> None:
    assert scan_key("TEST_API_KEY_2") == Finding("key-name", 9, 14, doubtful=False)


def test_scan_key__client_id__is_doubtful() -> None:
    found = scan_key("GOOGLE_CLIENT_ID")
    assert found is not None
    assert found.doubtful


def test_scan_key__chat_webhook__is_certain_and_any_other_doubtful() -> None:
    chat, other = scan_key("SLACK_WEBHOOK_URL"), scan_key("ORDERS_WEBHOOK_URL")
    assert chat is not None
    assert other is not None
    assert (chat.doubtful, other.doubtful) == (False, True)


def test_scan_key__case_and_separators__do_not_matter() -> None:
    for key in ("STRIPE_API_KEY", "stripe_api_key", "stripe.api-key", "stripeApiKey"):
        assert scan_key(key) is not None, key


def test_scan_key__very_long_name__is_judged_by_its_end() -> None:
    assert scan_key("A_" * 40_000 + "PASSWORD") is not None
    assert scan_key("PASSWORD_" + "A" * 80_000) is None


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_scan_text__any_text__answers_within_its_bounds(text: str) -> None:
    for found in (scan_text(text), scan_key(text)):
        assert found is None or 0 <= found.start <= found.end <= len(text)

"""A token is recognised by its form alone, and a mistyped one is not."""

import re
import string

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.access.token_format import holds_token, mint, parse, without_tokens
from trimtab_server.cli.logs import configure_logs
from trimtab_server.kernel.secrets import scan_text

ALPHABET = string.ascii_letters + string.digits
FORM = re.compile(r"tt_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")


def test_mint__new_token__has_the_published_form_and_parses_to_itself() -> None:
    minted = mint()
    presented = parse(minted.text)
    assert FORM.fullmatch(minted.text)
    assert presented is not None
    assert (presented.public_id, presented.digest) == (minted.public_id, minted.digest)
    assert minted.text.endswith(minted.last4)
    assert minted.text not in repr(minted)


def test_mint__many__never_twice_the_same() -> None:
    minted = [mint() for _ in range(1000)]
    assert len({one.public_id for one in minted}) == 1000
    assert len({one.digest for one in minted}) == 1000


def test_mint__new_token__is_known_to_our_own_secret_scan() -> None:
    finding = scan_text(mint().text)
    assert finding is not None
    assert not finding.doubtful


def test_parse__any_single_character_changed__is_refused() -> None:
    text = mint().text
    for place, character in enumerate(text):
        for other in ("A" if character != "A" else "B", "_", "é", " ", "\x00"):
            if other != character:
                assert parse(text[:place] + other + text[place + 1 :]) is None


def test_parse__neighbours_swapped_or_character_lost_or_doubled__is_refused() -> None:
    text = mint().text
    for place in range(len(text) - 1):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        assert swapped == text or parse(swapped) is None
        assert parse(text[:place] + text[place + 1 :]) is None
        assert parse(text[: place + 1] + text[place:]) is None


def test_parse__other_case_or_space_around__is_refused() -> None:
    text = mint().text
    for other in (text.upper(), text.swapcase(), f" {text}", f"{text} ", f"{text}\n", f'"{text}"'):
        assert parse(other) is None


def test_parse__halves_of_two_tokens__is_refused() -> None:
    one, other = mint().text, mint().text
    assert parse(one[:16] + other[16:]) is None
    assert parse(one[:-6] + other[-6:]) is None


@given(st.text(max_size=80))
def test_parse__any_text__is_refused_without_an_error(text: str) -> None:
    assert parse(text) is None


@given(st.text(alphabet=ALPHABET, min_size=49, max_size=49))
def test_parse__right_form_by_chance__is_refused(rest: str) -> None:
    assert parse(f"tt_abcdefghijkl_{rest}") is None


def test_without_tokens__in_any_text__leaves_the_id_only() -> None:
    token = mint().text
    text = f"GET /x?token={token} by {token[:-1]}!"
    said = without_tokens(text)
    assert holds_token(text)
    assert not holds_token(said)
    assert token.split("_")[2] not in said
    assert token.split("_")[1] in said


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_logs__with_a_token_in_them__are_written_without_it(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = mint().text
    configure_logs(log_format)
    try:
        structlog.get_logger().error(
            f"failed {token}", path=f"/x/{token}", frames=[f"line {token}"], count=3
        )
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr().err
    assert "failed" in said
    assert token.split("_")[2] not in said

"""What a value looks like from its text alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.migrate.value_shape import Shape, shape_of


@pytest.mark.parametrize(
    ("shape", "texts"),
    [
        (Shape.EMPTY, ["", "  "]),
        (Shape.NOTHING, ["null", "None", "nil"]),
        (
            Shape.PLACEHOLDER,
            ["your_api_key_here", "<token>", "changeme", "change-me", "xxxx", "__UNSET__", "..."],
        ),
        (Shape.TRUE, ["true", "True", "yes", "on"]),
        (Shape.FALSE, ["false", "FALSE", "no", "off"]),
        (Shape.SWITCH, ["enabled", "Disabled"]),
        (Shape.BIT, ["0", "1"]),
        (Shape.INTEGER, ["42", "-1", "007"]),
        (Shape.NUMBER, ["0.5", "-1.25", ".5"]),
        (Shape.JSON_OBJECT, ['{"a": 1}', '{"a": {"b": []}}']),
        (Shape.JSON_LIST, ["[]", '["a", "b"]']),
        (Shape.PEM, ["-----BEGIN CERTIFICATE-----\nabc"]),
        (Shape.URL_WITH_PASSWORD, ["postgres://u:p@h/d", "redis://:p@h", "https://u:p@h/"]),
        (Shape.URL, ["http://localhost", "redis://cache:6379", "jdbc:postgresql://h/d"]),
        (Shape.MAILBOX, ["Shop <a@example.com>"]),
        (Shape.EMAIL, ["a@example.com", "root@localhost"]),
        (Shape.UUID, ["123e4567-e89b-12d3-a456-426614174000"]),
        (Shape.DURATION, ["30s", "1h30m", "500ms", "15 minutes", "7d"]),
        (Shape.BYTES, ["10MB", "512KiB", "4g"]),
        (Shape.CRON, ["0 3 * * *", "*/5 * * * 1-5", "@daily"]),
        (Shape.PATH, ["/srv/x", "./x", "~/x", "C:\\x", "logs/app.log", "data.sqlite3"]),
        (Shape.HOST, ["localhost", "10.0.0.1", "db:5432", "mail.example.com", "10.0.0.0/8"]),
        (Shape.RANDOM, ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "aB3dE5gH7jK9mN1pQ3sT5v"]),
        (Shape.LIST, ["a,b,c", "a, b", "http://a,http://b"]),
        (Shape.PROSE, ["Hello there", "openid profile email"]),
        (Shape.TEXT, ["info", "gpt-4", "eleven_multilingual_v2", "#ff0000"]),
    ],
)
def test_shape_of__text__is_seen(shape: Shape, texts: list[str]) -> None:
    assert {text: shape_of(text) for text in texts} == dict.fromkeys(texts, shape)


@given(st.text(max_size=300))
def test_shape_of__any_text__has_one(text: str) -> None:
    assert shape_of(text) in Shape


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a-", "1s", "[", '{"', "a,", "/", " ", "@", "x@", "://"]
)
def test_shape_of__endless_text__costs_little(piece: str) -> None:
    assert shape_of(piece * 1_000_000) in Shape

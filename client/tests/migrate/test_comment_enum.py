"""Closed sets of values that comments state, in many wordings."""

import pytest

from trimtab.migrate.comment_enum import same_values_as, stated_enum


@pytest.mark.parametrize(
    "comment",
    [
        "One of: red, green, blue",
        "one of red, green, or blue",
        "Must be one of red, green and blue.",
        "Options: red, green, blue",
        "Options are red, green, and blue.",
        "Possible values: red, green, blue",
        "Possible values are 'red', 'green' and 'blue'",
        "Valid values: `red`, `green`, `blue`.",
        'Allowed values are "red", "green" or "blue"',
        "Accepted values are red, green, and blue. Blue must be mixed first.",
        "Supported: red | green | blue",
        "Available options: red/green/blue",
        "The colour (red, green or blue)",
        "The colour (red|green|blue), shown everywhere",
        "red | green | blue",
        "red, green, blue",
        "Can be 'red', 'green' or 'blue'",
        "Can be: 'red', 'green', 'blue', see https://example.com/colours",
        'This can be "red", "green", or "blue". The "blue" one is slow.',
        "Colour. Options: red (default), green, blue",
        "Choose between red, green and blue",
        "Colours:\n- red: warm\n- green: calm\n- blue: cold",
        "Available colours are:\nred - warm\ngreen - calm\nblue - cold",
        "Possible values are :\nred for fire\ngreen for grass\nblue for the sky",
        "The available options are:\n- 'red': warm.\n- 'green': calm.\n- 'blue': cold.",
        "Should be one of\nred, green and blue",
    ],
)
def test_stated_enum__clear_wording__gives_the_members_in_order(comment: str) -> None:
    found = stated_enum(comment, "red")

    assert found is not None
    assert found.members == ("red", "green", "blue")


@pytest.mark.parametrize(
    "comment",
    [
        "One of: red, green, blue",
        "Possible values are 'red', 'green' and 'blue'",
        "The colour (red|green|blue), shown everywhere",
        "Available colours are:\nred - warm\ngreen - calm\nblue - cold",
        "red, green, blue",
    ],
)
def test_stated_enum__clear_wording_without_a_value__is_enough(comment: str) -> None:
    found = stated_enum(comment, "")

    assert found is not None
    assert found.certain


@pytest.mark.parametrize(
    ("comment", "value", "members"),
    [
        ("Provider to use (OPENAI or ANTHROPIC)", "", ("OPENAI", "ANTHROPIC")),
        ("Type of storage (local or S3)", "LOCAL", ("LOCAL", "S3")),
        ("http or https", "http", ("http", "https")),
        ("Use publicToken or proxy.", "publicToken", ("publicToken", "proxy")),
        ("LOCAL for development, REMOTE for the sandbox", "NONE", ("LOCAL", "REMOTE", "NONE")),
        ("all = save everything, none = save nothing", "all", ("all", "none")),
        ("true : open\nfalse : closed\ninvited: by link", "false", ("true", "false", "invited")),
        ("plain,login,cram_md5", "", ("plain", "login", "cram_md5")),
    ],
)
def test_stated_enum__with_the_help_of_the_value(
    comment: str, value: str, members: tuple[str, ...]
) -> None:
    found = stated_enum(comment, value)

    assert found is not None
    assert found.members == members


@pytest.mark.parametrize(
    ("comment", "value"),
    [
        ("", ""),
        ("Search engine, e.g. red, green or blue", "red"),
        ("Options: red, green, blue, etc.", "red"),
        ("Available options: red, green, blue, and more", "red"),
        ("Colours such as red, green or blue", "red"),
        ("Options: red, green, blue", "black"),
        ("Can be overridden by the user or the session", ""),
        ("Used to sign cookies and tokens", ""),
        ("Host, port and user of the server", ""),
        ("1, 2 or 3", "2"),
        ("The name shown in mails", "Shop"),
    ],
)
def test_stated_enum__open_list_or_plain_english__is_none(comment: str, value: str) -> None:
    assert stated_enum(comment, value) is None


def test_stated_enum__endless_comment__is_cut_off() -> None:
    assert stated_enum("red, " * 200_000, "black") is None


def test_same_values_as__names_the_other_key() -> None:
    assert same_values_as("Accepts the same values as STORAGE_TYPE.") == "STORAGE_TYPE"
    assert same_values_as("Same as before") is None

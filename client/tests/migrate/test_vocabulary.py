"""The data files of the classifier say what they mean, and each thing once."""

from importlib.resources import files

import pytest
import yaml

from trimtab.migrate.comment_cues import class_cues, type_cues
from trimtab.migrate.known_services import known_services
from trimtab.migrate.name_rules import match_name
from trimtab.migrate.name_words import project_prefixes, words_of


def load(name: str) -> object:
    return yaml.safe_load(files("trimtab.migrate").joinpath(name).read_text(encoding="utf-8"))


def test_name_rules__phrases__are_words_in_lower_case() -> None:
    entries = load("name_rules.yaml")
    assert isinstance(entries, list)
    for entry in entries:
        for phrase in (phrase for line in entry["words"] for phrase in line):
            assert isinstance(phrase, str), f"{phrase!r} needs quotes"
            assert phrase == phrase.lower()
            assert 1 <= len(phrase.split()) <= 6


def test_known_services__a_product__is_of_few_kinds() -> None:
    assert max(map(len, known_services().kinds.values())) <= 3


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("DB_HOST", "db host"),
        ("dbHost", "db host"),
        ("DBHOST", "db host"),
        ("APIKEY", "apikey"),
        ("OAUTH2_URL", "oauth url"),
        ("A__B.c-d", "a b c d"),
        ("HTTPPort", "http port"),
        ("MONKEY", "monkey"),
        ("EXPORT", "export"),
    ],
)
def test_words_of__key__are_split_where_people_read_them(key: str, words: str) -> None:
    assert " ".join(words_of(key)) == words


def test_project_prefixes__products_and_ordinary_words__are_none() -> None:
    keys = [f"{first}_{last}" for first in ("WOMBAT", "REDIS", "MAX") for last in "ABCDE"]

    assert project_prefixes(keys, {"max"}, {"redis"}) == {"wombat"}


def test_match_name__longer_phrase__hides_the_shorter() -> None:
    phrases = {match.phrase for match in match_name(words_of("ACME_PUBLIC_KEY"))}

    assert "public key" in phrases
    assert "key" not in phrases


def test_match_name__word_that_tells_siblings_apart__is_no_last_word() -> None:
    (match,) = match_name(words_of("SMTP_PASSWORD_STAGING"))[-1:]

    assert (match.phrase, match.at_its_place) == ("password", True)


def test_comment_cues__links__say_nothing() -> None:
    assert list(class_cues("https://example.com/tls-proxy", "")) == []
    assert list(type_cues("see https://example.com/true-or-false", "")) == []

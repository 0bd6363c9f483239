"""What the published cases of formats cannot say."""

import re
import sys
import zoneinfo
from collections.abc import Iterator

import pytest

from trimtab_server.kernel import formats
from trimtab_server.kernel.formats import FORMATS, is_of_format


@pytest.fixture
def without_time_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    paths = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[])
    monkeypatch.setitem(sys.modules, "tzdata", None)  # as if the package were not installed
    formats._timezones.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=paths)
    formats._timezones.cache_clear()


@pytest.mark.usefixtures("without_time_zones")
def test_is_of_format__machine_without_time_zones__fails_instead_of_refusing() -> None:
    with pytest.raises(LookupError, match="tzdata"):
        is_of_format("timezone", "UTC")


@pytest.mark.parametrize("name", FORMATS)
def test_is_of_format__very_long_text__is_answered(name: str) -> None:
    for unit in ("1", "1m", "a.", "* ", "/", ",", "1-", "@", "é"):
        assert is_of_format(name, unit * 32_000) is False


@pytest.mark.parametrize(("name", "hint"), FORMATS.items())
def test_formats__what_to_write_instead__has_the_format(name: str, hint: str) -> None:
    examples = re.split(", | or ", hint.split("such as ")[1])
    assert all(is_of_format(name, example) for example in examples)

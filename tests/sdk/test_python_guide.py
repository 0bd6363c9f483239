"""The guide for Python programs: every example in it is run, against a real server."""

import doctest
from pathlib import Path

import pytest

from .conftest import Writer

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "python.md"


def test_guide__every_example__gives_what_stands_there(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    writer.put("ASSISTANT_TEMPERATURE", 0.7, type="number", category="assistant")
    writer.put("ASSISTANT_RETRIES", 3, type="integer", category="assistant")
    for name, value in (
        ("TRIMTAB_URL", writer.url),
        ("TRIMTAB_TOKEN", writer.token),
        ("TRIMTAB_ENVIRONMENT", "base"),
        ("HOME", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(GUIDE.read_text(), {}, "python.md", str(GUIDE), 0)

    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)

    assert results.attempted > 15
    assert results.failed == 0, "".join(said)

"""A vendor on loopback, and settings that a test changes as Trimtab would."""

import logging
import os
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

from loopback_vendor import LoopbackVendor, loopback_vendor
from trimtab import integrations


@pytest.fixture(autouse=True, scope="session")
def every_module_is_imported() -> None:
    """Before there are threads: pytest parses the modules of a distribution with a plugin itself,
    and until 3.11.8 Python's parser fails at random when two threads are in it."""
    for module in walk_packages(integrations.__path__, f"{integrations.__name__}."):
        import_module(module.name)


@pytest.fixture
def vendor() -> Iterator[LoopbackVendor]:
    with loopback_vendor() as vendor:
        yield vendor


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential, address or proxy of the machine that runs the tests."""
    names = "OPENAI ANTHROPIC ELEVENLABS LANGSMITH LANGCHAIN INFISICAL TRIMTAB HF".split()
    for name in [*os.environ]:
        if name.split("_")[0] in names:
            monkeypatch.delenv(name)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that anybody logs, the SDKs' own debugging included."""
    caplog.set_level(logging.DEBUG)
    return caplog

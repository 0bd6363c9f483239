"""Redis is imported where it is configured and nowhere else; a wrong address is told without it."""

import subprocess
import sys

import pytest

from trimtab_server.infra.configured_hints import NoHints, configured_hints
from trimtab_server.settings import BadSettings, Settings


async def nothing() -> None:
    return


def test_configured_hints__without_a_url__imports_no_redis() -> None:
    program = (
        "import sys, trimtab_server.app as a; from trimtab_server.settings import Settings; "
        "a.create_app(Settings(database_url='sqlite:////nowhere/x')); "
        "sys.exit(any(name.partition('.')[0] == 'redis' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
    assert isinstance(configured_hints(Settings(redis_url=""), print, nothing), NoHints)


def test_configured_hints__of_a_wrong_url__names_the_setting_and_not_its_value() -> None:
    with pytest.raises(BadSettings, match="TRIMTAB_REDIS_URL") as refused:
        configured_hints(Settings(redis_url="http://x:correct-horse@y"), print, nothing)
    assert "correct-horse" not in str(refused.value)

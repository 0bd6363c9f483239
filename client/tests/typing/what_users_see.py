"""What a type checker tells users; checked by mypy with everything else, never run.

A `type: ignore` that is not needed is an error here, so each one stands for a mistake that is
found.
"""

from collections.abc import Callable
from typing import Annotated, Any, assert_type

from pydantic import Field, SecretStr

import trimtab
from trimtab.binding import FieldExplanation, SettingsStatus
from trimtab.client import Client
from trimtab.testing import override


class Voice(trimtab.LiveSettings):
    stability: float = Field(default=0.5, ge=0, le=1, alias="ELEVENLABS_VOICE_STABILITY")
    tags: list[str] = Field(default_factory=list)
    token: SecretStr | None = None
    pool: Annotated[int, trimtab.reload("restart")] = 5


def settings() -> None:
    voice = Voice()
    assert_type(voice.stability, float)
    assert_type(voice.tags, list[str])
    assert_type(voice.token, SecretStr | None)
    assert_type(voice.pool, int)
    assert_type(voice.status(), SettingsStatus)
    assert_type(voice.explain("pool"), FieldExplanation)
    assert_type(voice.on_change("pool", lambda old, new: None), Callable[[], None])
    with voice.frozen() as held:
        assert_type(held, Voice)
        assert_type(held.stability, float)
    voice.stabilty  # type: ignore[attr-defined]  # noqa: B018
    voice.on_change("pool", lambda new: None)  # type: ignore[misc, arg-type]
    trimtab.reload("sometimes")  # type: ignore[arg-type]


def clients() -> None:
    with trimtab.connect(environment="prod") as cfg:
        assert_type(cfg, Client)
        assert_type(cfg["KEY"], Any)
        with trimtab.use(cfg):
            assert_type(Voice(), Voice)
    trimtab.use("http://127.0.0.1:8484")  # type: ignore[arg-type]


@override(ELEVENLABS_VOICE_STABILITY=0.9)
def decorated(number: int) -> str:
    return str(number)


@override({"app.max-size": 10})
async def decorated_coroutine() -> int:
    return 1


async def overrides() -> None:
    assert_type(decorated(1), str)
    assert_type(await decorated_coroutine(), int)
    decorated("1")  # type: ignore[arg-type]
    with override(KEY=1, **{"other.key": [1]}):
        pass

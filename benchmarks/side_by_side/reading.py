"""Nanoseconds of one read in this very process: `python reading.py ROUNDS`, in the peers' Python.

Prints JSON: for each way to read, one figure a round, the empty loop's time subtracted; the figure
is the fastest of some short loops, as whatever interrupts one can only make it slower. A way whose
library cannot be had is in `missing`.
"""

import json
import os
import sys
import tempfile
import timeit
import warnings
from typing import Any

Reads = dict[str, tuple[str, dict[str, Any]]]
KEY = "ELEVENLABS_VOICE_STABILITY"
_SECONDS = 0.002  # a loop's time: most of them fit between two interruptions
_LOOPS = 25  # in each round
_TIMES = 10  # the read in each turn of a loop


def main() -> None:
    """Measure everything in turn, round after round."""
    warnings.simplefilter("ignore")
    os.environ[KEY] = "0.5"
    reads, missing = _all_reads()
    timers = {name: _timer(code, names) for name, (code, names) in reads.items()}
    empty, turns = timeit.Timer("pass"), {name: _turns(timer) for name, timer in timers.items()}
    rounds: dict[str, list[float]] = {name: [] for name in reads}
    for number in range(int(sys.argv[1])):
        order = list(reads) if number % 2 == 0 else list(reversed(reads))
        nothing = _fastest(empty, 200_000)
        for name in order:
            took = _fastest(timers[name], turns[name]) - nothing
            rounds[name].append(took / _TIMES * 1e9)
    print(json.dumps({"python": sys.version.split()[0], "rounds": rounds, "missing": missing}))


def _timer(code: str, names: dict[str, Any]) -> timeit.Timer:
    """The names are local ones, as in the function that a program reads in."""
    local = "; ".join(f"{name} = names[{name!r}]" for name in names)
    return timeit.Timer("; ".join([code] * _TIMES), local, globals={"names": names})


def _turns(timer: timeit.Timer) -> int:
    count, took = 1, timer.timeit(1)
    while took < _SECONDS:
        count *= 2
        took = timer.timeit(count)
    return count


def _fastest(timer: timeit.Timer, turns: int) -> float:
    return min(timer.repeat(_LOOPS, turns)) / turns


def _all_reads() -> tuple[Reads, dict[str, str]]:
    reads: Reads = {}
    missing: dict[str, str] = {}
    for add in (_plain, _trimtab, _dynaconf, _constance, _openfeature, _unleash):
        try:
            reads |= add()
        except Exception as error:  # whatever keeps a peer away is told, and ends nobody else
            missing[add.__name__.removeprefix("_")] = f"{type(error).__name__}: {error}"[:200]
    return reads, missing


def _plain() -> Reads:
    from pydantic_settings import BaseSettings

    class Plain:
        def __init__(self) -> None:
            self.stability = 0.5

    class Settings(BaseSettings):
        stability: float = 0.5

    return {
        "plain attribute": ("o.stability", {"o": Plain()}),
        "pydantic-settings attribute": ("o.stability", {"o": Settings()}),
        "os.environ[...]": ("e[k]", {"e": os.environ, "k": KEY}),
    }


def _trimtab() -> Reads:
    from pydantic import Field

    import trimtab

    values = {f"OTHER_{number}": number for number in range(1000)} | {KEY: 0.5}
    cfg = trimtab.connect(mode="memory", values=values)

    class Voice(trimtab.LiveSettings):
        stability: float = Field(0.1, alias=KEY)

    with trimtab.use(cfg):
        voice = Voice()
    handle = cfg.handle(KEY)
    assert (voice.stability, handle.value, cfg.get(KEY), cfg[KEY]) == (0.5,) * 4
    names = {"voice": voice, "handle": handle, "cfg": cfg, "k": KEY}
    return {
        "Trimtab handle.value": ("handle.value", names),
        "Trimtab typed attribute": ("voice.stability", names),
        "Trimtab cfg.get(key)": ("cfg.get(k)", names),
        "Trimtab cfg[key]": ("cfg[k]", names),
    }


def _dynaconf() -> Reads:
    from dynaconf import Dynaconf

    names = {"s": Dynaconf(environments=False, STABILITY=0.5)}
    return {
        "dynaconf attribute": ("s.STABILITY", names),
        "dynaconf get": ("s.get('STABILITY')", names),
    }


def _constance() -> Reads:
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["constance"],
        CONSTANCE_BACKEND="constance.backends.memory.MemoryBackend",
        CONSTANCE_CONFIG={"STABILITY": (0.5, "voice")},
        USE_TZ=True,
    )
    django.setup()
    from constance import config

    assert config.STABILITY == 0.5
    return {"django-constance in memory": ("c.STABILITY", {"c": config})}


def _openfeature() -> Reads:
    from openfeature import api
    from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

    api.set_provider(InMemoryProvider({"stability": InMemoryFlag("on", {"on": True})}))
    client = api.get_client()
    assert client.get_boolean_value("stability", False)
    return {"OpenFeature in memory": ("c.get_boolean_value('stability', False)", {"c": client})}


def _unleash() -> Reads:
    from UnleashClient import UnleashClient
    from UnleashClient.cache import FileCache

    cache = FileCache("bench", directory=tempfile.mkdtemp(prefix="bench-"))
    strategy = {"name": "flexibleRollout", "parameters": {"rollout": "100", "groupId": "s"}}
    strategy["parameters"]["stickiness"] = "default"  # type: ignore[index]
    flag = {"name": "stability", "enabled": True, "strategies": [strategy]}
    cache.bootstrap_from_dict({"version": 2, "features": [flag]})
    client = UnleashClient(
        "http://127.0.0.1:9/api",
        "bench",
        cache=cache,
        disable_metrics=True,
        disable_registration=True,
    )
    client.initialize_client(fetch_toggles=False)
    assert client.is_enabled("stability")
    return {"UnleashClient is_enabled": ("c.is_enabled('stability')", {"c": client})}


main()

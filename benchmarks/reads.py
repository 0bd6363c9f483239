"""In-process reads: what one look at a value costs a program that has it already."""

import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

from side_by_side.children import environment
from side_by_side.interpreters import CLIENT, VERSIONS, ready_pythons
from side_by_side.page import write_page
from side_by_side.result import Goal, Result, at_least, at_most, spread
from side_by_side.rounds import ROUNDS, median_ratio

_READING = str(CLIENT.parent.parent / "benchmarks" / "side_by_side" / "reading.py")
_PACKAGES = (
    "pydantic-settings", "dynaconf", "django-constance", "openfeature-sdk", "UnleashClient",
)  # fmt: skip
_ABOUT = """Nanoseconds of one read, ten to a loop, the empty loop subtracted; a figure is the
fastest of 25 loops of 2 ms, as an interruption can only add. Names are local ones. Trimtab
holds 1,001 keys; dynaconf, constance (in memory) and OpenFeature (in memory) hold one, and so
does UnleashClient, whose metrics and polling are off, all of which favours them. By key is
compared with by key, attribute with attribute."""
_WHERE = """each read of a settings class goes through pydantic's `__dict__`; `cfg.get` is a
Python method over one reference, so a call and two attribute loads are its floor."""
Rounds = dict[str, list[float]]


def main() -> None:
    """Measure on every Python that is set up, and write the page."""
    found = {version: _read(python) for version, python in ready_pythons().items()}
    if not found:
        raise SystemExit("nothing to measure with: run ./dev bench setup first")
    result = Result(
        "reads", "Reads in the process", _ABOUT, ROUNDS, ("ns", *found), "nanoseconds a read",
        where_time_goes=_WHERE,
    )  # fmt: skip
    result.python = ", ".join(said["python"] for said in found.values())
    result.versions = _versions(next(iter(ready_pythons().values())))
    for version in VERSIONS:
        if version not in found:
            result.missing[f"Python {version}"] = "not installed, or not set up"
    for version, said in found.items():
        result.missing |= {f"{peer} ({version})": why for peer, why in said["missing"].items()}
        result.goals += _goals(version, said["rounds"])
    everybody = list(dict.fromkeys(name for said in found.values() for name in said["rounds"]))
    for name in everybody:
        cells = [said["rounds"].get(name) for said in found.values()]
        result.rows.append([name, *(spread(cell) if cell else "-" for cell in cells)])
        if cells[-1]:
            result.bars[name] = max(statistics.median(cells[-1]), 0.1)
    result.save()
    print(write_page())


def _read(python: Path) -> dict[str, Any]:
    done = subprocess.run(
        [python, _READING, str(ROUNDS)],
        env=environment({"PYTHONPATH": str(CLIENT), "PYTHONHASHSEED": "0"}),
        cwd=python.parent,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _versions(python: Path) -> dict[str, str]:
    code = "import json,sys;from importlib.metadata import version as v;"
    code += "print(json.dumps({n: v(n) for n in sys.argv[1:]}))"
    done = subprocess.run([python, "-c", code, *_PACKAGES], check=True, capture_output=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


def _goals(version: str, rounds: Rounds) -> list[Goal]:
    def ratio(one: str, other: str) -> float | None:
        return median_ratio(rounds[one], rounds[other]) if {one, other} <= set(rounds) else None

    typed, handle, get = "Trimtab typed attribute", "Trimtab handle.value", "Trimtab cfg.get(key)"
    most = [
        ("handle / plain attribute", ratio(handle, "plain attribute"), 1.1),
        ("typed / pydantic attribute", ratio(typed, "pydantic-settings attribute"), 1.1),
        ("cfg.get / os.environ[...]", ratio(get, "os.environ[...]"), 0.5),
    ]
    if version != "3.11":
        most.insert(2, ("typed / plain attribute", ratio(typed, "plain attribute"), 1.2))
    least = [
        ("dynaconf get / cfg.get", ratio("dynaconf get", get), 8),
        ("dynaconf attribute / typed", ratio("dynaconf attribute", typed), 8),
        ("django-constance / cfg.get", ratio("django-constance in memory", get), 8),
        ("UnleashClient is_enabled / cfg.get", ratio("UnleashClient is_enabled", get), 250),
    ]
    goals = [at_most(f"{what} ({version})", found, limit) for what, found, limit in most if found]
    return goals + [
        at_least(f"{what} ({version})", found, limit) for what, found, limit in least if found
    ]


if __name__ == "__main__":
    main()

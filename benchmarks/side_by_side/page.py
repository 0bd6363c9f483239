"""`benchmarks/README.md`: written from the kept results, never by hand."""

import subprocess
from pathlib import Path

from .interpreters import ready_pythons
from .result import HERE, RESULTS, Goal, Result, number, saved

_OPENING = """# Side by side

Written by `./dev bench`; each part says what was run. `./dev bench setup` brings the peers once,
`./dev bench NAME` measures one part again and writes this page anew.

Everybody runs in the same rounds on the same machine, everybody's order turns in every second
round, and a ratio is the median over the rounds of ours divided by the peer's *in that round*. The
machine is a virtual one with two cores that has other things to do: single figures move by 40 %
between runs, ratios much less. Loopback, no TLS. In brackets: the lowest and the highest round.
"""


def write_page() -> Path:
    """Write the page and draw what has no picture yet or an older one."""
    results = saved()
    for result in results:
        _draw(result)
    path = HERE / "README.md"
    path.write_text(page(results))
    return path


def page(results: list[Result]) -> str:
    """The whole page as Markdown."""
    summary = [
        "| goal | measured | aimed for | |\n| --- | --: | --: | --- |",
        *(_goal_row(goal) for result in results for goal in result.goals),
    ]
    return "\n".join([_OPENING, "\n".join(summary), *map(section, results)])


def section(result: Result) -> str:
    """One benchmark's part of the page."""
    header = f"| {' | '.join(result.columns)} |\n| --- |{' --: |' * (len(result.columns) - 1)}"
    rows = [f"| {' | '.join(row)} |" for row in result.rows]
    lines = [
        f"\n## {result.title}\n",
        result.about + "\n",
        _circumstances(result),
        "\n".join([header, *rows]) + "\n",
        *(f"MISSING: {peer}: {why}.\n" for peer, why in result.missing.items()),
    ]
    missed = [goal.what for goal in result.goals if not goal.is_met]
    if missed:
        where = f"Where the time goes: {result.where_time_goes}"
        lines.append(f"MISSED: {'; '.join(missed)}. {where}\n")
    if (RESULTS / f"{result.name}.svg").exists():
        lines.append(f"![{result.title}](results/{result.name}.svg)\n")
    return "\n".join(lines)


def _circumstances(result: Result) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return (
        f"`./dev bench {result.name}`, {result.at}, {result.rounds} rounds, load average "
        f"{result.load_before} when it began, Python {result.python}; {versions}.\n"
    )


def _goal_row(goal: Goal) -> str:
    said = "met" if goal.is_met else "**MISSED**"
    sign = "≥" if goal.at_least else "≤"
    measured, limit = number(goal.measured), f"{goal.limit:g}"
    return f"| {goal.what} | {measured} {goal.unit} | {sign} {limit} {goal.unit} | {said} |"


def _draw(result: Result) -> None:
    """By matplotlib, which the peers' environment has and ours does not."""
    source, picture = RESULTS / f"{result.name}.json", RESULTS / f"{result.name}.svg"
    pythons = list(ready_pythons().values())
    if not result.bars or not pythons:
        return
    if picture.exists() and picture.stat().st_mtime >= source.stat().st_mtime:
        return
    subprocess.run([pythons[0], Path(__file__).with_name("draw.py"), source, picture], check=True)

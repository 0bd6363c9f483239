"""Why a key was decided as it was, in sentences with the weight of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from trimtab.migrate.decision import Decision
from trimtab.migrate.evidence import KeyClass
from trimtab.migrate.references import Reference

DOUBTFUL_BELOW = 0.65

_RUNTIME = {KeyClass.FLAG, KeyClass.DYNAMIC}
_BOUNDS = (
    ("min", "at least"),
    ("max", "at most"),
    ("exclusive_min", "more than"),
    ("exclusive_max", "less than"),
    ("multiple_of", "a multiple of"),
    ("min_length", "at least this long:"),
    ("max_length", "at most this long:"),
)


def sentences(decision: Decision, references: Sequence[Reference]) -> Iterator[str]:
    """First what the code does, then every piece of evidence, the heaviest first."""
    yield from dict.fromkeys(f"{one.path}:{one.line} {what_it_does(one)}" for one in references)
    tags: dict[str, list[str]] = {}
    for item in sorted(decision.evidence, key=lambda item: -item.weight):
        tag = f"{item.favours} {item.weight:+.3g}"
        if tag not in tags.setdefault(item.text, []):
            tags[item.text].append(tag)
    yield from (f"{text} [{', '.join(said)}]" for text, said in tags.items())


def what_it_does(one: Reference) -> str:
    """One read in words: `reads it with os.getenv as int, default 3, at least 1`."""
    parts = [f"reads it with {one.reader}{f' as {one.cast}' if one.cast else ''}"]
    if one.default is not None:
        parts.append(f"default {one.default or '(empty)'}")
    elif one.default_hidden:
        parts.append("with a default that is hidden here")
    elif one.has_default:
        parts.append("with a default that the program computes")
    if one.required:
        parts.append("and fails without it")
    if one.enum:
        parts.append(f"one of {' | '.join(one.enum)}")
    for name, words in _BOUNDS:
        bound = getattr(one, name)
        if bound is not None:
            parts.append(f"{words} {bound:g}")
    return ", ".join(parts)


def closeness(decision: Decision) -> Iterator[str]:
    """A doubt where the other target weighs nearly as much, or the type is hardly known."""
    if decision.confidence >= DOUBTFUL_BELOW:
        return
    weights = _weights((item.favours, item.weight) for item in decision.evidence)
    mine = "runtime" if decision.key_class in _RUNTIME else decision.key_class.value
    others = [name for name in weights if (name == "runtime") != (mine == "runtime")]
    if not weights.get(mine):
        yield "little is known about it, so it stays in the environment"
    elif others:
        second = max(others, key=lambda name: weights[name])
        yield (
            f"the evidence is close: {mine} weighs {weights[mine]:.3g}, "
            f"{second} {weights[second]:.3g}"
        )
    elif mine == "runtime":
        yield f"its type is doubtful ({decision.type})"


def _weights(evidence: Iterable[tuple[str, float]]) -> dict[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)
    for favours, weight in evidence:
        if favours in set(KeyClass):
            weights["runtime" if favours in _RUNTIME else favours] += weight
    return weights

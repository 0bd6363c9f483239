"""Score the classifier on a folder of labelled env files, per project and in total.

    python benchmarks/classifier.py CORPUS [--wrong]

CORPUS holds one folder per project with `env` and `labels.json`. Keys whose class two informed
people could dispute (`ambiguous`) do not count for the class scores. `--wrong` lists every miss.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trimtab.migrate.decision import Decision
from trimtab.migrate.plan_env_file import plan_env_file

Label = dict[str, Any]
_RATES = (
    ("store/env", "target"),
    ("class", "class"),
    ("type", "type"),
    ("enum", "enum"),
    ("bounds", "bounds"),
)


@dataclass
class Score:
    """Right and all answers per question, and the two counts that matter most."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    secrets_to_database: int = 0
    false_secrets: int = 0
    not_secrets: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        self.right += other.right
        self.asked += other.asked
        self.secrets_to_database += other.secrets_to_database
        self.false_secrets += other.false_secrets
        self.not_secrets += other.not_secrets
        self.wrong += other.wrong

    def rate(self, question: str) -> float:
        """Share of right answers; 1.0 if the question was never asked."""
        return self.right[question] / self.asked[question] if self.asked[question] else 1.0

    @property
    def false_secret_rate(self) -> float:
        return self.false_secrets / self.not_secrets if self.not_secrets else 0.0


def score_corpus(corpus: Path) -> dict[str, Score]:
    """The score of every project under `corpus`, and of all together as `total`."""
    scores = {
        labels.parent.name: score_project(labels.parent)
        for labels in sorted(corpus.glob("*/labels.json"))
    }
    total = Score()
    for score in scores.values():
        total.add(score)
    return scores | {"total": total}


def score_project(folder: Path) -> Score:
    """Compare the plan of `folder/env` with `folder/labels.json`."""
    decisions = {item.key: item for item in plan_env_file(folder / "env").decisions}
    score = Score()
    for label in json.loads((folder / "labels.json").read_text())["keys"]:
        for question, right, said in _questions(label, decisions.get(label["key"])):
            score.asked[question] += 1
            score.right[question] += right
            if not right:
                score.wrong.append(f"{folder.name:28} {question:7} {label['key']}: {said}")
        _count_secrets(score, label, decisions.get(label["key"]))
    return score


def _questions(label: Label, decision: Decision | None) -> Iterator[tuple[str, bool, str]]:
    if decision is None:
        yield "target", False, "not found"
        return
    if not label["ambiguous"]:
        moves = label["class"] in {"dynamic", "flag"}
        said = f"{decision.key_class}, labelled {label['class']}"
        yield "target", (decision.target == "database") == moves, said
        yield "class", decision.key_class == label["class"], said
    types = {label["type"], *label.get("type_alt", ())}
    yield "type", decision.type in types, f"{decision.type}, labelled {' or '.join(sorted(types))}"
    rules = decision.validation_rules
    if label.get("enum_visible"):
        stated = rules.get("enum", [])
        members = set(stated) if isinstance(stated, list) else set()
        yield "enum", members == set(label["enum"]), f"{stated}, labelled {label['enum']}"
    if label.get("bounds_visible"):
        asked = {name: label[name] for name in ("min", "max") if name in label}
        given = {name: rules.get(name) for name in asked}
        yield "bounds", given == asked, f"{given}, labelled {asked}"


def _count_secrets(score: Score, label: Label, decision: Decision | None) -> None:
    if label["ambiguous"] or decision is None:
        return
    if label["class"] == "secret":
        score.secrets_to_database += decision.target == "database"
        if decision.target == "database":
            score.wrong.append(f"{'':28} SECRET  {label['key']} would go to the database")
    else:
        score.not_secrets += 1
        score.false_secrets += decision.key_class == "secret"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list every wrong answer")
    options = parser.parse_args()
    scores = score_corpus(options.corpus)
    print(f"{'project':28}", *(f"{name:>10}" for name, _ in _RATES), "  secrets  false secrets")
    for name, score in scores.items():
        rates = (
            f"{score.rate(key):10.1%}" if score.asked[key] else f"{'-':>10}" for _, key in _RATES
        )
        print(
            f"{name:28}",
            *rates,
            f"{score.secrets_to_database:9}  {score.false_secret_rate:12.1%}",
        )
    if options.wrong:
        print(*scores["total"].wrong, sep="\n")
    return 1 if scores["total"].secrets_to_database else 0


if __name__ == "__main__":
    sys.exit(main())

"""How often the classifier is right, on labelled env files: our own, and real ones if present."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from trimtab.migrate.plan_env_file import plan_env_file

REPOSITORY = Path(__file__).parents[3]
OWN = Path(__file__).parent / "data" / "labelled"
REAL = REPOSITORY.parent / "shared" / "corpus"


def scorer() -> ModuleType:
    path = REPOSITORY / "benchmarks" / "classifier.py"
    spec = importlib.util.spec_from_file_location("classifier_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "corpus",
    [
        OWN,
        pytest.param(
            REAL,
            marks=pytest.mark.skipif(
                not REAL.is_dir(), reason="no corpus of real env files beside the repository"
            ),
        ),
    ],
    ids=["own", "real"],
)
def test_scores__labelled_files__reach_what_is_promised(corpus: Path) -> None:
    total = scorer().score_corpus(corpus)["total"]
    missed = "\n".join(total.wrong)

    assert total.asked["target"] > 500
    assert total.secrets_to_database == 0, missed
    assert total.false_secret_rate <= 0.02, missed
    assert total.rate("target") >= 0.95, missed
    assert total.rate("class") >= 0.92, missed
    assert total.rate("type") >= 0.88, missed
    assert total.rate("enum") >= 0.90, missed
    assert total.rate("bounds") >= 0.90, missed


def test_plan__same_file_twice__is_the_same() -> None:
    for env in sorted(OWN.glob("*/env")):
        assert plan_env_file(env).decisions == plan_env_file(env).decisions


def test_plan__every_key_that_moves__has_reasons_and_rules_it_obeys() -> None:
    for env in sorted(OWN.glob("*/env")):
        for decision in plan_env_file(env).decisions:
            assert decision.why.endswith(".")
            assert decision.evidence or decision.target == "environment"
            assert 0.5 <= decision.confidence <= 1
            members = decision.validation_rules.get("enum")
            if isinstance(members, list) and decision.store_value is not None:
                assert decision.store_value in members

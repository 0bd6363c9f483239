"""How far a migration is: what is left for each key, by plan, store and code."""

from pathlib import Path

from migration_driver.samples import moving, plan_of, staying, store_of
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory import read_named_files
from trimtab.migrate.references import scan_source
from trimtab.migrate.status import Status, status_of
from trimtab.migrate.store_state import StoreState
from trimtab.migrate.verify import verify

PLAN = plan_of(moving("RETRIES", base=3), staying("API_KEY"))
THERE = {"base": {"RETRIES": 3}}


def status(folder: Path, env: str, code: str, state: StoreState) -> Status:
    (folder / ".env").write_text(env)
    (folder / "app.py").write_text(code)
    files = read_named_files(folder, Dialect.PYTHON_DOTENV, PLAN.environments)
    references = {"RETRIES": scan_source(folder).references}
    return status_of(PLAN, files, references, state, verify(PLAN, files, state, environ={}))


READS = "import os\n\nRETRIES = int(os.environ['RETRIES'])\n"


def left(found: Status) -> tuple[str, ...]:
    (one,) = found.keys
    assert one.is_done == (not one.left)
    assert (one in found.left) == bool(one.left)
    return one.left


def test_status__before_apply__says_apply(tmp_path: Path) -> None:
    found = status(tmp_path, "RETRIES=3\n", READS, store_of({}))
    assert left(found) == ("apply the plan",)
    assert set(found.keys[0].policies.values()) == {"-"}


def test_status__after_apply__says_cut_over(tmp_path: Path) -> None:
    found = status(tmp_path, "RETRIES=3\n", READS, store_of({"RETRIES": {}}, THERE))
    assert left(found) == ("cut over",)
    assert found.keys[0].read_at == ("app.py:3",)


def test_status__with_a_difference__says_where(tmp_path: Path) -> None:
    found = status(tmp_path, "RETRIES=4\n", READS, store_of({"RETRIES": {}}, THERE))
    assert left(found) == ("settle what differs in base", "cut over")


def test_status__after_the_cut_over__names_the_lines_that_go_around_it(tmp_path: Path) -> None:
    state = store_of({"RETRIES": {}}, THERE, {"RETRIES": "store"})
    assert left(status(tmp_path, "RETRIES=3\n", READS, state)) == (
        "read through Trimtab: app.py:3",
        "take out of the env file: .env:1",
    )
    assert left(status(tmp_path, "# RETRIES=3\n", READS, state)) == (
        "read through Trimtab: app.py:3",
    )
    assert left(status(tmp_path, "", "", state)) == ()

"""What the steps after planning begin with: the plan, its files, and the store it is for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.output import complain
from trimtab.errors import TrimtabError
from trimtab.migrate.apply import root_of
from trimtab.migrate.artifacts import Artifacts
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory import NamedFiles, read_named_files
from trimtab.migrate.plan import Plan, read_plan
from trimtab.profile import data_dir

DEFAULT_PLAN = Path("plan.yaml")


class OtherApplication(TrimtabError):
    """The plan is for another application than the one this command speaks to."""

    code = "other-application"

    def __init__(self, path: Path, planned: str, here: str) -> None:
        super().__init__(
            f"{path} is a plan for the application {planned}, and this command speaks to {here}: "
            f"pass --application {planned}, or make a plan for {here}. Nothing was written."
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan, where it lies, the project's folder, and its env files as they are now."""

    plan: Plan
    path: Path
    root: Path
    files: NamedFiles

    @property
    def dialect(self) -> Dialect:
        """Who reads the env files."""
        return Dialect(self.plan.dialect)


def load(path: Path | None, root: Path | None = None) -> Loaded:
    """Read a plan and the files it names; raises UsageMistake or BadPlan."""
    path = path or DEFAULT_PLAN
    if not path.is_file():
        raise UsageMistake(
            f"There is no plan {path}: `trimtab migrate plan . -o {path}` makes one."
        )
    plan = read_plan(path)
    folder = root.resolve() if root else root_of(plan, path.absolute())
    if not folder.is_dir():
        raise UsageMistake(f"{path} is about the folder {folder}, which is not there: say --root.")
    files = read_named_files(folder, Dialect(plan.dialect), plan.environments)
    return Loaded(plan, path, folder, files)


def say_problems(loaded: Loaded) -> None:
    """Files that the plan names and that cannot be read any more, on standard error."""
    for one in loaded.files.problems:
        if one.whole_file:
            complain(f"{one.what}; its keys count as not set.")


@contextmanager
def store_of(loaded: Loaded, application: str | None) -> Iterator[Store]:
    """The store that the plan is for; raises OtherApplication before anything is asked."""
    with connect(application, channel="migration") as store:
        if store.profile.application != loaded.plan.application:
            raise OtherApplication(loaded.path, loaded.plan.application, store.profile.application)
        yield store


def artifacts_of(store: Store) -> Artifacts:
    """The records of this application in this store."""
    profile = store.profile
    folder = profile.path.parent if profile.path else data_dir(os.environ, Path.cwd())
    epoch = store.admin.head().rpartition(".")[0]
    return Artifacts(folder, profile.application, epoch)

"""Revisions as people write them: `12`, or `1795305600.12` as it is shown."""

from trimtab.cli.connect import Store
from trimtab.cli.exits import UsageMistake

_MOST_DIGITS = 15


def revision_number(store: Store, revision: str) -> int:
    """The number in it; raises UsageMistake for none, and for one of another epoch.

    Numbers begin anew in a new epoch: there the same number is another state.
    """
    epoch, _, number = revision.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise UsageMistake(f"A revision is a number such as 12 or 1795305600.12, not {revision!r}.")
    if epoch:
        head = store.admin.head()
        if epoch != head.rpartition(".")[0]:
            raise UsageMistake(
                f"The revision {revision} is of another epoch than the store, which is at {head}: "
                "its history is not here any more."
            )
    return int(number)


def given_number(store: Store, revision: str | None) -> int | None:
    """The same for an option that may be left out."""
    return None if revision is None else revision_number(store, revision)

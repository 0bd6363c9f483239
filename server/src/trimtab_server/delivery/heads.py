"""Comparing two heads of one application. Pure."""

from trimtab_server.catalog.queries import Application


def head_of(application: Application) -> tuple[int, int]:
    """Epoch and revision: the order of everything that is served."""
    return application.epoch, application.revision


def is_same(one: Application, other: Application) -> bool:
    """The same head; its instant tells two histories apart that used the same number."""
    return (one.id, *head_of(one), one.changed_at) == (other.id, *head_of(other), other.changed_at)


def follows(later: Application, earlier: Application) -> bool:
    """Whether what happened in between is in the log: the same epoch, and further on."""
    same_epoch = (later.id, later.epoch) == (earlier.id, earlier.epoch)
    return same_epoch and earlier.revision < later.revision


def went_back(head: Application, seen: Application) -> bool:
    """Whether the database is behind, or beside, what it said before."""
    if head.id != seen.id:
        return False
    beside = head_of(head) == head_of(seen) and head.changed_at != seen.changed_at
    return beside or head_of(head) < head_of(seen)

"""What the rules say that a holder gets: statuses, and which categories show."""

from collections.abc import Callable

from .policy import CATEGORIES, Act, Holder


def if_all(allowed: int, *needed: bool) -> int:
    """That status to whoever has all that is needed, else 403."""
    return allowed if all(needed) else 403


def seen_by(who: Holder, act: Act, at: str) -> set[str]:
    """The categories that this holder sees there."""
    return {category for category in CATEGORIES if who.may(act, at, category)}


def reading(act: Act, at: str, category: str) -> Callable[[Holder], int]:
    """403 without any such right there, 404 for what may not be seen."""

    def expect(who: Holder) -> int:
        if not who.may_some(act, at):
            return 403
        return 200 if who.may(act, at, category) else 404

    return expect


def writing(act: Act, at: str, category: str) -> Callable[[int], Callable[[Holder], int]]:
    """As `reading`; 403 for what is seen and may not be changed."""

    def with_status(allowed: int) -> Callable[[Holder], int]:
        def expect(who: Holder) -> int:
            if not who.may_some(act, at):
                return 403
            if not who.may(Act.READ, at, category):
                return 404
            return allowed if who.may(act, at, category) else 403

        return expect

    return with_status


def promoting(who: Holder, source: str, target: str, category: str) -> int:
    """Both ends are needed."""
    if not (who.may_some(Act.READ, source) and who.may_some(Act.WRITE, target)):
        return 403
    if not (who.may(Act.READ, source, category) and who.may(Act.READ, target, category)):
        return 404
    return 200 if who.may(Act.WRITE, target, category) else 403


def restoring(who: Holder, at: str, category: str) -> int:
    """What was there before must be seen, too."""
    if not (who.may_some(Act.HISTORY, at) and who.may_some(Act.WRITE, at)):
        return 403
    if not (who.may(Act.HISTORY, at, category) and who.may(Act.READ, at, category)):
        return 404
    return 200 if who.may(Act.WRITE, at, category) else 403


def taking(who: Holder, at: str, category: str) -> int:
    """Who sees a grant and may not end it is told so."""
    if not who.may_anywhere(Act.GIVE_GRANTS):
        return 403
    if not who.may(Act.SEE_GRANTS, at, category):
        return 404
    return 200 if who.may(Act.GIVE_GRANTS, at, category) else 403

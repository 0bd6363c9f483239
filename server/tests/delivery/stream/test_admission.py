"""How many streams, and how fast."""

from uuid import UUID

from trimtab_server.delivery.stream.admission import Admission, StreamLimits, TooManyStreams

from .outlets import Clock

ONE, TWO = UUID(int=1), UUID(int=2)


def admitted(admission: Admission, token: UUID, times: int) -> int:
    """How many of so many attempts got in; the others were told when to come again."""
    count, refused = 0, list[TooManyStreams]()
    for _ in range(times):
        try:
            admission.admit(token)
            count += 1
        except TooManyStreams as refusal:
            refused.append(refusal)
    assert all(1 <= int(one.headers["Retry-After"]) <= 30 for one in refused)
    return count


def test_admit__everybody_at_once__lets_in_what_it_can_answer_and_the_rest_later() -> None:
    clock = Clock()
    admission = Admission(StreamLimits(1_000, 1_000, opens_per_second=10), clock)
    assert admitted(admission, ONE, 100) == 20
    clock.now += 1
    assert admitted(admission, ONE, 100) == 10
    clock.now += 3_600
    assert admitted(admission, ONE, 100) == 20


def test_admit__one_token__cannot_take_the_room_of_all() -> None:
    admission = Admission(StreamLimits(5, 3, opens_per_second=100), Clock())
    assert admitted(admission, ONE, 10) == 3
    assert admitted(admission, TWO, 10) == 2
    admission.release(ONE)
    assert admitted(admission, TWO, 10) == 1
    assert admission.open == 5

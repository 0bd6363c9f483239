"""A signal to end is heard, wherever Python happens to notice it."""

import signal

import pytest

from trimtab.cli.up.stop_signals import Stopped, StopSignals


class _Gone:
    """Whose destructor is where a signal is noticed: what is raised there, Python ignores."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_signal__noticed_in_a_destructor__is_heard_at_the_next_look() -> None:
    signals = StopSignals()
    with signals.listening():
        signals.check()
        _Gone()
        with pytest.raises(Stopped):
            signals.check()


def test_signal__held_back__is_raised_when_all_is_done() -> None:
    signals = StopSignals()
    done: list[str] = []

    def start_whole() -> None:
        with signals.held():
            signal.raise_signal(signal.SIGINT)
            done.append("started")

    with signals.listening(), pytest.raises(Stopped):
        start_whole()
    assert done == ["started"]

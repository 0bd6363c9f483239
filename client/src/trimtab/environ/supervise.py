"""Keep a program running under an environment that changes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trimtab.environ import launch
from trimtab.environ.inbox import Inbox, reached_the_program_already

_LONGEST_WAIT_IN_DEBOUNCES = 10  # writes that never pause still arrive


@dataclass(frozen=True, slots=True)
class OnChange:
    """What a change of the environment does to the program.

    `signal` is sent to it; None: it is ended (SIGTERM, after `grace_seconds` SIGKILL) and started
    again. A change counts once nothing has changed for `debounce_seconds`.
    """

    signal: int | None = None
    debounce_seconds: float = 0.5
    grace_seconds: float = 10.0


class Supervisor:
    """Runs `program` until it ends by itself, or is told to end.

    `variables` gives the environment of a start; `say` takes lines for the person, which never hold
    a value. `changed` may be called from any thread, `run` only from the main thread.
    """

    def __init__(
        self,
        program: Sequence[str],
        variables: Callable[[], Mapping[str, str]],
        on_change: OnChange,
        say: Callable[[str], None],
    ) -> None:
        self._program = program
        self._variables = variables
        self._on_change = on_change
        self._say = say
        self._inbox = Inbox()
        self._told = 0  # how often changed() was called
        self._started: Mapping[str, str] = {}
        self._ending = False  # somebody else than us wants it to end

    def changed(self) -> None:
        """Something may have changed: look, after the debounce."""
        self._told += 1
        self._inbox.knock()

    def run(self) -> int:
        """The exit code of the program; 128 + n if signal n ended it."""
        with self._inbox:
            while True:
                child = self._start()
                try:
                    if self._watch(child) or self._stop(child):
                        return _exit_code(child)
                finally:
                    if child.poll() is None:  # only after an error of ours
                        child.kill()
                        child.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = self._variables()
        command = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *self._program]
        return subprocess.Popen(command, env=dict(self._started))

    def _watch(self, child: subprocess.Popen[bytes]) -> bool:
        """Until the program ends (True), or has to be started again (False)."""
        heard, due, latest = self._told, None, 0.0
        while child.poll() is None:
            self._forward(child, self._inbox.wait(None if due is None else due - time.monotonic()))
            _reap_strangers(child)
            now = time.monotonic()
            debounce = self._on_change.debounce_seconds
            if heard != self._told:
                heard = self._told
                latest = latest if due else now + debounce * _LONGEST_WAIT_IN_DEBOUNCES
                due = min(now + debounce, latest)
            elif due is not None and now >= due:
                due = None
                if self._differs() and not self._acted(child):
                    return False
        return True

    def _differs(self) -> bool:
        """Whether a start would now give the program another environment than it has."""
        new = self._variables()
        names = sorted(
            name
            for name in new.keys() | self._started.keys()
            if new.get(name) != self._started.get(name)
        )
        if not names or self._ending:
            return False
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        what = (
            "starting the program again"
            if self._on_change.signal is None
            else f"sending it {signal.Signals(self._on_change.signal).name}"
        )
        self._say(f"Changed: {shown}; {what}.")
        self._started = new
        return True

    def _acted(self, child: subprocess.Popen[bytes]) -> bool:
        """Whether a signal was all that was wanted."""
        if self._on_change.signal is None:
            return False
        child.send_signal(self._on_change.signal)
        return True

    def _stop(self, child: subprocess.Popen[bytes]) -> bool:
        """End the program; True if meanwhile somebody wanted the end for good."""
        child.terminate()
        deadline = time.monotonic() + self._on_change.grace_seconds
        while child.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                grace = f"{self._on_change.grace_seconds:g} s"
                self._say(f"The program did not end within {grace} of SIGTERM; it is killed.")
                child.kill()
                child.wait()
                break
            arrived = self._inbox.wait(left)
            if {signal.SIGINT, signal.SIGQUIT} & set(arrived):
                self._ending = True
            self._forward(child, arrived)
        return self._ending

    def _forward(self, child: subprocess.Popen[bytes], arrived: Sequence[int]) -> None:
        for number in arrived:
            self._ending = self._ending or number == signal.SIGTERM
            if not reached_the_program_already(number):
                child.send_signal(number)


def _exit_code(child: subprocess.Popen[bytes]) -> int:
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _reap_strangers(child: subprocess.Popen[bytes]) -> None:
    """As the first process of a container we inherit every orphan, and must let them go."""
    while os.getpid() == 1:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid == child.pid:  # the program is for Popen to fetch
            return
        os.waitpid(found.si_pid, 0)

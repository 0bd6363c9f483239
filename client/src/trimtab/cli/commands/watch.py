"""`trimtab watch`: what changes, as it changes."""

import json
import os
import queue
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from trimtab.cli.follow import following
from trimtab.cli.options import Application, Environment
from trimtab.cli.output import complain, say
from trimtab.cli.up.stop_signals import Stopped, StopSignals
from trimtab.cli.values import shown
from trimtab.cli.variation import Variation, variations
from trimtab.client import Client
from trimtab.snapshot import Snapshot
from trimtab.store import Change, State

Keys = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY]...", help="Only these; else all of them.")
]
AsJsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a change.")]
_LOOK_SECONDS = 0.5  # how often the state of the connection is looked at


def watch(
    keys: Keys = None,
    environment: Environment = None,
    application: Application = None,
    as_json: AsJsonLines = False,
) -> None:
    """Print every change of an environment as it comes, until Ctrl-C.

    A server that goes away and comes back is waited for, and that is said on standard error.
    """
    signals = StopSignals()
    try:
        with signals.listening(), following(application, environment, environ=os.environ) as client:
            _follow(client, frozenset(keys or ()), signals, as_json=as_json)
    except Stopped:
        return


class _Feed:
    """Takes part in the client's store only to hear of every set."""

    name = "watch"

    def __init__(self) -> None:
        self.sets: queue.SimpleQueue[Snapshot] = queue.SimpleQueue()
        self._next: Snapshot | None = None

    def prepare(self, new: State, changed: Mapping[str, Change]) -> "_Feed":
        """Every set is welcome."""
        self._next = new.snapshot
        return self

    def swap(self) -> None:
        """Line the set up."""
        if self._next is not None:
            self.sets.put(self._next)

    def notify(self) -> None:
        """Whoever reads the queue knows already."""


def _follow(client: Client, only: frozenset[str], signals: StopSignals, *, as_json: bool) -> None:
    feed = _Feed()
    client.store.bind(feed)
    held = feed.sets.get()
    for key in sorted(only - held.items.keys()):
        complain(f"There is no setting {key} in {held.environment} so far.")
    say_where = complain if as_json else say
    say_where(f"Watching {held.environment} from revision {held.revision}; Ctrl-C stops it.")
    connection = _Connection(client)
    while True:
        signals.check()
        connection.look()
        try:
            new = feed.sets.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            continue
        for one in variations(held, new, only):
            _print(one, new, as_json=as_json)
        held = new


class _Connection:
    """Says when the server goes away, and when it is back."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._is_missed = False

    def look(self) -> None:
        """Say what has changed since the last look."""
        status = self._client.status()
        is_away = not status.connected and status.last_error is not None
        if is_away and not self._is_missed:
            complain("The server does not answer; waiting for it.")
            self._is_missed = True
        if status.connected and self._is_missed:
            complain(f"The server answers again, at revision {status.head}.")
            self._is_missed = False


def _print(one: Variation, snapshot: Snapshot, *, as_json: bool) -> None:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if as_json:
        text = json.dumps(_as_object(one, snapshot, at), ensure_ascii=False)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:
        say(f"{at}  {snapshot.revision}  {one.key}  {_in_words(one)}")


def _as_object(one: Variation, snapshot: Snapshot, at: str) -> dict[str, object]:
    return {
        "at": at,
        "environment": snapshot.environment,
        "revision": str(snapshot.revision),
        "key": one.key,
        "oldValue": one.old_value,
        "newValue": one.new_value,
        "version": one.new.version if one.new else None,
        "origin": one.new.origin if one.new else None,
        "sourcePolicy": one.new.source_policy.value if one.new else None,
    }


def _in_words(one: Variation) -> str:
    if one.old is None and one.new is not None:
        return f"new: {_side(one.new_value)}"
    if one.new is None:
        return "removed"
    said = []
    if one.is_of_policy and one.old is not None:
        said.append(f"source policy {one.old.source_policy} -> {one.new.source_policy}")
    if one.old_value != one.new_value or type(one.old_value) is not type(one.new_value):
        said.append(f"{_side(one.old_value)} -> {_side(one.new_value)}")
    return ", ".join(said) or f"{_side(one.new_value)} (only its definition or origin changed)"


def _side(value: object) -> str:
    return "(no value)" if value is None else shown(value)

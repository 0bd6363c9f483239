"""What `connect` and `connect_async` can be told."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypedDict, get_args

from trimtab.errors import BadOption
from trimtab.protocol import Pace
from trimtab.store import Resolver, Store
from trimtab.value_types import Value, ValueType

Mode = Literal["stream", "poll", "file", "memory"]


class Options(TypedDict, total=False):
    """All of them may be left out.

    `url`, `token`, `application`, `environment`, `profile_dir`: which server and as whom; what is
    left out comes from TRIMTAB_URL, TRIMTAB_TOKEN, TRIMTAB_APPLICATION, TRIMTAB_ENVIRONMENT, then
    from the profile of `trimtab up`.
    `mode`: `stream` (default), `poll` (every `poll_seconds`, 5 by default), `file` (the snapshot in
    `file`, looked at once a second), `memory` (holds `values`).
    `lkg_path`: the last-known-good file; by default one for each server, application and
    environment under $XDG_STATE_HOME (~/.local/state); False for none.
    `start_timeout`: seconds to wait for a first answer (5). `required`: raise without one.
    `declare`: keys and their types which the process environment may give while no snapshot knows
    them. `environ`: instead of os.environ. `schemes`: resolvers of further secret references, by
    scheme. `on_error`: called with every error of a callback and every set refused.
    """

    url: str
    token: str
    application: str
    environment: str
    profile_dir: Path
    mode: Mode
    file: Path | str
    values: Mapping[str, Value]
    poll_seconds: float
    lkg_path: Path | str | bool | None
    start_timeout: float
    required: bool
    declare: Mapping[str, str]
    environ: Mapping[str, str]
    schemes: Mapping[str, Resolver]
    on_error: Callable[[Exception], object]


def store_for(options: Options) -> Store:
    """The store that these options describe; raises ValueError for a type that is none."""
    return Store(
        process=options.get("environ"),
        schemes=options.get("schemes"),
        declared={key: ValueType(kind) for key, kind in options.get("declare", {}).items()},
        on_error=options.get("on_error"),
    )


def pace_for(options: Options) -> Pace:
    """How often to ask."""
    return Pace(poll_only=options.get("poll_seconds", Pace().poll_only))


def check_mode(options: Options) -> Mode:
    """The mode; raises BadOption if there is none of that name."""
    mode = options.get("mode", "stream")
    if mode not in get_args(Mode):
        raise BadOption(f"There is no mode {mode!r}: it is stream, poll, file or memory.")
    return mode


def file_of(options: Options) -> Path:
    """The file to follow; raises BadOption if none is named."""
    if "file" not in options:
        raise BadOption('Mode "file" must be told which: connect(mode="file", file=...).')
    return Path(options["file"])

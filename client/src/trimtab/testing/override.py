"""Other values for the length of a test."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from trimtab.errors import TrimtabError
from trimtab.store import EVERYWHERE
from trimtab.value_types import NotOfType, Value, ValueType, check_type

P = ParamSpec("P")
R = TypeVar("R")

_TYPES: Mapping[type, ValueType] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INTEGER,
    float: ValueType.NUMBER,
    str: ValueType.STRING,
}


class BadOverride(TrimtabError, ValueError):
    """A value that its setting could not have."""

    code = "bad-override"

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(f"{key} cannot be overridden with this value: it {reason}.")


class override:  # noqa: N801  it reads as a statement: `with override(KEY=...):`
    """Give settings other values in a `with` block, or while a decorated function runs.

    ```python
    with override(ELEVENLABS_VOICE_STABILITY=0.9):
        ...
    @override({"app.max-size": 10})              # keys that are no names of Python
    async def test_upload(): ...
    ```
    The values win over store and environment, in every client and every instance of
    `LiveSettings` of the process, in all threads, those made within the block included; only
    arguments of a settings class's constructor are stronger. Blocks may lie in each other; leaving
    one restores what was in force without it. Callbacks run as for any change.

    Raises, and changes nothing:
        BadOverride: the value is not of the setting's type.
        trimtab.store.Rejected: a settings class refuses it.
    """

    def __init__(self, values: Mapping[str, Value] | None = None, /, **named: Value) -> None:
        self._values = {**(values or {}), **named}
        self._open: list[AbstractContextManager[None]] = []

    def __enter__(self) -> Self:
        checked = {key: _checked(key, value) for key, value in self._values.items()}
        block = EVERYWHERE.override(checked)
        block.__enter__()
        self._open.append(block)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.pop().__exit__(None, None, None)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, run under the override each time."""
        if inspect.iscoroutinefunction(function):
            return cast(Callable[P, R], self._around_coroutine(function))

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with override(self._values):
                return function(*args, **kwargs)

        return run

    def _around_coroutine(
        self, function: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        @wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            with override(self._values):
                return await function(*args, **kwargs)

        return run


def _checked(key: str, value: object) -> Value:
    known = EVERYWHERE.items(key)
    kind = known[0].type if known else _TYPES.get(type(value), ValueType.JSON)
    try:
        return check_type(kind, value)
    except NotOfType as error:
        raise BadOverride(key, error.reason) from None

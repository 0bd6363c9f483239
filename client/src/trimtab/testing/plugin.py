"""What pytest finds by itself where Trimtab is installed; nothing else imports it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from trimtab.value_types import Value

from .override import override


@pytest.fixture
def trimtab_override() -> Iterator[Callable[..., None]]:
    """Give settings other values until the test ends: `trimtab_override(KEY=value)`.

    Takes what `trimtab.testing.override` takes; may be called several times.
    """
    with ExitStack() as until_the_end:

        def put(*values: Mapping[str, Value], **named: Value) -> None:
            until_the_end.enter_context(override(*values, **named))

        yield put

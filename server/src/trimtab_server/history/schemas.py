"""Request and response bodies of history, comparison and going back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from trimtab_server.http.wire import WireModel, example

Kind = Literal["value", "definition", "policy", "environment"]


class HistoryItem(WireModel):
    """One version of a value, a definition or a policy; null where there was or is nothing."""

    version: int
    revision: Annotated[str, Field(examples=["1795305600.12"])]
    kind: Kind
    environment: str | None
    old_value: Any
    new_value: Any
    purged: Annotated[
        list[Literal["old", "new"]],
        Field(description="Which of the two was a credential and has been taken away since."),
    ]
    actor: str
    channel: str
    comment: str | None
    at: datetime


class HistoryPage(WireModel):
    """Newest first; `nextCursor` is null on the last page."""

    items: list[HistoryItem]
    next_cursor: str | None


class DiffSide(WireModel):
    """One side of a comparison."""

    environment: str
    revision: str


class DiffItem(WireModel):
    """One key that differs; `added` is in the target only, `removed` in the source only."""

    key: str
    kind: Literal["added", "removed", "changed"]
    source_value: Any
    target_value: Any
    source_origin: str | None
    target_origin: str | None


class Diff(WireModel):
    """What differs between two sides, by key."""

    source: DiffSide
    target: DiffSide
    items: list[DiffItem]


class PostPromote(WireModel):
    """Copy what `source` resolves to into `target`: all that differs, or only `keys`."""

    model_config = example({"source": "staging", "target": "prod", "dryRun": True})

    source: Annotated[str, Field(max_length=63, examples=["staging"])]
    target: Annotated[str, Field(max_length=63, examples=["prod"])]
    keys: Annotated[list[str] | None, Field(min_length=1, max_length=1_000)] = None
    application: Annotated[str | None, Field(min_length=1, max_length=63)] = None
    comment: str | None = None
    dry_run: bool = False


class PostRollback(WireModel):
    """One of three: `environment`+`key`+`version`, `environment`+`revision`, or `change`."""

    model_config = example({"environment": "dev", "revision": 12, "dryRun": True})

    environment: Annotated[str | None, Field(min_length=1, max_length=63)] = None
    key: Annotated[str | None, Field(max_length=255)] = None
    version: Annotated[int | None, Field(ge=1, le=2**53 - 1)] = None
    revision: Annotated[int | None, Field(ge=0, le=2**53 - 1)] = None
    exact: Annotated[bool, Field(description="Pin inherited values too.")] = False
    change: Annotated[int | None, Field(ge=0, le=2**53 - 1)] = None
    force: Annotated[
        bool, Field(description="Undo a change although later ones edited the same places.")
    ] = False
    application: Annotated[str | None, Field(min_length=1, max_length=63)] = None
    comment: str | None = None
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> "PostRollback":
        sent = {name for name in _MEMBERS if getattr(self, name) is not None}
        if sent not in _FORMS:
            raise PydanticCustomError(
                "one_form",
                "send `environment` with `key` and `version`, or `environment` with `revision`, "
                "or `change` alone",
            )
        if self.exact and "revision" not in sent:
            raise PydanticCustomError("one_form", "`exact` goes with `revision` only")
        if self.force and "change" not in sent:
            raise PydanticCustomError("one_form", "`force` goes with `change` only")
        return self


_MEMBERS = ("environment", "key", "version", "revision", "change")
_FORMS: tuple[set[str], ...] = (
    {"environment", "key", "version"},
    {"environment", "revision"},
    {"change"},
    {"key", "version"},
    {"revision"},
)


class RollbackItem(WireModel):
    """One step of a change; null where there was or is nothing."""

    kind: Kind
    key: str | None
    environment: str | None
    old: Any
    new: Any
    version: int


class RollbackReply(WireModel):
    """What going back did, or in a dry run would do."""

    revision: str
    changed: bool
    dry_run: bool
    comment: str | None
    items: list[RollbackItem]
    still_differs: Annotated[
        list[DiffItem],
        Field(description="What is not as it was: an ancestor moved on. Empty with other forms."),
    ]

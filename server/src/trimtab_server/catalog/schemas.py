"""Request and response bodies of applications and environments."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from trimtab_server.http.wire import WireModel, example

Name = Annotated[str, Field(max_length=63, examples=["staging"])]


class EnvironmentReply(WireModel):
    """One environment; `parent` is null for the root."""

    name: str
    application: str
    parent: str | None
    touched_revision: str
    created_at: datetime


class EnvironmentList(WireModel):
    """All environments of an application."""

    items: list[EnvironmentReply]


class PostEnvironment(WireModel):
    """A new environment below an existing one; the parent stays for good."""

    model_config = example({"name": "qa", "parent": "staging"})

    name: Name
    parent: Annotated[str | None, Field(max_length=63, examples=["base"])]
    application: Annotated[str | None, Field(min_length=1, max_length=63)] = None
    comment: Annotated[str | None, Field(max_length=2_000)] = None


class ApplicationReply(WireModel):
    """One application and its head."""

    name: str
    revision: str
    created_at: datetime


class ApplicationList(WireModel):
    """All applications."""

    items: list[ApplicationReply]


class PostApplication(WireModel):
    """A new application; it starts with base, dev, staging and prod."""

    model_config = example({"name": "assistant"})

    name: Annotated[str, Field(max_length=63, examples=["assistant"])]

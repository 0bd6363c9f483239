"""Request and response bodies of the configuration routes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from trimtab_server.http.wire import Broken, WireModel, example

TypeName = Literal["string", "integer", "number", "boolean", "enum", "json"]
PolicyName = Literal["env", "shadow", "store"]
ReloadName = Literal["live", "rebuild", "restart"]

Json = Annotated[Any, Field(description="Any JSON value of the setting's type.")]
KeyName = Annotated[
    str, Field(min_length=1, max_length=255, examples=["ELEVENLABS_VOICE_STABILITY"])
]
EnvironmentName = Annotated[str, Field(min_length=1, max_length=63, examples=["staging"])]
ApplicationName = Annotated[str, Field(min_length=1, max_length=63, examples=["default"])]
Comment = Annotated[
    str | None, Field(description="Why; kept in the history.", examples=["calmer voice"])
]
RuleMap = Annotated[
    dict[str, Any] | None,
    Field(description="Rules by name; see the guide.", examples=[{"min": 0, "max": 1}]),
]


class Entity(WireModel):
    """One key in one environment, resolved."""

    id: str
    application: str
    environment: str
    category: str
    key: str
    value: Json
    description: str | None
    type: TypeName
    validation_rules: dict[str, Any]
    is_secret: bool
    origin: Annotated[
        str | None,
        Field(description="The environment whose value it is, `default`, or null: no value."),
    ]
    source_policy: PolicyName
    reload: ReloadName
    version: Annotated[int, Field(description="Counts the value's changes; 0 for a default.")]
    created_at: datetime
    updated_at: datetime
    updated_by: str


class WriteReply(Entity):
    """The entity as it is now."""

    revision: Annotated[str, Field(examples=["1795305600.12"])]
    changed: Annotated[bool, Field(description="False: it was so already; nothing was written.")]
    effective: Annotated[
        bool, Field(description="False while the policy is `shadow`: the process environment wins.")
    ]


class EntityPage(WireModel):
    """One page, by key; `nextCursor` is null on the last."""

    items: list[Entity]
    next_cursor: str | None


class SecretOverride(WireModel):
    """Somebody vouches that what looks like a credential is none; needs `secret:override`.

    Only a guess can be overruled, by randomness or a general form: a known form never. The reason
    stands in the audit trail.
    """

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["a public voice id"])]


Override = Annotated[
    SecretOverride | None,
    Field(description="Why this is no credential, where it was refused on a guess."),
]


def reason_of(override: SecretOverride | None) -> str | None:
    """What the caller vouches with."""
    return None if override is None else override.reason


class PutValue(WireModel):
    """A new value."""

    model_config = example({"value": 0.7, "comment": "calmer voice"})

    value: Json
    comment: Comment = None
    secret_override: Override = None


class DefinitionFields(WireModel):
    """Members of a definition; each may be left out."""

    category: Annotated[str | None, Field(max_length=63, examples=["voice_settings"])] = None
    type: TypeName | None = None
    validation_rules: RuleMap = None
    default: Json = None
    description: str | None = None
    is_secret: bool | None = None
    reload: ReloadName | None = None

    def given(self) -> dict[str, Any]:
        """The members of the definition that were sent, by their wire names."""
        sent = self.model_dump(exclude_unset=True)
        names = {field.alias for field in DefinitionFields.model_fields.values()}
        return {name: value for name, value in sent.items() if name in names}


class PatchDefinition(DefinitionFields):
    """A partial edit of a definition; `default: null` takes the default away."""

    model_config = example({"validationRules": {"min": 0, "max": 1}})

    comment: Comment = None
    secret_override: Override = None


class PutPolicy(WireModel):
    """Who owns the key's value in this environment; null inherits again."""

    model_config = example({"sourcePolicy": "shadow"})

    source_policy: PolicyName | None
    comment: Comment = None


class PostSetting(DefinitionFields):
    """A new setting, with its value in one environment unless it is left out."""

    model_config = example(
        {
            "key": "GREETING",
            "environment": "dev",
            "type": "string",
            "category": "texts",
            "value": "Hello",
        }
    )

    key: KeyName
    environment: EnvironmentName | None = None
    application: ApplicationName | None = None
    type: TypeName
    value: Json = None
    source_policy: PolicyName | None = None
    comment: Comment = None
    secret_override: Override = None


class BulkItem(DefinitionFields):
    """One edit. Without `op`: `set`, or `create` where the setting is new and `type` is sent."""

    op: Literal["set", "create", "delete", "define", "policy"] | None = None
    key: KeyName
    environment: EnvironmentName | None = None
    value: Json = None
    source_policy: PolicyName | None = None
    cascade: bool = False
    if_match: str | None = None
    secret_override: Override = None


class PostBulk(WireModel):
    """Many edits that become one change, or none."""

    model_config = example(
        {
            "items": [
                {"key": "GREETING", "environment": "dev", "value": "Hello"},
                {"op": "delete", "key": "GREETING", "environment": "staging"},
            ],
            "dryRun": True,
        }
    )

    items: Annotated[list[BulkItem], Field(min_length=1, max_length=1_000)]
    application: ApplicationName | None = None
    comment: Comment = None
    dry_run: bool = False


class Item(WireModel):
    """One step of a change; null where there was or is nothing."""

    kind: Literal["value", "definition", "policy", "environment"]
    key: str | None
    environment: str | None
    old: Any
    new: Any
    version: int


class ChangeReply(WireModel):
    """What a change did, or in a dry run would do."""

    revision: str
    changed: bool
    dry_run: bool
    comment: str | None
    items: list[Item]


class Verdict(WireModel):
    """Exactly what a write would say."""

    valid: bool
    errors: list[Broken]


class CategoryCount(WireModel):
    """One category."""

    category: str
    count: int


class Categories(WireModel):
    """All categories in use."""

    items: list[CategoryCount]


class SchemaReply(WireModel):
    """Definitions by key, and the whole environment as one JSON Schema (2020-12)."""

    settings: dict[str, Any]
    json_schema: dict[str, Any]


class Candidate(WireModel):
    """One place a value could come from, nearest first."""

    source: Literal["process-environment", "store", "default"]
    environment: str | None
    value: Any
    present: bool | None
    won: bool
    reason: str
    version: int | None
    updated_by: str | None
    updated_at: str | None


class Explanation(WireModel):
    """Why a value is what it is."""

    key: str
    application: str
    environment: str
    revision: str
    source_policy: PolicyName
    value: Any
    winner: str | None
    candidates: list[Candidate]

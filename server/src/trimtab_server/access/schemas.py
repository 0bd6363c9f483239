"""Request and response bodies of principals, tokens and grants."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from trimtab_server.http.wire import WireModel, example

RoleName = Literal["viewer", "editor", "admin", "auditor", "service"]
KindName = Literal["person", "service"]

PrincipalName = Annotated[str, Field(min_length=1, max_length=255, examples=["ci"])]
_NAME = r"^[a-z][a-z0-9_-]{0,62}$"
ApplicationName = Annotated[
    str | None, Field(pattern=_NAME, description="null: any.", examples=["default"])
]
EnvironmentName = Annotated[
    str | None, Field(pattern=_NAME, description="null: any.", examples=["staging"])
]
CategoryName = Annotated[
    str | None,
    Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="null: any.", examples=["voice_settings"]),
]
Days = Annotated[int, Field(ge=1, le=365)]


class Scope(WireModel):
    """A role within a scope; null stands for any."""

    role: RoleName
    application: ApplicationName = None
    environment: EnvironmentName = None
    category: CategoryName = None


class IdentityReply(WireModel):
    """Who somebody is at the OpenID issuer: never a name or an e-mail address."""

    issuer: str
    subject: str


class PrincipalReply(WireModel):
    """Somebody, or some program, with its grants."""

    id: str
    name: str
    kind: KindName
    created_at: datetime
    disabled_at: datetime | None
    grants: list[Scope]
    identity: Annotated[
        IdentityReply | None, Field(description="null: an administrator made the principal.")
    ]


class PrincipalPage(WireModel):
    """Principals; `nextCursor` is null on the last page."""

    items: list[PrincipalReply]
    next_cursor: str | None


class PostPrincipal(WireModel):
    """A new principal. It may do nothing until it is given a grant."""

    model_config = example(
        {
            "name": "ci",
            "kind": "service",
            "grants": [
                {"role": "editor", "environment": "staging", "category": "voice_settings"},
            ],
        }
    )

    name: PrincipalName
    kind: KindName = "service"
    grants: Annotated[list[Scope], Field(max_length=100, default_factory=list)]


class TokenReply(WireModel):
    """What may be said of a token; of the token itself only how it ends."""

    id: Annotated[str, Field(description="The part between `tt_` and the secret; not a secret.")]
    name: str
    principal: str
    application: Annotated[str | None, Field(description="Bound to it; null: not bound.")]
    environment: Annotated[str | None, Field(description="Bound to it; null: not bound.")]
    last4: str
    state: Annotated[
        Literal["live", "expired", "revoked", "disabled"],
        Field(description="Whether it lets anybody in; `disabled`: its principal is."),
    ]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute.")]


class NewToken(TokenReply):
    """A new token: `token` is shown this once and stored nowhere."""

    token: Annotated[str, Field(examples=["tt_4fTq…"])]


class TokenPage(WireModel):
    """Tokens; `nextCursor` is null on the last page."""

    items: list[TokenReply]
    next_cursor: str | None


class PostToken(WireModel):
    """A new token of a principal. Every token expires."""

    model_config = example({"principal": "ci", "name": "pipeline", "expiresInDays": 30})

    principal: PrincipalName
    name: Annotated[str | None, Field(min_length=1, max_length=255)] = None
    expires_in_days: Days = 90
    application: ApplicationName = None
    environment: EnvironmentName = None


class PostRotation(WireModel):
    """How a token is followed by a new one."""

    model_config = example({"overlapHours": 24})

    overlap_hours: Annotated[
        int,
        Field(ge=0, le=24 * 30, description="How long the old one goes on; 0 ends it at once."),
    ] = 24
    expires_in_days: Annotated[
        Days | None, Field(description="null: as long as the old one was given.")
    ] = None


class PostOwnRotation(WireModel):
    """How the token of this request is followed by one that lives as long as it was given."""

    model_config = example({"overlapHours": 24})

    overlap_hours: Annotated[
        int,
        Field(ge=0, le=24 * 30, description="How long the old one goes on; 0 ends it at once."),
    ] = 24


class GrantReply(Scope):
    """A role that a principal holds within a scope."""

    id: str
    principal: str
    created_at: datetime


class GrantPage(WireModel):
    """Grants; `nextCursor` is null on the last page."""

    items: list[GrantReply]
    next_cursor: str | None


class PostGrant(Scope):
    """A role for a principal."""

    model_config = example(
        {
            "principal": "ci",
            "role": "editor",
            "environment": "staging",
            "category": "voice_settings",
        }
    )

    principal: PrincipalName


class WhoAmIToken(WireModel):
    """The token of this request."""

    id: Annotated[str, Field(description="`oidc` for one that the OpenID issuer signed.")]
    name: str
    expires_at: datetime
    application: str | None
    environment: str | None


class WhoAmI(WireModel):
    """Whose token this is, and what it may do."""

    id: str
    name: str
    kind: KindName
    token: WhoAmIToken
    grants: list[Scope]
    identity: Annotated[
        IdentityReply | None, Field(description="Who it is at the OpenID issuer; null: our token.")
    ]
    protected_environments: Annotated[
        list[str],
        Field(description="An editor writes there only under a grant that names it."),
    ]

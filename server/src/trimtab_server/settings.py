"""The server's own settings: few, read once from `TRIMTAB_*`, all problems told together."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the server must know to start. Everything else lives in its database."""

    model_config = SettingsConfigDict(env_prefix="TRIMTAB_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path(".trimtab"),
        description="Folder of the embedded database, when no database URL is given.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        description="`postgresql://...` or `sqlite:///...`; empty means SQLite in the data folder.",
    )
    redis_url: str = Field(
        default="",
        repr=False,
        description="`redis://...`: servers that share it hear of each other's changes at once and "
        "share their rate limits, and with a key (`TRIMTAB_REDIS_KEY`) keep for each other what "
        "is read in an outage; empty: none.",
    )
    redis_key: str = Field(
        default="",
        repr=False,
        pattern="^(.{32,})?$",
        description="At least 32 random characters, the same for all servers that share a Redis: "
        "seals what they keep there for an outage of the database, so that one may "
        "start in it; empty: nothing is kept.",
    )
    audit_key_file: Path | None = Field(
        default=None,
        description="Ed25519 key that signs audit checkpoints; `audit.key` in the data folder.",
    )
    audit_checkpoint_file: str = Field(
        default="",
        description="File a checkpoint is appended to each minute in which something happened, "
        "`-` for standard output; empty means none.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8484, ge=0, le=65535, description="Port to listen on.")
    tls_cert_file: Path | None = Field(
        default=None, description="Certificate chain in PEM form; with it the server speaks TLS."
    )
    tls_key_file: Path | None = Field(
        default=None, description="The certificate's private key in PEM form, without a password."
    )
    allow_plain_http: bool = Field(
        default=False,
        description="Listen without TLS where other machines can connect: a proxy in front of "
        "the server speaks it.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, `10.0.0.0/8,::1`, whose `X-Forwarded-For` is "
        "believed; empty: nobody's.",
    )
    allow_unverified_database: bool = Field(
        default=False,
        description="Take a PostgreSQL on another machine that need not prove who it is.",
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=100, description="Connections kept open to the database."
    )
    protected_environments: str = Field(
        default="prod",
        pattern=r"^([a-z][a-z0-9_-]{0,62}(,[a-z][a-z0-9_-]{0,62})*)?$",
        description=(
            "Environments, `prod,live`, in which an editor writes only under a grant that names "
            "the environment; empty: none."
        ),
    )
    rate_limits: str = Field(
        default="",
        description="Requests a second of each token (`delivery`, `read`, `write`, `check`) and "
        "of each address (`address`; `login`: invalid credentials), `write=50,login=5`; ten times "
        "as many at once; those not named keep their default; `off`: none.",
    )
    oidc_issuer: str = Field(
        default="",
        description="URL of an OpenID issuer whose signed tokens are taken besides our own, "
        "exactly as its tokens say it; empty: none.",
    )
    oidc_audience: str = Field(
        default="", description="What must stand in `aud` of the issuer's tokens."
    )
    oidc_algorithms: str = Field(
        default="RS256,ES256",
        pattern=r"^[A-Za-z0-9]+(,[A-Za-z0-9]+)*$",
        description="Signature algorithms that are taken from the issuer, and no other.",
    )
    oidc_groups_claim: str = Field(
        default="groups", min_length=1, description="The claim that lists somebody's groups."
    )
    oidc_roles: str = Field(
        default="",
        description="What groups give, as JSON or the path of a file with it: "
        '`[{"group": "ops", "role": "editor", "environment": "prod"}]`; empty: nothing.',
    )
    max_streams: int = Field(
        default=5_000,
        ge=0,
        le=100_000,
        description="Streams that may be open at once; with 0 there are none, and readers poll.",
    )
    max_streams_per_token: int = Field(
        default=2_000, ge=1, le=100_000, description="Of these, with one token."
    )
    stream_opens_per_second: int = Field(
        default=200,
        ge=1,
        le=10_000,
        description="Streams that may be opened a second; others are told when to come again.",
    )
    log_format: str = Field(
        default="console", pattern="^(console|json)$", description="`console` or `json`."
    )

    @property
    def effective_database_url(self) -> str:
        """The URL given, or SQLite's in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'trimtab.sqlite3'}"

    @property
    def protected(self) -> frozenset[str]:
        """The names of the protected environments."""
        return frozenset(filter(None, self.protected_environments.split(",")))

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxies that are believed."""
        return tuple(filter(None, (one.strip() for one in self.trusted_proxies.split(","))))

    @property
    def effective_audit_key_file(self) -> Path:
        """The file given, or the one in the data folder."""
        return self.audit_key_file or self.data_dir / "audit.key"

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class BadSettings(Exception):
    """The server cannot start with these settings; the message lists every problem."""


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment; keyword arguments win.

    Raises:
        BadSettings: names every variable that is wrong, without its value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems = [
            f"TRIMTAB_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise BadSettings("; ".join(problems)) from None

"""What a route may ask for, and what each role gives."""

from enum import Enum, StrEnum


class Permission(StrEnum):
    """One kind of act. Every route of the API declares which one it needs."""

    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    DEFINITION_WRITE = "definition:write"
    POLICY_WRITE = "policy:write"
    HISTORY_READ = "history:read"
    SNAPSHOT_READ = "snapshot:read"
    EXPORT_READ = "export:read"
    ENVIRONMENT_READ = "environment:read"
    ENVIRONMENT_CREATE = "environment:create"
    APPLICATION_READ = "application:read"
    APPLICATION_CREATE = "application:create"
    AUDIT_READ = "audit:read"
    SECRET_OVERRIDE = "secret:override"  # noqa: S105 - the name of a permission
    RELOAD = "reload"
    METRICS_READ = "metrics:read"


class Reach(Enum):
    """How much an act touches, and so how wide a grant must be to allow it."""

    SERVER = "server"
    APPLICATION = "application"
    ENVIRONMENT = "environment"
    # Names that everybody who works somewhere in the application has to know.
    NAMES = "names"


# What is not named here acts within one environment. A definition holds in all environments, so
# no grant for one of them allows to change it.
_REACH = {
    Permission.DEFINITION_WRITE: Reach.APPLICATION,
    Permission.ENVIRONMENT_READ: Reach.NAMES,
    Permission.ENVIRONMENT_CREATE: Reach.APPLICATION,
    Permission.APPLICATION_READ: Reach.NAMES,
    Permission.APPLICATION_CREATE: Reach.SERVER,
    Permission.AUDIT_READ: Reach.APPLICATION,
    Permission.RELOAD: Reach.SERVER,
    Permission.METRICS_READ: Reach.SERVER,
}


def reach_of(permission: Permission) -> Reach:
    """How much an act under this permission touches."""
    return _REACH.get(permission, Reach.ENVIRONMENT)


class Role(StrEnum):
    """A name for a set of permissions; a grant gives a role within a scope."""

    ADMIN = "admin"
    VIEWER = "viewer"


_VIEWER = frozenset(
    {
        Permission.CONFIG_READ,
        Permission.HISTORY_READ,
        Permission.SNAPSHOT_READ,
        Permission.EXPORT_READ,
        Permission.ENVIRONMENT_READ,
        Permission.APPLICATION_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.VIEWER: _VIEWER,
}

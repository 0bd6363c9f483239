"""What a route may ask for, and what each role gives."""

from enum import Enum, StrEnum


class Permission(StrEnum):
    """One kind of act. Every route of the API declares which one it needs."""

    __hash__ = str.__hash__  # an enumeration's own is written in Python

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
    PRINCIPAL_READ = "principal:read"
    PRINCIPAL_WRITE = "principal:write"
    TOKEN_READ = "token:read"  # noqa: S105 - the name of a permission
    TOKEN_WRITE = "token:write"  # noqa: S105 - the name of a permission
    GRANT_READ = "grant:read"
    GRANT_WRITE = "grant:write"
    AUDIT_READ = "audit:read"
    SECRET_OVERRIDE = "secret:override"  # noqa: S105 - the name of a permission
    RELOAD = "reload"
    METRICS_READ = "metrics:read"


class Reach(Enum):
    """How much an act touches, and so how wide a grant must be to allow it."""

    SERVER = "server"
    # One application with everything in it: all environments, all categories.
    WHOLE = "whole"
    # All environments of an application, within some categories.
    APPLICATION = "application"
    ENVIRONMENT = "environment"
    # Names that everybody who works somewhere in the application has to know.
    NAMES = "names"


# What is not named here acts within one environment. A definition holds in all environments, so
# no grant for one of them allows to change it. Principals and tokens belong to no application:
# whoever could make tokens for a principal would act with all that it is ever given, anywhere.
_REACH = {
    Permission.DEFINITION_WRITE: Reach.APPLICATION,
    Permission.ENVIRONMENT_READ: Reach.NAMES,
    Permission.ENVIRONMENT_CREATE: Reach.WHOLE,
    Permission.APPLICATION_READ: Reach.NAMES,
    Permission.APPLICATION_CREATE: Reach.SERVER,
    Permission.PRINCIPAL_READ: Reach.SERVER,
    Permission.PRINCIPAL_WRITE: Reach.SERVER,
    Permission.TOKEN_READ: Reach.SERVER,
    Permission.TOKEN_WRITE: Reach.SERVER,
    Permission.AUDIT_READ: Reach.WHOLE,
    Permission.RELOAD: Reach.SERVER,
    Permission.METRICS_READ: Reach.SERVER,
}


def reach_of(permission: Permission) -> Reach:
    """How much an act under this permission touches."""
    return _REACH.get(permission, Reach.ENVIRONMENT)


class Role(StrEnum):
    """A name for a set of permissions; a grant gives a role within a scope."""

    __hash__ = str.__hash__

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SERVICE = "service"


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
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _VIEWER
    | {Permission.CONFIG_WRITE, Permission.DEFINITION_WRITE, Permission.POLICY_WRITE},
    Role.ADMIN: frozenset(Permission),
    # What happened and who may do what; the values themselves only as far as history shows them.
    Role.AUDITOR: frozenset(
        {
            Permission.AUDIT_READ,
            Permission.HISTORY_READ,
            Permission.ENVIRONMENT_READ,
            Permission.APPLICATION_READ,
            Permission.PRINCIPAL_READ,
            Permission.TOKEN_READ,
            Permission.GRANT_READ,
            Permission.METRICS_READ,
        }
    ),
    Role.SERVICE: frozenset({Permission.SNAPSHOT_READ}),
}

# Where an environment is protected, these roles write only under a grant that names it.
NAMED_WHERE_PROTECTED = frozenset({Role.EDITOR})
GUARDED = frozenset({Permission.CONFIG_WRITE, Permission.POLICY_WRITE})

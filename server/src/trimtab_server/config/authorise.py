"""Whether a principal may carry out these edits: each is asked about by itself."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.decide import require
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.names import ROOT_ENVIRONMENT
from trimtab_server.catalog.queries import Application
from trimtab_server.config.edits import (
    AnyEdit,
    Compose,
    CreateSetting,
    PutSetting,
    Redefine,
    RemoveValue,
    SetPolicy,
)


def authorise(principal: Principal, application: str, edits: Iterable[AnyEdit]) -> None:
    """Go on only if every edit is allowed.

    Raises:
        NotAllowed: one of them is not.
    """
    needed = {
        (permission, edit.environment)
        for edit in edits
        for permission in _permissions(edit) | _extra(edit)
    }
    for permission, environment in sorted(needed):
        require(principal, permission, application=application, environment=environment)


def authorised(principal: Principal, application: str, compose: Compose) -> Compose:
    """The same edits, asked about as soon as it is known which they are."""

    async def ask(connection: AsyncConnection, head: Application) -> tuple[AnyEdit, ...]:
        edits = await compose(connection, head)
        authorise(principal, application, edits)
        return edits

    return ask


def _extra(edit: AnyEdit) -> set[Permission]:
    return set() if edit.place.override is None else {Permission.SECRET_OVERRIDE}


def _permissions(edit: AnyEdit) -> set[Permission]:
    match edit:
        case CreateSetting() | Redefine():
            return {Permission.DEFINITION_WRITE}
        case SetPolicy():
            return {Permission.POLICY_WRITE}
        case PutSetting() if edit.fields:
            return {Permission.DEFINITION_WRITE, Permission.CONFIG_WRITE}
        case RemoveValue() if edit.environment == ROOT_ENVIRONMENT:  # the setting itself goes
            return {Permission.DEFINITION_WRITE}
        case _:
            return {Permission.CONFIG_WRITE}

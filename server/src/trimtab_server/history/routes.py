"""`history`, `diff`, `promote` and `rollback` under `/api/v1/config`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from trimtab_server.access.categories import EVERY_CATEGORY
from trimtab_server.access.decide import categories_of, require_some
from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.scope import (
    ApplicationQuery,
    EnvironmentQuery,
    application_of,
    environment_to_write,
)
from trimtab_server.config.carry_out import Wish, carry_out, state_after
from trimtab_server.config.edits import Compose
from trimtab_server.config.read import Moment, load_state
from trimtab_server.config.schemas import ChangeReply
from trimtab_server.config.write_request import CurrentWriting, change_reply
from trimtab_server.history.compare import Side, compare_sides
from trimtab_server.history.promote import promotion
from trimtab_server.history.restore import restore_environment, restore_version
from trimtab_server.history.schemas import (
    Diff,
    HistoryPage,
    PostPromote,
    PostRollback,
    RollbackReply,
)
from trimtab_server.history.timeline import load_timeline
from trimtab_server.history.undo import undo_change
from trimtab_server.http.cursor import PageSize, VersionCursor
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.parameters import RevisionNumber
from trimtab_server.http.responses import SCOPE, change, problems
from trimtab_server.http.sessions import AnyDatabase, ReadConnection
from trimtab_server.http.wire import json_reply

router = APIRouter(prefix="/api/v1/config", tags=["history"])


@router.get(
    f"/history/{KEY}",
    response_model=HistoryPage,
    responses=problems(*SCOPE, "not-found"),
    dependencies=[requires(Permission.HISTORY_READ, decided_inside=True)],
)
async def get_history(
    key: Key,
    connection: ReadConnection,
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
    environment: EnvironmentQuery = None,
    limit: PageSize = 100,
    cursor: VersionCursor = None,
) -> Response:
    """Every version of a key, newest first: old, new, who, when, why, at which revision.

    Without `environment`, in the one that the token is bound to, or else in all of them; values,
    definitions and source policies alike.
    """
    name = application_of(application, principal)
    environment = environment or principal.environment
    seen = require_some(
        principal, Permission.HISTORY_READ, application=name, environment=environment
    )
    timeline = await load_timeline(
        connection,
        name,
        key,
        seen,
        environment=environment,
        limit=limit,
        after=cursor,
    )
    return json_reply({"items": timeline.items, "nextCursor": timeline.next_cursor})


@router.get(
    "/diff",
    response_model=Diff,
    responses=problems(*SCOPE, "unknown-revision"),
    dependencies=[requires(Permission.HISTORY_READ, decided_inside=True)],
)
async def get_diff(
    connection: ReadConnection,
    principal: CurrentPrincipal,
    source: Annotated[
        str, Query(max_length=63, description="The one environment.", examples=["staging"])
    ],
    target: Annotated[
        str, Query(max_length=63, description="The other, or the same.", examples=["prod"])
    ],
    application: ApplicationQuery = None,
    source_revision: Annotated[
        RevisionNumber | None,
        Query(alias="sourceRevision", description="As of then; else now."),
    ] = None,
    target_revision: Annotated[
        RevisionNumber | None,
        Query(alias="targetRevision", description="As of then; else now."),
    ] = None,
) -> Response:
    """What differs between two environments, or between two revisions of one or of two."""
    name = application_of(application, principal)
    seen = EVERY_CATEGORY
    for environment in (source, target):  # what is hidden on one side would look removed
        seen &= require_some(
            principal, Permission.HISTORY_READ, application=name, environment=environment
        )
    sides = []
    for environment, revision in ((source, source_revision), (target, target_revision)):
        state = await load_state(connection, name, environment, seen, moment=Moment(revision))
        sides.append(Side(state, environment))
    left, right = sides
    return json_reply(
        {
            "source": left.to_json(),
            "target": right.to_json(),
            "items": compare_sides(left, right),
        }
    )


@router.post(
    "/promote",
    response_model=ChangeReply,
    responses=change("not-found", "unknown-environment"),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def promote(
    body: PostPromote, database: AnyDatabase, principal: CurrentPrincipal, writing: CurrentWriting
) -> Response:
    """Give `target` the values of `source`, as one change; look first with `dryRun`."""
    application = application_of(body.application, principal)
    for permission, environment in (
        (Permission.CONFIG_READ, body.source),
        (Permission.CONFIG_WRITE, body.target),
    ):
        require_some(principal, permission, application=application, environment=environment)
    wish = Wish(
        application,
        promotion(body.source, body.target, body.keys),
        body.comment,
        body.dry_run,
    )
    outcome = await carry_out(database, writing, wish)
    return change_reply(outcome, comment=body.comment, dry_run=body.dry_run)


@router.post(
    "/rollback",
    response_model=RollbackReply,
    responses=change("not-found", "unknown-environment", "unknown-revision"),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def roll_back(
    body: PostRollback, database: AnyDatabase, principal: CurrentPrincipal, writing: CurrentWriting
) -> Response:
    """Go back, as a new change.

    `environment` + `key` + `version`: that value again, under today's definition.
    `environment` + `revision`: the environment's own values as of then (on the root definitions
    too); `exact` pins inherited values. `change`: exactly that change's items undone, in every
    environment it edited; places edited again since are a conflict unless `force` is given.
    """
    environment, application = None, application_of(body.application, principal)
    if body.change is None:
        environment = environment_to_write(body.environment, principal)
        for permission in (Permission.HISTORY_READ, Permission.CONFIG_WRITE):
            require_some(principal, permission, application=application, environment=environment)
    wish = Wish(
        application,
        _composed(body, environment),
        body.comment,
        body.dry_run,
    )
    outcome = await carry_out(database, writing, wish)
    differs: list[dict[str, Any]] = []
    if body.revision is not None and environment is not None:
        seen = categories_of(
            principal, Permission.HISTORY_READ, application=application, environment=environment
        )
        after = (await state_after(database, writing, wish, outcome)).only(seen)
        async with database.read() as connection:
            then = await load_state(
                connection, application, environment, seen, moment=Moment(body.revision)
            )
        differs = compare_sides(Side(then, environment), Side(after, environment))
    reply = {
        "revision": outcome.revision_text,
        "changed": outcome.changed,
        "dryRun": body.dry_run,
        "comment": body.comment,
        "items": list(outcome.items),
        "stillDiffers": differs,
    }
    return json_reply(reply, headers={"Trimtab-Revision": outcome.revision_text})


def _composed(body: PostRollback, environment: str | None) -> Compose:
    if environment is None:
        return undo_change(body.change or 0, force=body.force)
    if body.revision is not None:
        return restore_environment(environment, body.revision, exact=body.exact)
    return restore_version(body.key or "", environment, body.version or 0)

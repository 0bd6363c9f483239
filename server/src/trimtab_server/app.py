"""The whole server, built once: what is made here is handed down, nothing is looked up."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict

from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from trimtab_server import __version__
from trimtab_server.access import routes as access_routes
from trimtab_server.access.authenticate import Authenticator
from trimtab_server.access.authentication import AuthenticationMiddleware, Door
from trimtab_server.access.configured_issuer import configured_issuer
from trimtab_server.access.permission import Permission
from trimtab_server.access.rate_limits import RateLimits, parse_rate_limits
from trimtab_server.access.refusals import Refusals
from trimtab_server.access.report_refusals import report_refusals
from trimtab_server.access.requires import check_routes_declare_permission, requires
from trimtab_server.access.token_use import TokenUse
from trimtab_server.catalog import routes as catalog_routes
from trimtab_server.config import routes as config_routes
from trimtab_server.config.committed import Committed
from trimtab_server.config.committer import Committer
from trimtab_server.config.report_secrets import report_secrets
from trimtab_server.config.routes_direct import DirectWrites
from trimtab_server.delivery import routes as delivery_routes
from trimtab_server.delivery.direct_reads import DirectReads
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.nodes import Nodes
from trimtab_server.delivery.request_memo import RequestMemo
from trimtab_server.delivery.source import DatabaseSource
from trimtab_server.delivery.stream import routes as stream_routes
from trimtab_server.delivery.stream.admission import StreamLimits
from trimtab_server.delivery.stream.streams import Streams
from trimtab_server.history import routes as history_routes
from trimtab_server.http import documentation, health
from trimtab_server.http.body import MAX_BULK_BYTES, BodyMiddleware
from trimtab_server.http.client_address import ClientAddress
from trimtab_server.http.description import describe, operation_id
from trimtab_server.http.head import HeadMiddleware
from trimtab_server.http.last_resort import LastResortMiddleware
from trimtab_server.http.metrics import Metrics, MetricsMiddleware
from trimtab_server.http.problems import install_problem_handlers
from trimtab_server.http.refuse_unread import refuse_unread
from trimtab_server.http.request_context import RequestContextMiddleware
from trimtab_server.http.request_text import RequestTextMiddleware
from trimtab_server.http.responses import problems
from trimtab_server.http.telemetry import is_traced, telemetry
from trimtab_server.infra.configured_hints import configured_hints
from trimtab_server.infra.database import Database
from trimtab_server.infra.listen import Listener
from trimtab_server.settings import Settings
from trimtab_server.trail import routes as trail_routes
from trimtab_server.trail.keep_checkpoints import keep_checkpoints

# A database that hangs is away: no request waits for it without end.
ANSWER_SECONDS = 5.0
_BODY_LIMITS = {
    "/api/v1/config/bulk": MAX_BULK_BYTES,
    "/api/v1/config/validate": MAX_BULK_BYTES,
}


class State(TypedDict):
    """What every request finds in `request.state`."""

    database: Database
    committer: Committer
    feed: Feed
    streams: Streams
    metrics: Metrics
    nodes: Nodes
    request_memo: RequestMemo
    serves_reads: Callable[[], bool]
    audit_key_file: Path


class Server(FastAPI):
    """The framework, behind the reads and writes that are answered without it."""

    direct_reads: DirectReads | None = None
    direct_writes: DirectWrites | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any request, by whoever answers it."""
        is_http = scope["type"] == "http"
        if is_http and self.direct_reads is not None and await self.direct_reads(scope, send):
            return
        if is_http and self.direct_writes is not None:
            await self.direct_writes(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings; its resources live as long as it runs.

    Raises:
        BadSettings: what they say together cannot be so.
    """
    issuer = configured_issuer(settings)
    limits = RateLimits(parse_rate_limits(settings.rate_limits))
    shared = _shared_proofs(settings)
    database = Database(
        settings.effective_database_url,
        pool_size=settings.database_pool_size,
        answer_seconds=ANSWER_SECONDS,
    )
    feed, metrics = Feed(DatabaseSource(database)), Metrics()
    nodes = Nodes(database, feed, secrets.token_hex(4))

    def hear(payload: str) -> None:
        nodes.hint(payload)
        feed.hint(payload)

    hints = configured_hints(settings, hear, feed.look)

    async def on_announced(payloads: Sequence[str]) -> None:
        for payload in payloads:
            nodes.hint(payload)
            hints.tell(payload)
        await feed.on_announced(payloads)

    database.on_announced = on_announced
    refusals, token_use = Refusals(database), TokenUse(database)

    async def on_commit(committed: Committed) -> None:
        head = committed.after.application
        metrics.changes.inc(head.revision - committed.since)
        hints.tell(f"{head.id}:{head.epoch}:{head.revision}")
        await feed.on_commit(committed)

    committer = Committer(database, on_commit)
    feed.is_writing = lambda: committer.is_busy

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        background = [
            *_follow(database, feed, nodes, hear),
            asyncio.create_task(app.state.streams.run()),
            asyncio.create_task(hints.run()),
            *_keep_signing(database, settings),
            *_share_limits(limits, settings),
            *_keep_states(feed, settings),
            *([] if shared is None else [asyncio.create_task(shared.run())]),
        ]
        yield {
            "database": database,
            "committer": committer,
            "feed": feed,
            "streams": app.state.streams,
            "metrics": metrics,
            "nodes": nodes,
            "request_memo": direct_reads.memo,
            "serves_reads": lambda: feed.serves_reads,
            "audit_key_file": settings.effective_audit_key_file,
        }
        await app.state.streams.shut_down()
        for task in background:
            task.cancel()
        await asyncio.wait(background)
        await nodes.leave()
        await committer.drain()
        await feed.drain()
        await app.state.door.drain()
        await database.dispose()

    app = Server(
        title="Trimtab",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # one resource, one address
        generate_unique_id_function=operation_id,
        telemetry=telemetry(),
        lifespan=lifespan,
    )
    _add_routes(app)
    install_problem_handlers(app)
    check_routes_declare_permission(app)
    report_refusals(app, refusals)
    report_secrets(app, refusals)
    authenticator = Authenticator(
        database,
        protected=settings.protected,
        monotonic=time.monotonic,
        now=_now,
        issuer=issuer,
        shared=shared,
    )
    app.state.database, app.state.feed = database, feed
    app.state.streams = Streams(feed, authenticator, metrics, _stream_limits(settings))
    app.state.door = Door(authenticator, refusals, token_use, limits)
    client_address = ClientAddress(settings.proxies)
    app.direct_reads = direct_reads = DirectReads(feed, app.state.door, metrics, client_address)
    if not is_traced():  # a write has its span from the framework
        framework = partial(FastAPI.__call__, app)
        app.direct_writes = DirectWrites(
            framework, committer, app.state.door, metrics, client_address
        )
    _add_middleware(app, settings, metrics, client_address)
    app.openapi = lambda: describe(app, health.PATHS)  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _stream_limits(settings: Settings) -> StreamLimits:
    return StreamLimits(
        settings.max_streams, settings.max_streams_per_token, settings.stream_opens_per_second
    )


def _follow(
    database: Database, feed: Feed, nodes: Nodes, hear: Callable[[str], None]
) -> list[asyncio.Task[None]]:
    """What keeps the feed the newest there is: looking, and on PostgreSQL listening."""
    following = [asyncio.create_task(feed.run()), asyncio.create_task(nodes.run())]
    if not database.is_sqlite:
        listener = Listener(database, hear, feed.look)
        following.append(asyncio.create_task(listener.run()))
    return following


def _keep_signing(database: Database, settings: Settings) -> Iterator[asyncio.Task[None]]:
    target = settings.audit_checkpoint_file
    if target:
        key_file = settings.effective_audit_key_file
        yield asyncio.create_task(keep_checkpoints(database, key_file, target))


def _share_limits(limits: RateLimits, settings: Settings) -> Iterator[asyncio.Task[None]]:
    """Only where there is a Redis is what it needs imported."""
    if settings.redis_url:
        module: Any = import_module("trimtab_server.access.share_rates")
        yield module.share_rates(limits, settings.redis_url)


def _shared_proofs(settings: Settings) -> Any:
    """Under the same key: what servers say to each other of the tokens they know."""
    if not (settings.redis_url and settings.redis_key):
        return None
    module: Any = import_module("trimtab_server.access.shared_proofs")
    return module.shared_proofs(settings.redis_url, settings.redis_key)


def _keep_states(feed: Feed, settings: Settings) -> Iterator[asyncio.Task[None]]:
    """What other servers may need in an outage; only under a key that Redis does not hold."""
    if settings.redis_url and settings.redis_key:
        module: Any = import_module("trimtab_server.delivery.kept_states")
        kept = module.kept_states(settings.redis_url, settings.redis_key)
        feed.find_kept = kept.find
        yield asyncio.create_task(kept.run(feed))


def _add_routes(app: FastAPI) -> None:
    app.include_router(health.router)
    app.include_router(documentation.router)
    for router in (
        config_routes.router,  # they are looked through in this order
        access_routes.router,
        delivery_routes.router,
        stream_routes.router,
        history_routes.router,
        catalog_routes.router,
        trail_routes.router,
    ):
        app.include_router(router, dependencies=[Depends(refuse_unread)])

    @app.get(
        "/metrics",
        response_class=PlainTextResponse,
        responses={200: {"description": "All counters."}, **problems()},
        dependencies=[requires(Permission.METRICS_READ)],
        tags=["health"],
    )
    async def metrics(request: Request) -> Response:
        """Counters of this process, in Prometheus' text format."""
        reply: Response = request.state.metrics.reply()
        return reply


def _add_middleware(
    app: FastAPI, settings: Settings, metrics: Metrics, client_address: ClientAddress
) -> None:
    """The last one added is the outermost: nobody's body is read before they are known."""
    open_paths = health.PATHS | (documentation.PATHS if settings.is_loopback else frozenset())
    app.add_middleware(BodyMiddleware, limits=_BODY_LIMITS)
    app.add_middleware(RequestTextMiddleware)
    app.add_middleware(AuthenticationMiddleware, door=app.state.door, open_paths=open_paths)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(LastResortMiddleware)
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    app.add_middleware(RequestContextMiddleware, client_address=client_address)


def _now() -> datetime:
    return datetime.now(UTC)

"""Whoever is to be measured beside Trimtab, started if it is there and named if it is not."""

from contextlib import ExitStack
from dataclasses import dataclass

from real_servers import PostgresServer

from . import etcd, unleash
from .children import Child
from .result import Result


@dataclass(frozen=True, slots=True)
class Peers:
    """The running peers; None is one that is missing, which the result already says."""

    unleash: unleash.Unleash | None
    etcd: Child | None


def start_peers(
    up: ExitStack, result: Result, postgres: PostgresServer, *, cpu: int | None = None
) -> Peers:
    """Start both for as long as `up` is open, and note versions and what is missing."""
    return Peers(
        _start_unleash(up, result, postgres, cpu),
        _start_etcd(up, result, cpu),
    )


def _start_unleash(
    up: ExitStack, result: Result, postgres: PostgresServer, cpu: int | None
) -> unleash.Unleash | None:
    if why := unleash.missing():
        result.missing["Unleash"] = why
        return None
    result.versions["Unleash"] = unleash.version()
    return up.enter_context(unleash.running(postgres.create_database(), cpu=cpu))


def _start_etcd(up: ExitStack, result: Result, cpu: int | None) -> Child | None:
    if why := etcd.missing():
        result.missing["etcd"] = why
        return None
    result.versions["etcd"] = etcd.version()
    return up.enter_context(etcd.running(cpu=cpu))

"""The configuration routes together; fixed paths come before those with a key in them."""

from fastapi import APIRouter

from trimtab_server.config import (
    routes_bulk,
    routes_definition,
    routes_entity,
    routes_overview,
)

router = APIRouter()
for part in (routes_bulk, routes_overview, routes_definition, routes_entity):
    router.include_router(part.router)

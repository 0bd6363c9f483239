"""The configuration routes together; first the one that is asked most."""

from fastapi import APIRouter

from trimtab_server.config import (
    routes_bulk,
    routes_definition,
    routes_entity,
    routes_overview,
    routes_value,
)

router = APIRouter()
for part in (routes_value, routes_bulk, routes_overview, routes_definition, routes_entity):
    router.include_router(part.router)

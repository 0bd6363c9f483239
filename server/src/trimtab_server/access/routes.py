"""The routes of access together; `tokens/self` comes before those with an id in its place."""

from fastapi import APIRouter

from . import routes_grants, routes_own_token, routes_principals, routes_tokens

router = APIRouter()
for part in (routes_own_token, routes_principals, routes_tokens, routes_grants):
    router.include_router(part.router)

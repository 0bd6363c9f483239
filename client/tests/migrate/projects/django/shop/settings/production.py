from decouple import Choices, Csv, config

from .base import *  # noqa: F403
from .base import env

CURRENCY = config("CURRENCY", default="EUR", cast=Choices(["EUR", "CHF", "USD"]))
TRUSTED_ORIGINS = config("TRUSTED_ORIGINS", default="", cast=Csv())
MAINTENANCE = config("MAINTENANCE", default=False, cast=bool)
SEARCH_BACKEND = env.str("SEARCH_BACKEND", default="simple")

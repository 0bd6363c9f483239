"""Secrets out of Infisical, for references in the store. `pip install 'trimtab[infisical]'`."""

from .reference import BadReference, Reference, parse_reference
from .resolve import Infisical
from .settings import InfisicalSettings

__all__ = ["BadReference", "Infisical", "InfisicalSettings", "Reference", "parse_reference"]

"""What a project says about its environment variables: env files, and the code that reads them."""

from .files import Problem, ReadFile
from .occurrence import Occurrence
from .roles import Role, role_of
from .take import Inventory, NoSuchFolder, take_inventory

__all__ = [
    "Inventory",
    "NoSuchFolder",
    "Occurrence",
    "Problem",
    "ReadFile",
    "Role",
    "role_of",
    "take_inventory",
]

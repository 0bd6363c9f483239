"""What a project says about its environment variables: env files, and the code that reads them."""

from .files import Problem, ReadFile
from .named_files import NamedFiles, process_environment, read_named_files
from .occurrence import Occurrence
from .roles import Role, is_environment_name, role_of
from .take import Inventory, NoSuchFolder, take_inventory

__all__ = [
    "Inventory",
    "NamedFiles",
    "NoSuchFolder",
    "Occurrence",
    "Problem",
    "ReadFile",
    "Role",
    "is_environment_name",
    "process_environment",
    "read_named_files",
    "role_of",
    "take_inventory",
]

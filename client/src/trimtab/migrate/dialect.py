"""Whose rules an env file is read by."""

from enum import StrEnum


class Dialect(StrEnum):
    PYTHON_DOTENV = "python-dotenv"
    NODE_DOTENV = "node-dotenv"
    COMPOSE = "compose"
    POSIX_SHELL = "posix-shell"

    def read(self, text: str) -> dict[str, str]:
        raise NotImplementedError(self)

"""Driving `trimtab migrate` from tests: a real server, the command line, and losing the one."""

from .command_line import CommandLine, Outcome
from .server_process import ServerProcess, clean_environ, running_server
from .unreliable_proxy import Lose, UnreliableProxy

__all__ = [
    "CommandLine",
    "Lose",
    "Outcome",
    "ServerProcess",
    "UnreliableProxy",
    "clean_environ",
    "running_server",
]

"""Driving the HTTP API from tests: the real application with its lifespan, on a real database."""

from .api import CONFIG, Api
from .problem import assert_problem
from .process import Process, run_server_command, serving_process
from .raw import Headers, RawReply, ask_unread
from .running import running_app
from .samples import OWN, SAMPLES, Sample, arguments, prepare
from .serving import Served, serving
from .store import Store

__all__ = [
    "CONFIG",
    "OWN",
    "SAMPLES",
    "Api",
    "Headers",
    "Process",
    "RawReply",
    "Sample",
    "Served",
    "Store",
    "arguments",
    "ask_unread",
    "assert_problem",
    "prepare",
    "run_server_command",
    "running_app",
    "serving",
    "serving_process",
]

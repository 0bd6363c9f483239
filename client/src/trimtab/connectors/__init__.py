"""How a set arrives: over a stream or by polling, from a file, out of memory."""

from .file import FileConnector
from .follower import Follower, Standing
from .last_known_good import LastKnownGood
from .memory import MemoryConnector
from .setup import set_up
from .tasks import FollowerTasks
from .thread import FollowerThread

__all__ = [
    "FileConnector",
    "Follower",
    "FollowerTasks",
    "FollowerThread",
    "LastKnownGood",
    "MemoryConnector",
    "Standing",
    "set_up",
]

"""The assistant's own settings; each service has its own class in `trimtab.integrations`."""

import logging
from enum import StrEnum

from trimtab import LiveSettings

VERBOSE = 5


class LogLevel(StrEnum):
    """As the values of LOG_LEVEL are written."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"
    VERBOSE = "verbose"

    @property
    def number(self) -> int:
        """The level of Python's logging."""
        return {"warn": logging.WARNING, "verbose": VERBOSE}.get(
            self.value, getattr(logging, self.name, VERBOSE)
        )


class AssistantSettings(LiveSettings):
    """LOG_LEVEL, DEBUG and DEV_MODE."""

    log_level: LogLevel = LogLevel.INFO
    debug: bool = False
    dev_mode: bool = False


def follow_log_level(settings: AssistantSettings) -> None:
    """Keep the loggers of the assistant and of its services at LOG_LEVEL."""

    def put(level: LogLevel) -> None:
        for name in ("assistant", "trimtab"):
            logging.getLogger(name).setLevel(level.number)

    logging.addLevelName(VERBOSE, "VERBOSE")
    put(settings.log_level)
    settings.on_change("log_level", lambda _old, new: put(new))

"""The server: API, delivery, migrations."""

__version__ = "0.1.0"

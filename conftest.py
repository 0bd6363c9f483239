"""Both suites, and the tests across them, may ask for real servers."""

pytest_plugins = ["real_servers"]

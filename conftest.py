"""Both suites, and the tests across them, may ask for real servers."""

from hypothesis import settings

pytest_plugins = ["real_servers"]

# How long one example takes says nothing on a shared machine; pytest's timeout bounds the test.
settings.register_profile("workshop", settings(), deadline=None, print_blob=True)
settings.load_profile("workshop")

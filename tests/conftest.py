"""Settings of all tests: property tests draw the same examples on every machine and have no time limit each."""

from hypothesis import settings

settings.register_profile("spacevista", deadline=None, derandomize=True)
settings.load_profile("spacevista")

"""What tests of the whole service share: a town of stand-ins on loopback, and patience."""

import time

import pytest
from hypothesis import settings

from sandbox.town import Town

# Properties are tried without a stopwatch: a busy machine is no counterexample.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture
def town():
    found = Town()
    yield found
    found.close()


@pytest.fixture
def until():
    """Wait until something is so; return what it is."""

    def wait(is_so, seconds=20.0):
        end = time.monotonic() + seconds
        while not (found := is_so()):
            assert time.monotonic() < end, "it never came"
            time.sleep(0.01)
        return found

    return wait

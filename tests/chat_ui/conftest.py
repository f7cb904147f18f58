"""What tests of the browser code share: a build of it, made once."""

import pytest

from chat_ui import build


@pytest.fixture(scope="session")
def dist():
    build.build()
    return build.DIST

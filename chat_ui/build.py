"""Builds what browsers load into `chat_ui/dist/`: bundles by esbuild, and each page's own part of each locale.

Run as `python -m chat_ui.build`; when no source has changed since the last time it does nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shipping import node
from shipping.missing import Missing

HOME = Path(__file__).parent
DIST = HOME / "dist"
STAMP = DIST / ".stamp"
SOURCES = ("*.js", "*.json", "*.py", "core/**/*", "widget/**/*", "pane/**/*", "locales/*.json")
ENTRIES = ("widget/launcher.js", "widget/widget.js", "widget/page.js", "pane/pane.js", "core/sdk.js")  # as in bundle.js
# Whose texts go into which file of a locale; what `core` says, both say.
PARTS = {"locale": ("widget.", "core."), "pane.locale": ("pane.", "core.", "widget.")}


def build() -> bool:
    """Bring `dist` up to date and return whether there was anything to do.

    Missing where Node or its packages are not to be had, CalledProcessError where a source is wrong: what is made from
    the others is there all the same.
    """
    stamp = fingerprint()
    if is_built(stamp):
        return False
    with alone():
        if is_built(stamp):
            return False
        with tempfile.TemporaryDirectory(dir=DIST) as folder:
            split_locales(Path(folder))
            try:
                run("bundle.js", folder)
            finally:
                move_in(Path(folder))
        throw_out_older(stamp)
    return True


def fingerprint() -> str:
    """A hash over the names and contents of everything that the result depends on."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in HOME.glob(pattern) if path.is_file()}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(HOME)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def is_built(stamp: str) -> bool:
    """Whether the last build was of these sources."""
    return STAMP.exists() and STAMP.read_text() == stamp


@contextmanager
def alone() -> Iterator[None]:
    """Keep other builds waiting."""
    DIST.mkdir(exist_ok=True)
    with (DIST / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def split_locales(folder: Path) -> None:
    """Write each page's part of each locale."""
    for path in sorted(HOME.glob("locales/*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        for name, prefixes in PARTS.items():
            part = {key: text for key, text in texts.items() if key.startswith(prefixes)}
            (folder / f"{name}.{path.stem}.json").write_text(
                json.dumps(part, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
            )


def move_in(folder: Path) -> None:
    """Put the new files in the place of the old ones, each at one stroke."""
    for path in folder.iterdir():
        path.replace(DIST / path.name)


def throw_out_older(stamp: str) -> None:
    """Note that everything was built, and throw out what was not made this time."""
    made = {path.stem for pattern in ENTRIES for path in HOME.glob(pattern)}
    made |= {f"{name}.{path.stem}" for name in PARTS for path in HOME.glob("locales/*.json")}
    for path in built():
        if path.stem not in made:
            path.unlink()
    STAMP.write_text(stamp)


def built() -> list[Path]:
    """Everything that was built."""
    return sorted([*DIST.glob("*.js"), *DIST.glob("*.json")])


def sizes() -> dict[str, tuple[int, int]]:
    """Bytes of each file that was built: as it is, and as a server sends it with gzip."""
    return {path.name: (len(content := path.read_bytes()), len(gzip.compress(content, 9))) for path in built()}


def check_types() -> None:
    """Hold the sources to their types and to the SDK's; CalledProcessError with what is wrong."""
    run("node_modules/typescript/bin/tsc", "--project", "tsconfig.json")


def run(*arguments: str) -> None:
    """Run a script with Node, here; CalledProcessError with what it said where it fails."""
    node.ready(HOME).run(*arguments, cwd=HOME).check_returncode()


def main() -> int:
    """Build, or check the types; the exit code is 0 when it went well."""
    parser = argparse.ArgumentParser(description="Build what browsers load.")
    parser.add_argument("--types", action="store_true", help="check the types instead")
    parser.add_argument("--sizes", action="store_true", help="tell the sizes afterwards")
    parser.add_argument(
        "--optional", action="store_true", help="say in one line what is missing, and call it a success"
    )
    options = parser.parse_args()
    try:
        check_types() if options.types else build()
    except Missing as missing:
        print(f"The browser's part is not built: {missing}", file=sys.stderr)
        return 0 if options.optional else 1
    except subprocess.CalledProcessError as failed:
        print(f"{failed.stdout}{failed.stderr}", file=sys.stderr)
        return 1
    for name, (raw, packed) in sizes().items() if options.sizes else ():
        print(f"{name:24} {raw:>9,} {packed:>9,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

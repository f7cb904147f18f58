"""Packs the app for Zendesk: for one service's address, checked, and byte for byte the same each time."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from shipping.address import PLACEHOLDER
from shipping.zaf_package import Package
from shipping.zaf_rules import PackageError, problems_of

SOURCE = Path(__file__).parents[1] / "connectors" / "zendesk" / "install"
ZIP = "zendesk.zip"
# The oldest time that a zip can hold.
NEVER = (1980, 1, 1, 0, 0, 0)
READABLE, UNIX = 0o100644 << 16, 3


def pack(public_url: str, into: Path) -> Path:
    """Write zendesk.zip for the service at this address; PackageError says what Zendesk would refuse."""
    if not public_url.startswith("https://"):
        raise PackageError(["PUBLIC_URL: has to begin with https://, or Zendesk loads nothing from it."])
    package = addressed(Package.read(SOURCE / "app"), public_url)
    problems = problems_of(package)
    if problems:
        raise PackageError(problems)
    into.mkdir(parents=True, exist_ok=True)
    _write({**package.files, "LICENSE": (SOURCE / "LICENSE").read_bytes()}, into / ZIP)
    return into / ZIP


def addressed(package: Package, public_url: str) -> Package:
    """The package with the service's address, and its host, in the place of what stands for them."""
    pairs = ((PLACEHOLDER, public_url), (_host(PLACEHOLDER), _host(public_url)))
    files = dict(package.files)
    for placeholder, real in pairs:
        texts = {name: data for name, data in files.items() if name.endswith(".json")}
        files |= {name: data.replace(placeholder.encode(), real.encode()) for name, data in texts.items()}
    return replace(package, files=files)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _write(files: dict[str, bytes], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, NEVER)
            info.create_system, info.external_attr, info.compress_type = UNIX, READABLE, zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])

"""The SFDX project for an org: its source with the address of the service.

https://developer.salesforce.com/docs/platform/sfdx-dev/guide/sfdx-dev-ws-config.html. The same source and address give
the same bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from shipping.address import PLACEHOLDER

SOURCE = Path(__file__).parents[1] / "connectors" / "salesforce" / "install"


def pack(public_url: str, into: Path) -> Path:
    """Write it to the folder `salesforce`, in place of what was there."""
    target = into / "salesforce"
    shutil.rmtree(target, ignore_errors=True)
    for source in sorted(path for path in SOURCE.rglob("*") if path.is_file()):
        packed = target / source.relative_to(SOURCE)
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(source.read_bytes().replace(PLACEHOLDER.encode(), public_url.encode()))
    return target

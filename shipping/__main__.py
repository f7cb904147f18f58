"""`python -m shipping [salesforce] [zendesk] [shopify]`: build packages, all without a name, into dist/."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from caseroom.settings import environment
from shipping.address import public_url

DIST = Path("dist")
# Each has a function `pack` of the service's address and the folder to pack into, which returns what it made.
PACKERS = {
    "salesforce": "shipping.salesforce",
    "zendesk": "shipping.zendesk",
    "shopify": "shipping.shopify",
}

Pack = Callable[[str, Path], Path]


def main(arguments: Sequence[str], settings: Mapping[str, str], into: Path = DIST) -> int:
    """Build; 2 where what was asked for cannot be."""
    try:
        names = chosen(arguments)
        url = public_url(settings.get("PUBLIC_URL", ""))
    except ValueError as wrong:
        click.echo(wrong, err=True)
        return 2
    for name in names:
        try:
            click.echo(f"{name}: {packer(name)(url, into)}")
        except ValueError as refused:
            click.echo(f"{name}: {refused}", err=True)
            return 2
    return 0


def chosen(arguments: Sequence[str]) -> Sequence[str]:
    """The packages that are named, or all; ValueError for a name of none."""
    for name in arguments:
        if name not in PACKERS:
            raise ValueError(f"There is no package {name!r}: there are {', '.join(PACKERS)}")
    return arguments or [*PACKERS]


def packer(name: str) -> Pack:
    """Imported when it is used: one package needs nothing of another."""
    pack: Pack = import_module(PACKERS[name]).pack
    return pack


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environment()))

"""Play the story; stay up afterwards, unless told to end."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console

from sandbox.demo.stage import Broken, Stage
from sandbox.demo.story import PARTS


def main() -> int:
    """The exit code is 0 when every step held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the story")
    options = parser.parse_args()
    console = Console(highlight=False)
    console.print("[bold]Caseroom[/]: every support case gets a chat room. All vendors here are stand-ins on loopback.")
    stage = Stage(console)
    try:
        return _play(stage, console, stays=not options.once)
    except KeyboardInterrupt:
        return 0
    finally:
        stage.close()


def _play(stage: Stage, console: Console, *, stays: bool) -> int:
    began = time.monotonic()
    try:
        stage.ready()
        for part in PARTS:
            part(stage)
    except Broken as broken:
        console.print(f"\n[bold red]The story broke:[/] {broken}\n[dim]{stage.log.read_text()[-3000:]}[/]", markup=True)
        return 1
    console.print(f"\n[bold green]All of it held:[/] {stage.held} things seen in {time.monotonic() - began:.1f} s.\n")
    _show_addresses(stage, console)
    while stays:
        time.sleep(1)
    return 0


def _show_addresses(stage: Stage, console: Console) -> None:
    looks = {
        "the service": f"{stage.url}/readyz and {stage.url}/openapi.json",
        "Tencent Chat (groups and what was said)": stage.town.urls["tencent_chat"],
        "Zendesk (tickets)": stage.town.urls["zendesk"],
        "Salesforce (cases)": stage.town.urls["salesforce"],
        "the shop": stage.town.urls["shop"],
    }
    for name, url in looks.items():
        console.print(f"  {name:42} [link]{url}[/link]")


if __name__ == "__main__":
    sys.exit(main())

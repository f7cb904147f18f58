"""Play the story; stay up afterwards, unless told to end."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console

from sandbox.demo.stage import Broken, Stage
from sandbox.demo.story import PARTS
from sandbox.town import Town


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
    town, urls = stage.town, stage.town.urls
    console.print(
        "[bold]Now play yourself.[/] Ask at the shop, then answer as an agent; assign, reassign, solve and close there."
    )
    looks = {
        "a shop page, with the chat": urls["shop"],
        "the theme editor's view of it": f"{urls['shop']}/?design=1",
        **{f"Zendesk, {name}'s screen": f"{urls['zendesk']}/agent/{agent}" for agent, name in agents_of(town)},
        **{f"Salesforce, {name}'s console": f"{urls['salesforce']}/lightning/{user}" for user, name in users_of(town)},
        "Tencent Chat: groups and what was said": urls["tencent_chat"],
        "Zendesk and Salesforce as they are": f"{urls['zendesk']} {urls['salesforce']}",
        "the service": f"{stage.url}/readyz {stage.url}/openapi.json",
    }
    for name, found in looks.items():
        console.print(f"  {name:40} " + " ".join(f"[link={url}]{url}[/link]" for url in found.split()), soft_wrap=True)


def agents_of(town: Town) -> list[tuple[int, str]]:
    """Two agents of Zendesk, by id and name."""
    return [(agent.id, agent.name) for agent in town.zendesk_screen.agents()][:2]


def users_of(town: Town) -> list[tuple[str, str]]:
    """Two agents of Salesforce, by id and name."""
    return [(user, town.salesforce.name_of(user)) for user in town.salesforce_screen.agents()][:2]


if __name__ == "__main__":
    sys.exit(main())

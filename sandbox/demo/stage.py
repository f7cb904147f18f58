"""What the story is played on: the vendors, the real service in processes of its own, and a teller."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.text import Text

from sandbox.faults import Fault, Faults
from sandbox.mailbox import Outgoing
from sandbox.service import Service
from sandbox.tencent_chat.group import Group
from sandbox.town import INTAKE_KEY, Town

PATIENCE, START_PATIENCE = 20.0, 60.0
# What the merchant chose in the theme editor.
SHOP_SETTINGS = {"accent": "#2f5d50", "line2": "We answer within a few minutes."}


class Broken(Exception):
    """A step of the story did not hold."""


class Stage:
    """Vendors and service, and how to look at them.

    Attributes:
        held: how many things were seen to be as they should.
    """

    def __init__(self, console: Console, port: int = 0) -> None:
        self.console = console
        self.held = 0
        self.folder = tempfile.TemporaryDirectory(prefix="caseroom-demo-")
        self.faults = PlannedFaults()
        self.town = Town(self.faults)
        self.service = Service(self.town, Path(self.folder.name), port)
        self.url, self.log = self.service.url, self.service.log
        self.client = httpx.Client(base_url=self.url, timeout=20)
        self.town.shop.pages.switch_on(f"{self.town.urls['tencent_chat']}/sdk.js", **SHOP_SETTINGS)

    def ready(self) -> None:
        """Wait until the service can work."""
        self.see("the service is ready", self.service.is_ready, START_PATIENCE)

    def close(self) -> None:
        """End what was started here."""
        self.client.close()
        self.service.close()
        self.town.close()
        self.folder.cleanup()

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.console.print()
        self.console.rule(Text(title, style="bold"), align="left", style="dim")

    def step(self, text: str) -> None:
        """Say what somebody does."""
        self.console.print(f"[bold cyan]›[/] {text}")

    def see(self, what: str, is_so: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait until something can be seen from outside; Broken when it cannot."""
        began = time.monotonic()
        while True:
            found = is_so()
            if found:
                break
            if time.monotonic() > began + seconds:
                self.console.print(f"  [bold red]✗[/] {what}")
                raise Broken(what)
            time.sleep(0.01)
        self.held += 1
        ms = (time.monotonic() - began) * 1000
        self.console.print(f"  [green]✓[/] {what} [dim]{ms:.0f} ms[/]", highlight=False)
        return found

    def never(self, what: str, is_so: Callable[[], Any], seconds: float = 0.5) -> None:
        """Look for a while that something does not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if is_so():
                self.console.print(f"  [bold red]✗[/] {what}")
                raise Broken(what)
            time.sleep(0.02)
        self.held += 1
        self.console.print(f"  [green]✓[/] {what}", highlight=False)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        """Ask the service as a trusted server would."""
        bearer = {"Authorization": f"Bearer {INTAKE_KEY}"}
        return self.client.post(path, json=body, headers=bearer | headers)

    def send(self, outgoing: Outgoing) -> httpx.Response:
        """Send what a vendor sends."""
        return self.client.post(outgoing.path, content=outgoing.body, headers=outgoing.headers)

    def group(self, group_id: str) -> Group | None:
        """A group as Tencent has it now."""
        return self.town.tencent_chat.groups.get(group_id)

    def members(self, group_id: str) -> set[str]:
        """Who is in a group at Tencent now."""
        group = self.group(group_id)
        return set(group.members) if group is not None else set()

    def is_said(self, group_id: str, words: str) -> bool:
        """Whether a message with these words stands in a group, dissolved or not."""
        chat = self.town.tencent_chat
        group = chat.groups.get(group_id) or chat.destroyed.get(group_id)
        return group is not None and any(words in message.text for message in group.messages)


class PlannedFaults(Faults):
    """Faults that the story plans by hand, for one call each."""

    def __init__(self) -> None:
        super().__init__()
        self.planned: dict[tuple[str, str], Fault] = {}

    def decide(self, vendor: str, call: str, subject: str) -> Fault | None:
        """The fault that was planned for the next call of this kind."""
        return self.planned.pop((vendor, call), None)

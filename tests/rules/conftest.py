"""A calm world under a simulated clock, and what people do in it."""

import json
from typing import Any

import pytest

from caseroom.bridge.model import Case, Message
from caseroom.bridge.records import Parked
from sandbox.faults import Fault
from sandbox.simulation.world import World
from sandbox.town import CALLBACK_KEY, INTAKE_KEY, ORIGIN

INFO = {"subject": "The teapot drips", "desc": "At the spout.", "name": "Mei Lin", "email": "mei@customer.example"}


class Play:
    """Acts in a world and looks at its vendors."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chat, self.zendesk, self.salesforce = world.chat, world.zendesk, world.salesforce

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.world.request(path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})

    def as_server(self, path: str, body: Any) -> tuple[int, Any]:
        return self.post(path, body, Authorization=f"Bearer {INTAKE_KEY}")

    def as_page(self, path: str, body: Any) -> tuple[int, Any]:
        return self.post(path, body, Origin=ORIGIN)

    def as_tutorial(self, path: str, body: Any) -> tuple[int, Any]:
        return self.post(path, body, Authorization=f"Bearer {CALLBACK_KEY}")

    def ask(self, user: str = "mei", connector: str = "zendesk", **more: Any) -> dict[str, Any]:
        status, answer = self.as_server(f"/{connector}/createticket", {"userId": user, "caseInfo": INFO, **more})
        assert status in {200, 202}, answer
        return answer

    def open(self, user: str = "mei", connector: str = "zendesk", **more: Any) -> tuple[str, Any]:
        """A group and its record's id, when both are there."""
        answer = self.ask(user, connector, **more)
        self.rest(1)
        case = self.case(answer["GroupId"])
        return answer["GroupId"], int(case.ref or 0) if connector == "zendesk" else case.ref

    def rest(self, seconds: float = 3) -> None:
        self.world.run_until(self.world.clock.now + seconds)

    def members(self, group_id: str) -> set[str]:
        group = self.chat.groups.get(group_id)
        return set(group.members) if group is not None else set()

    def texts(self, group_id: str) -> list[str]:
        group = self.chat.groups.get(group_id) or self.chat.destroyed[group_id]
        return [message.text for message in group.messages]

    def case(self, group_id: str) -> Case:
        return next(case for case in self.find(Case) if group_id == case.group_id)

    def kept(self, group_id: str) -> list[Message]:
        return self.find(Message, group_id=group_id, order="seq")

    def parked(self) -> dict[str, str]:
        return {one.action: one.reason for one in self.find(Parked)}

    def find(self, kind: Any, **where: Any) -> list[Any]:
        with self.world.store.snapshot() as tx:
            return tx.find(kind, **where)

    def calls(self, vendor: Any, name: str) -> int:
        return sum(call == name for call, _ in vendor.calls)

    def meet(self, vendor: str, call: str, *faults: Fault | None) -> None:
        """Let the next calls of this kind meet these faults."""
        planned = list(faults)
        decide = self.world.faults.decide

        def next_fault(of: str, named: str, subject: str) -> Fault | None:
            if (of, named) == (vendor, call) and planned:
                return planned.pop(0)
            return decide(of, named, subject)

        self.world.faults.decide = next_fault  # type: ignore[method-assign]


@pytest.fixture
def world():
    found = World(seed=1, is_calm=True)
    yield found
    found.close()


@pytest.fixture
def play(world):
    return Play(world)


@pytest.fixture
def play_with(request):
    """Makes a play in a world with other settings."""
    worlds: list[World] = []

    def make(**settings: str) -> Play:
        worlds.append(World(seed=1, is_calm=True, settings=settings))
        return Play(worlds[-1])

    yield make
    for one in worlds:
        one.close()

"""What people do in a simulated world: drawn from the seed, spread over ten minutes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce import Refused as SalesforceRefused
from sandbox.simulation.world import BEGINNING, World
from sandbox.town import INTAKE_KEY, ORIGIN
from sandbox.user_sig import TencentError
from sandbox.zendesk import Refused as ZendeskRefused

MINUTES = 10
CUSTOMERS = 12
DEEDS = 60
REFUSALS = (ZendeskRefused, SalesforceRefused, TencentError)


@dataclass
class Script:
    """Draws what happens and lets it happen.

    Attributes:
        asked: every request for a case that was answered, by who asked and with which key.
        gone: customers who left their chat.
        restless: agents who left a group by themselves.
    """

    world: World
    random: random.Random
    asked: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    restless: set[str] = field(default_factory=set)
    agents: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Script:
        """The script of the world's seed."""
        return cls(world, random.Random(f"{world.seed}/script"))

    def play(self) -> None:
        """Let everything happen in its time."""
        desk, org = self.world.zendesk, self.world.salesforce
        self.agents = {
            "zendesk": [desk.add_agent(name) for name in ("Ann", "Bob", "Cem")],
            "salesforce": [org.add_user(name) for name in ("Dee", "Eli", "Fay")] + [org.add_queue("Teapots")],
        }
        for moment, happening in sorted(self._happenings(), key=lambda pair: pair[0]):
            self.world.run_until(BEGINNING + moment)
            happening()

    def _happenings(self) -> list[tuple[float, Callable[[], None]]]:
        found: list[tuple[float, Callable[[], None]]] = []
        for number in range(CUSTOMERS):
            kind = self.random.choice(["zendesk", "salesforce", "shopper", "visitor", "page"])
            for again in range(self.random.choice([1, 1, 2, 3])):
                moment = (
                    self.random.uniform(0, 60 * MINUTES / 2) if not again else found[-1][0] + self.random.uniform(0, 5)
                )
                found.append((moment, lambda kind=kind, number=number: self._ask(kind, number)))  # type: ignore[misc]
        for _ in range(DEEDS):
            deed = self.random.choice(self._deeds())
            found.append((self.random.uniform(20, 60 * MINUTES), deed))
        return found + self._outages()

    def _outages(self) -> list[tuple[float, Callable[[], None]]]:
        found: list[tuple[float, Callable[[], None]]] = []
        for vendor in (self.world.zendesk, self.world.salesforce, self.world.chat):
            if self.random.random() < 0.6:
                begin = self.random.uniform(0, 60 * MINUTES - 200)
                end = begin + self.random.uniform(5, 180)
                found.append((begin, lambda vendor=vendor: setattr(vendor, "down", True)))  # type: ignore[misc]
                found.append((end, lambda vendor=vendor: setattr(vendor, "down", False)))  # type: ignore[misc]
        return found

    def _deeds(self) -> list[Callable[[], None]]:
        return (
            [self._assign] * 6
            + [self._speak] * 4
            + [self._settle_status] * 4
            + [self._merge, self._customer_leaves, self._agent_leaves, self._stranger, self._open_inside, self._vanish]
        )

    def _ask(self, kind: str, number: int) -> None:
        """Ask until there is an answer, as a page or a server would."""
        connector = "salesforce" if kind == "salesforce" else "shopify" if kind in {"shopper", "visitor"} else "zendesk"
        for _ in range(20):
            status, answer = self._send_ask(kind, connector, number)
            if status in {200, 202}:
                self.asked[answer["userID"], f"k{number}"] = {**answer, "connector": connector}
                self.gone.discard(answer["userID"])
                return
            self.world.run_until(self.world.clock.now + 3)

    def _send_ask(self, kind: str, connector: str, number: int) -> tuple[int, Any]:
        info = {
            "subject": f"Teapot {number}",
            "desc": "It drips.",
            "name": f"Customer {number}",
            "email": f"c{number}@x.test",
        }
        body: dict[str, Any] = {"caseInfo": info, "requestId": f"k{number}"}
        if kind in {"zendesk", "salesforce"}:
            return self._post(
                f"/{connector}/createticket", {**body, "userId": f"user{number}"}, Authorization=f"Bearer {INTAKE_KEY}"
            )
        if kind == "page":
            return self._with_token(
                number,
                lambda token: self._post("/zendesk/createticket", {**body, "visitorToken": token}, Origin=ORIGIN),
            )
        if kind == "shopper":
            return self._proxied("createticket", body, 1000 + number)
        return self._with_token(
            number, lambda token: self._proxied("createticket", {**body, "visitorToken": token}, None), proxied=True
        )

    def _with_token(
        self, number: int, go_on: Callable[[str], tuple[int, Any]], *, proxied: bool = False
    ) -> tuple[int, Any]:
        key = ("token", str(number))
        if key not in self.tokens:
            status, answer = (
                self._proxied("usersig", {}, None) if proxied else self._post("/usersig", {}, Origin=ORIGIN)
            )
            if status != 200:
                return status, answer
            self.tokens[key] = answer["visitorToken"]
        return go_on(self.tokens[key])

    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def _post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.world.request(path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})

    def _proxied(self, path: str, body: Any, customer: int | None) -> tuple[int, Any]:
        outgoing = self.world.shop.proxied(path, body, customer_id=customer)
        return self.world.request(outgoing.path, outgoing.body, outgoing.headers)

    def _tickets(self) -> list[int]:
        return [
            ticket.id for ticket in self.world.zendesk.tickets.values() if ticket.external_id or "chat" in ticket.tags
        ]

    def _try(self, *deeds: Callable[[], Any]) -> None:
        """Do what people try to do; a helpdesk may refuse it, as it would refuse them."""
        for deed in deeds:
            try:
                deed()
            except (*REFUSALS, KeyError):
                return

    def _assign(self) -> None:
        desk, org = self.world.zendesk, self.world.salesforce
        if self.random.random() < 0.6 and self._tickets():
            ticket = self.random.choice(self._tickets())
            agents = self.random.sample([*self.agents["zendesk"], None], self.random.choice([1, 1, 2]))
            self._try(*[lambda agent=agent: desk.assign(ticket, agent) for agent in agents])
        elif org.cases:
            case = self.random.choice(list(org.cases))
            self._try(lambda: org.assign(case, self.random.choice(self.agents["salesforce"])))

    def _settle_status(self) -> None:
        desk, org = self.world.zendesk, self.world.salesforce
        if self.random.random() < 0.6 and self._tickets():
            ticket = self.random.choice(self._tickets())
            deed = self.random.choice(
                [desk.solve, desk.solve, desk.reopen, desk.close, desk.soft_delete, desk.undelete]
            )
            self._try(lambda: deed(ticket))
        elif org.cases:
            case = self.random.choice(list(org.cases))
            change = self.random.choice(
                [org.close, org.close, org.reopen, org.reopen, org.delete, org.undelete, org.touch]
            )
            self._try(lambda: change(case))

    def _merge(self) -> None:
        desk, org = self.world.zendesk, self.world.salesforce
        if self.random.random() < 0.5 and len(self._tickets()) > 1:
            source, target = self.random.sample(self._tickets(), 2)
            if self.random.random() < 0.5:
                target = desk.open_ticket("Another", "Without a room.", "Zed", "zed@x.test")
            self._try(lambda: desk.merge(source, target))
        elif len(org.cases) > 1:
            master, loser = self.random.sample(list(org.cases), 2)
            self._try(lambda: org.merge(master, loser))

    def _open_inside(self) -> None:
        number = len(self.world.zendesk.tickets)
        if self.random.random() < 0.5:
            self.world.zendesk.open_ticket(
                "Inside", "By phone.", f"Phone {number}", f"p{number}@x.test", tags=("chat",)
            )
        else:
            self.world.salesforce.open_case("Inside", "By phone.", "Phone", "phone@x.test", origin="Chat")

    def _speak(self) -> None:
        groups = [group for group in self.world.chat.groups.values() if group.members]
        if groups:
            group = self.random.choice(groups)
            speaker = self.random.choice(sorted(group.members))
            self._try(lambda: self.world.chat.say(group.group_id, speaker, f"word {self.random.random()}"))

    def _customer_leaves(self) -> None:
        asked = [answer for answer in self.asked.values() if answer["connector"] != "shopify"]
        if not asked:
            return
        answer = self.random.choice(asked)
        group = self.world.chat.groups.get(answer["GroupId"])
        if group is not None and answer["userID"] in group.members:
            self.gone.add(answer["userID"])
            self._try(lambda: self.world.chat.leave(answer["GroupId"], answer["userID"]))

    def _agent_leaves(self) -> None:
        inside = [
            (group.group_id, who)
            for group in self.world.chat.groups.values()
            for who in group.members
            if who.startswith(("zendesk_", "salesforce_"))
        ]
        if inside:
            group_id, who = self.random.choice(sorted(inside))
            self.restless.add(who)
            self._try(lambda: self.world.chat.leave(group_id, who))

    def _stranger(self) -> None:
        groups = sorted(self.world.chat.groups)
        if groups:
            self._try(lambda: self.world.chat.sneak_in(self.random.choice(groups), "stranger"))

    def _vanish(self) -> None:
        groups = sorted(self.world.chat.groups)
        if groups and self.random.random() < 0.3:
            self._try(lambda: self.world.chat.destroy_behind_back(self.random.choice(groups)))

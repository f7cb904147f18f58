"""A world in one process: vendors, the service, and a clock that moves only when everybody is waiting."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import time_machine

import app as hall
from caseroom.house import House
from caseroom.settings import load
from caseroom.web import front
from caseroom.worker import Worker
from connectors.salesforce.client import Client as SalesforceClient
from connectors.salesforce.connector import Salesforce as SalesforceConnector
from connectors.shopify.connector import Shopify as ShopifyConnector
from connectors.zendesk.client import Client as ZendeskClient
from connectors.zendesk.connector import Zendesk as ZendeskConnector
from sandbox.faults import Fault, Faults, draw
from sandbox.mailbox import Mailbox, Outgoing
from sandbox.salesforce import Salesforce
from sandbox.shopify import Shop
from sandbox.simulation.lines import Adapter, Crash, Cut, Inline, Transport
from sandbox.tencent_chat import TencentChat
from sandbox.town import (
    CALLBACK_KEY,
    INTAKE_KEY,
    ORG_ID,
    ORIGIN,
    SDK_APP_ID,
    SHOP,
    SHOPIFY_SECRET,
    TENCENT_KEY,
    WEBHOOK_SECRET,
)
from sandbox.zendesk import Zendesk

BEGINNING = 1_795_000_000.0
VENDOR_URL = "http://127.0.0.1:1"
RATES = {Fault.LOST: 0.04, Fault.UNANSWERED: 0.06, Fault.BROKEN: 0.02, Fault.BUSY: 0.03}
CRASHES = 0.01


class SimulatedClock:
    """Everybody's time; nothing in it happens by itself."""

    def __init__(self) -> None:
        self.traveller = time_machine.travel(BEGINNING, tick=False)
        self.machine = self.traveller.start()
        self.now = BEGINNING

    def __call__(self) -> float:
        """What time it is."""
        return self.now

    def move_to(self, moment: float) -> None:
        """Let time pass, never back."""
        self.now = max(self.now, moment)
        self.machine.move_to(self.now)

    def sleep(self, seconds: float) -> None:
        """Wait, which is to let time pass."""
        self.move_to(self.now + seconds)

    def stop(self) -> None:
        """Give everybody else the real time back."""
        self.traveller.stop()


@dataclass
class World:
    """Vendors and service under one seed.

    Attributes:
        seed: decides about every fault, crash, delay and duplicate.
        crashes: how often the process ended.
        settings: those that differ from the usual ones.
        trace: what happened, in order; the same seed gives the same.
    """

    seed: int
    is_calm: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    crashes: int = 0
    calls: int = 0
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SimulatedClock()
        self.random = random.Random(self.seed)
        self.faults = Faults(self.seed, {} if self.is_calm else dict(RATES))
        self.boxes = {name: self._box(name) for name in ("tencent_chat", "zendesk", "salesforce")}
        common: dict[str, Any] = {"clock": self.clock, "faults": self.faults}
        self.chat = TencentChat(
            sdk_app_id=SDK_APP_ID,
            secret_key=TENCENT_KEY,
            callback_token="token",
            mailbox=self.boxes["tencent_chat"],
            **common,
        )
        self.zendesk = Zendesk(
            client_id="id",
            client_secret="secret",
            webhook_secret=WEBHOOK_SECRET,
            mailbox=self.boxes["zendesk"],
            **common,
        )
        self.salesforce = Salesforce(
            client_id="id",
            client_secret="secret",
            org_id=ORG_ID,
            webhook_secret=WEBHOOK_SECRET,
            callback_key=CALLBACK_KEY,
            mailbox=self.boxes["salesforce"],
            **common,
        )
        self.shop = Shop(SHOP, SHOPIFY_SECRET, clock=self.clock)
        self.cut = Cut(self._strikes)
        self.fresh = random.Random(f"{self.seed}/ids").randbytes
        self.store: Any = None
        try:
            self._start()
        except BaseException:
            self.clock.stop()
            raise

    def _box(self, name: str) -> Mailbox:
        return Mailbox(
            send=self._deliver,
            clock=self.clock,
            seed=self.seed,
            unruly=not self.is_calm,
            retry=lambda status: status in {0, 503},
        )

    def _start(self) -> None:
        settings = load(self._environment(), hall.installed())
        of: Any = settings.of
        zendesk = ZendeskClient(
            VENDOR_URL, oauth=("id", "secret"), legacy=None, adapter=Adapter(self.zendesk, self.cut), clock=self.clock
        )
        salesforce = SalesforceClient(
            VENDOR_URL, of["salesforce"].login, adapter=Adapter(self.salesforce, self.cut), clock=self.clock
        )
        self.house: House = hall.build(
            settings,
            connectors={
                "zendesk": ZendeskConnector(of["zendesk"], zendesk),
                "salesforce": SalesforceConnector(of["salesforce"], salesforce),
                "shopify": ShopifyConnector(of["shopify"]),
            },
            transport=Transport(self.chat, self.cut),
            clock=self.clock,
            sleep=self.clock.sleep,
            fresh=self.fresh,
            store=self.store,
            background=Inline(),
        )
        self.store = self.house.store
        self.store.wait = self.clock.sleep
        self.web = front.make(self.house).test_client()
        self.worker = Worker(self.house, 1)

    def _environment(self) -> dict[str, str]:
        vendor = {f"{name}_URL": VENDOR_URL for name in ("TENCENT_API", "ZENDESK", "SALESFORCE")}
        return vendor | {
            "CONNECTORS": "salesforce,zendesk,shopify",
            "DATABASE_URL": "sqlite:///:memory:",
            "SECRET_KEY": "simulated",
            "INTAKE_KEYS": INTAKE_KEY,
            "ALLOWED_ORIGINS": ORIGIN,
            "TENCENT_SDK_APP_ID": str(SDK_APP_ID),
            "TENCENT_SECRET_KEY": TENCENT_KEY,
            "TENCENT_CALLBACK_TOKEN": "token",
            "ZENDESK_CLIENT_ID": "id",
            "ZENDESK_CLIENT_SECRET": "secret",
            "ZENDESK_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "SALESFORCE_CLIENT_ID": "id",
            "SALESFORCE_CLIENT_SECRET": "secret",
            "SALESFORCE_ORG_ID": ORG_ID,
            "SALESFORCE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "SHOPIFY_API_SECRETS": SHOPIFY_SECRET,
            "SHOPIFY_SHOPS": SHOP,
            "SHOPIFY_HELPDESK": "zendesk",
            "ZENDESK_CALLBACK_KEYS": CALLBACK_KEY,
            "SALESFORCE_CALLBACK_KEYS": CALLBACK_KEY,
            **self.settings,
        }

    def _strikes(self) -> str:
        self.calls += 1
        point = draw(self.seed, "crash", self.calls)
        if self.faults.rates and point < CRASHES:
            return "before" if point < CRASHES / 2 else "after"
        return ""

    def request(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """Send a request to the service; status 0 where it ended while it was at it."""
        try:
            answer = self.web.post(path, data=body, headers=headers)
        except Crash:
            self._restart()
            return 0, None
        self.trace.append(f"{self.clock.now:.3f} {path.partition('?')[0]} {answer.status_code}")
        return answer.status_code, answer.get_json(silent=True)

    def _deliver(self, outgoing: Outgoing) -> int:
        return self.request(outgoing.path, outgoing.body, outgoing.headers)[0]

    def _restart(self) -> None:
        self.crashes += 1
        self.trace.append(f"{self.clock.now:.3f} crash")
        self._start()

    def work(self) -> bool:
        """Do what is due now; False when there is nothing."""
        sent = sum(box.deliver(self.clock.now) for box in self.boxes.values())
        try:
            taken = self.worker.step()
        except Crash:
            self._restart()
            taken = 1
        self.trace.append(f"{self.clock.now:.3f} {sent} {taken}") if sent or taken else None
        return bool(sent or taken)

    def run_until(self, moment: float) -> None:
        """Let everybody work until then."""
        while self.clock.now < moment:
            while self.work():
                pass
            waits = [box.next_due() for box in self.boxes.values()] + [self.worker.next_due()]
            self.clock.move_to(
                min(
                    [wait for wait in waits if wait is not None and wait > self.clock.now]
                    + [moment, self.clock.now + 5]
                )
            )

    def calm(self) -> None:
        """From now on everything works."""
        self.faults.rates = {}
        self.zendesk.down = self.salesforce.down = self.chat.down = False

    def close(self) -> None:
        """Give the time back."""
        self.house.close()
        self.clock.stop()


Happening = Callable[[World], None]

"""Acme keeps what every connector keeps, and its words mean what they should."""

# ruff: noqa: INP001, S101 -- a folder of tests is no package, and tests assert

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from caseroom_acme import Acme

from caseroom.bridge.events import Agent, CaseAssigned
from caseroom.connector import OpensCases, ReadsCases
from caseroom.contracts.connector import ConnectorContract

CHANGED = json.loads((Path(__file__).parents[1] / "fixtures/ticket_changed.json").read_text(encoding="utf-8"))


class TestAcme(ConnectorContract):
    """The suite, with Acme's way to sign."""

    connector: ClassVar[type[Any]] = Acme
    secret_setting: ClassVar[str] = "ACME_WEBHOOK_SECRETS"  # noqa: S105 -- the name of a setting
    settings: ClassVar[Mapping[str, str]] = {"ACME_URL": "https://desk.example", "ACME_API_KEY": "key"}
    fixtures: ClassVar[Mapping[str, Mapping[str, Any]]] = {"ticket.changed": CHANGED}
    unknown: ClassVar[Mapping[str, Any]] = {"id": "evt_02", "type": "agent.logged_in"}

    def sign(self, body: bytes, secret: str, at: float) -> dict[str, str]:
        """The headers that Acme sends."""
        time = str(int(at))
        signature = hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Acme-Time": time, "X-Acme-Signature": signature}

    def test_the_agent_who_has_the_ticket_is_named(self) -> None:
        """What the suite cannot know: what Acme's words mean."""
        (delivery,) = self.parsed(self.make(), CHANGED)
        (assigned, _) = delivery.events
        assert isinstance(assigned, CaseAssigned)
        assert assigned.agents == (Agent("3", "Ann"),)

    def test_it_keeps_records_and_reads_them_back(self) -> None:
        """The service finds out by the same question."""
        assert isinstance(self.make(), OpensCases)
        assert isinstance(self.make(), ReadsCases)

"""Acme Desk tickets. Acme is made up; everything that a helpdesk's connector needs is here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import requests

from caseroom.bridge.errors import BadField, Gone, LockedOut, Refused, Trouble, Unanswered, Unavailable
from caseroom.bridge.events import Agent, CaseAssigned, CaseSnapshot, CaseStatusChanged, Delivery
from caseroom.bridge.model import CaseRequest, Status
from caseroom.bridge.ports import Opened
from caseroom.connector import ConnectorSettings, InboundRequest, Secrets, VendorURL
from caseroom.line import Line, retry_after
from caseroom.signatures import hex_of, require_one_of, require_recent, version_of

# Acme's words: events that tell of a ticket, and where a ticket stands.
EVENTS = {"ticket.created", "ticket.changed"}
STATUS = {"waiting": Status.OPEN, "active": Status.OPEN, "done": Status.SOLVED, "archived": Status.CLOSED}


def sort(answer: requests.Response) -> Trouble | None:
    """What an answer of Acme's means for the call; None where it is good."""
    status = answer.status_code
    if status in {401, 403}:
        return LockedOut(status, seconds=15)  # a person has to see to the key
    if status in {429, 503}:
        return Unavailable(status, seconds=retry_after(answer, 1.0))
    if status >= requests.codes.server_error:
        return Unanswered(status)  # it may have happened
    if status == requests.codes.not_found:
        return Gone(status)
    return Refused(status) if status >= requests.codes.bad_request else None


class AcmeSettings(ConnectorSettings):
    """ACME_URL, ACME_API_KEY, ACME_WEBHOOK_SECRETS, and the ACME_CALLBACK_KEYS that every connector has."""

    url: VendorURL
    api_key: str
    webhook_secrets: Secrets


class Acme:
    """The interpreter for Acme Desk."""

    name: ClassVar[str] = "acme"
    display_name: ClassVar[str] = "Acme Desk"
    Settings: ClassVar[type[ConnectorSettings]] = AcmeSettings
    callback_path: ClassVar[str] = "events"
    accepted_status: ClassVar[int] = 202
    creates_once: bool = True  # Acme makes one ticket for one key, however often it is asked

    def __init__(self, settings: AcmeSettings) -> None:
        self.settings = settings

    def verify(self, request: InboundRequest) -> None:
        """X-Acme-Signature: hex HMAC-SHA256 of X-Acme-Time, a dot and the raw body."""
        time = request.header("X-Acme-Time")
        signed = f"{time}.".encode() + request.body
        require_one_of(
            request.header("X-Acme-Signature"), [hex_of(key, signed) for key in self.settings.webhook_secrets]
        )
        require_recent(float(time) if time.isdecimal() else 0.0, request.now, 300)

    def parse(self, request: InboundRequest) -> Iterable[Delivery]:
        """One event, which tells where its ticket stands."""
        body = request.json()
        try:
            if body["type"] not in EVENTS:
                return [Delivery(id=str(body["id"]))]
            now = _snapshot(body["ticket"])
            facts = (CaseAssigned(now.at, now.agents or ()), CaseStatusChanged(now.at, now.status))
            return [Delivery(id=str(body["id"]), ref=now.ref, external_id=body["ticket"]["key"], events=facts)]
        except (KeyError, TypeError, ValueError) as error:
            raise BadField("ticket", "is missing, or not as Acme writes it") from error

    def find_case(self, key: str, since: float) -> str | None:  # noqa: ARG002 -- the key alone finds it
        """The ticket that has our key, if there is one."""
        found = self._ask("GET", f"/tickets?key={key}")
        return str(found[0]["id"]) if found else None

    def open_case(self, key: str, request: CaseRequest) -> Opened:
        """Create the ticket under our key."""
        customer = {"name": request.name, "email": request.email, "isEmailVerified": request.is_trusted}
        ticket = {"key": key, "subject": request.subject, "text": request.desc, "customer": customer}
        return Opened(str(self._ask("POST", "/tickets", ticket)["id"]))

    def read_case(self, ref: str) -> CaseSnapshot:
        """The ticket as it stands; Gone where Acme has none."""
        return _snapshot(self._ask("GET", f"/tickets/{ref}"))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        with Line(self.settings.url, sort) as line:  # a line for each call: threads do not share one
            headers = {"Authorization": f"Bearer {self.settings.api_key}"}
            return line.request(method, f"{self.settings.url}{path}", json=body, headers=headers).json()


def _snapshot(ticket: dict[str, Any]) -> CaseSnapshot:
    agent = ticket["agent"]
    agents = (Agent(str(agent["id"]), agent["name"]),) if agent else ()
    at, status = version_of(ticket["updatedAt"]), STATUS[ticket["state"]]
    return CaseSnapshot(ref=str(ticket["id"]), at=at, status=status, agents=agents)

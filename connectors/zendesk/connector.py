"""Zendesk in our words: event webhooks in, tickets out.

https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import jwt
from pydantic import Field
from zenpy.lib.api_objects import Comment, Ticket, User

from caseroom.bridge.errors import BadField, Gone, NotProven, Refused
from caseroom.bridge.events import (
    Agent,
    CaseAssigned,
    CaseMerged,
    CaseOpened,
    CaseSnapshot,
    CaseStatusChanged,
    Delivery,
    Event,
)
from caseroom.bridge.model import CaseRequest, Status
from caseroom.bridge.ports import Opened
from caseroom.connector import (
    AgentProof,
    ConnectorSettings,
    Document,
    File,
    InboundRequest,
    List,
    Secrets,
    VendorURL,
    is_plain_address,
)
from caseroom.signatures import CANNOT_PROVE, base64_of, require_one_of, require_recent, seconds_of, version_of
from connectors.zendesk.client import Client
from connectors.zendesk.deeds import NOBODY, Deeds

WINDOW = 300.0
PREFIX = "zen:event-type:ticket."
OUR_TAG = "caseroom"
UNVERIFIED_TAG = "caseroom_unverified_email"
MERGED_TAG = "closed_by_merge"
INVALID = "RecordInvalid"
LOGINS = (("client_id", "client_secret"), ("email", "api_token"))
NUMBER = re.compile(r"[0-9]{1,19}")
# The agent's id, bare or at the end of his address; no other number in it (there is one in "/api/v2/") is an agent.
SUBJECT_OF_PROOF = re.compile(r"(?:\S*/users/)?([0-9]{1,19})(?:\.json)?")
SUBJECT, NAME, BODY_BYTES = 255, 255, 64_000

# https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/ (detail.status)
STATUS = {
    "NEW": Status.OPEN,
    "OPEN": Status.OPEN,
    "PENDING": Status.OPEN,
    "HOLD": Status.OPEN,
    "SOLVED": Status.SOLVED,
    "CLOSED": Status.CLOSED,
    "ARCHIVED": Status.CLOSED,
    "DELETED": Status.DELETED,
    "SCRUBBED": Status.DELETED,
}
# Events that say more about where a ticket stands than its status does.
DELETIONS = {"soft_deleted", "permanently_deleted", "marked_as_spam"}


# https://developer.zendesk.com/documentation/apps/app-developer-guide/using-sdk/
APP_SDK = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"


class ZendeskSettings(ConnectorSettings):
    """ZENDESK_...: `.env.example` says what each one means."""

    url: VendorURL
    client_id: str = ""
    client_secret: str = ""
    email: str = ""
    api_token: str = ""
    webhook_secrets: Secrets
    app_public_key_file: File | None = None
    app_audience: str = ""
    app_sdk_url: VendorURL = APP_SDK
    chat_tag: str = Field(default="chat", json_schema_extra={"blank": True})
    link_field: str = Field(default="", pattern=r"^[0-9]{0,19}$")
    ticket_fields: Document = Field(default_factory=dict)
    allowed_fields: List = ("priority", "type", "tags", "group_id", "brand_id", "ticket_form_id", "custom_fields")

    @classmethod
    def together(cls, given: Mapping[str, Any]) -> Iterable[str]:
        """One of two logins is set."""
        if not any(all(given.get(name) for name in login) for login in LOGINS):
            yield "set ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET (or ZENDESK_EMAIL and ZENDESK_API_TOKEN)"


class Zendesk(Deeds):
    """The interpreter for Zendesk."""

    name: ClassVar[str] = "zendesk"
    display_name: ClassVar[str] = "Zendesk"
    Settings: ClassVar[type[ConnectorSettings]] = ZendeskSettings
    callback_path: ClassVar[str] = "events"
    accepted_status: ClassVar[int] = 202
    agent_path: ClassVar[str] = "agent"
    opens_page: ClassVar[bool] = True
    creates_once: bool = True

    def __init__(self, settings: ZendeskSettings, client: Client | None = None) -> None:
        self.settings = settings
        self.link_field = settings.link_field
        self.page_frames, self.page_scripts = (settings.url,), (settings.app_sdk_url,)
        self.page_facts = {"zendeskSDK": settings.app_sdk_url}
        oauth = (settings.client_id, settings.client_secret) if settings.client_id else None
        self.client = client or Client(settings.url, oauth=oauth, legacy=(settings.email, settings.api_token))

    def verify(self, request: InboundRequest) -> None:
        """X-Zendesk-Webhook-Signature over timestamp and raw body.

        https://developer.zendesk.com/documentation/webhooks/verifying/
        """
        time = request.header("X-Zendesk-Webhook-Signature-Timestamp")
        message = time.encode() + request.body
        expected = [base64_of(secret, message) for secret in self.settings.webhook_secrets]
        require_one_of(request.header("X-Zendesk-Webhook-Signature"), expected)
        try:
            require_recent(seconds_of(time), request.now, WINDOW)
        except ValueError as error:
            raise NotProven(CANNOT_PROVE) from error

    def parse(self, request: InboundRequest) -> Iterable[Delivery]:
        """One event; where it stands is in its detail, whatever its type."""
        body = request.json()
        kind, identity = body.get("type"), body.get("id")
        if not isinstance(kind, str) or not isinstance(identity, str) or not identity:
            raise BadField("id" if isinstance(kind, str) else "type", "is missing")
        if not kind.startswith(PREFIX):
            return [Delivery(id=identity)]
        detail = body.get("detail")
        if not isinstance(detail, dict):
            raise BadField("detail", "is missing")
        return [self._delivery(identity, kind.removeprefix(PREFIX), detail, body.get("event") or {})]

    def _delivery(self, identity: str, kind: str, detail: dict[str, Any], event: Any) -> Delivery:
        try:
            ref = self.clean_ref(str(detail.get("id", "")))
            facts = tuple(self._facts(kind, detail, event))
        except BadField as wrong:
            return Delivery(id=identity, problem=wrong.message, detail={"type": kind, "ticket": str(detail.get("id"))})
        external_id = detail.get("external_id")
        return Delivery(id=identity, ref=ref, external_id=str(external_id) if external_id else None, events=facts)

    def _facts(self, kind: str, detail: dict[str, Any], event: Any) -> Iterable[Event]:
        at = _read("detail.updated_at", lambda: version_of(detail["updated_at"]))
        status = _read("detail.status", lambda: STATUS[detail["status"].upper()])
        status = Status.DELETED if kind in DELETIONS else status
        if kind == "merged":
            yield CaseMerged(
                at, self.clean_ref(_read("event.target_ticket_id", lambda: str(event["target_ticket_id"])))
            )
            return
        assignee = detail.get("assignee_id")
        yield CaseAssigned(at, () if assignee in NOBODY else (Agent(self.clean_agent(str(assignee))),))
        yield CaseStatusChanged(at, status, may_be_merge=status is Status.CLOSED)
        if self._is_for_chat(detail.get("tags")) and status.is_live:
            requester = _read("detail.requester_id", lambda: self.clean_agent(str(detail["requester_id"])))
            yield CaseOpened(at, requester, subject=str(detail.get("subject") or ""))

    def _is_for_chat(self, tags: Any) -> bool:
        names = tags.split() if isinstance(tags, str) else tags if isinstance(tags, list) else []
        return bool(self.settings.chat_tag) and self.settings.chat_tag in names

    def clean_ref(self, ref: str) -> str:
        """A ticket's number."""
        if not NUMBER.fullmatch(ref):
            raise BadField("groupId", "is no ticket number")
        return ref

    def clean_agent(self, agent_id: str) -> str:
        """A user's number."""
        if not NUMBER.fullmatch(agent_id):
            raise BadField("userId", "is no Zendesk user id")
        return agent_id

    def allow_fields(self, fields: Mapping[str, Any]) -> None:
        """Those that the operator allows."""
        for field in fields:
            if field not in self.settings.allowed_fields:
                raise BadField(f"caseInfo.fields.{field}", "is not in ZENDESK_ALLOWED_FIELDS")

    def find_case(self, key: str, since: float) -> str | None:  # noqa: ARG002 -- the key alone finds it here
        """By external_id: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#list-tickets-by-external-id."""
        found = sorted(int(ticket.id) for ticket in self.client.zenpy().tickets(external_id=key))
        return str(found[0]) if found else None

    def open_case(self, key: str, request: CaseRequest) -> Opened:
        """Create the ticket: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket.

        An address that Zendesk does not take is written into the text: a case is worth more than its address.
        """
        address = request.email if is_plain_address(request.email) else ""
        try:
            return self._created(key, self._ticket(key, request, address))
        except Refused as refused:
            if refused.code != INVALID or not address:
                raise
            # Another body under the same key would be refused.
            return self._created(f"{key}-2", self._ticket(key, request, ""))

    def _created(self, once: str, ticket: Mapping[str, Any]) -> Opened:
        created = self.client.zenpy(creating=once).tickets.create(Ticket(**ticket))
        return Opened(str(getattr(created, "ticket", created).id))

    def _ticket(self, key: str, request: CaseRequest, address: str) -> dict[str, Any]:
        fields = {**self.settings.ticket_fields, **request.fields}
        tags = [*self.settings.ticket_fields.get("tags", []), *request.fields.get("tags", []), OUR_TAG]
        if request.email and not request.is_trusted:
            tags.append(UNVERIFIED_TAG)
        name = request.name.strip()[:NAME] or "Visitor"
        return {
            **fields,
            "subject": request.subject.strip()[:SUBJECT] or request.desc.strip()[:80] or "Chat",
            "comment": Comment(body=_body(request, address), public=True),
            "requester": User(name=name, **({"email": address} if address else {})),
            "external_id": key,
            "tags": list(dict.fromkeys(tags)),
        }

    def read_case(self, ref: str) -> CaseSnapshot:
        """The ticket as it stands; who asked, where it was opened inside Zendesk."""
        ticket = self.client.zenpy().tickets(id=int(ref)).to_dict()
        tags = ticket.get("tags") or []
        status = STATUS[ticket["status"].upper()]
        source = (ticket.get("via") or {}).get("source") or {}
        origin = source.get("from_") or {}  # zenpy spells `from` so
        previous = origin.get("ticket_id") if source.get("rel") == "follow_up" else None
        assignee = ticket.get("assignee_id")
        return CaseSnapshot(
            ref=ref,
            at=version_of(ticket["updated_at"]) if ticket.get("updated_at") else 0,
            status=status,
            agents=() if assignee in NOBODY else (Agent(str(assignee)),),
            is_merge_unclear=MERGED_TAG in tags and status is Status.CLOSED,
            requester_name="" if OUR_TAG in tags else self._name_of(ticket.get("requester_id")),
            follow_up_of=str(previous) if previous else None,
        )

    def _name_of(self, user_id: Any) -> str:
        return "" if user_id in NOBODY else str(self.client.zenpy().users(id=int(user_id)).to_dict().get("name") or "")

    def name_agent(self, agent_id: str) -> str:
        """The alias that customers see, or the name; https://developer.zendesk.com/api-reference/ticketing/users/users/."""
        user = self.client.zenpy().users(id=int(agent_id)).to_dict()
        if user.get("role") == "end-user" or user.get("suspended") or user.get("active") is False:
            raise Gone("no_agent")
        return str(user.get("alias") or user.get("name") or "")

    def ping(self) -> None:
        """Ask who we are."""
        self.client.zenpy().users.me()

    def agent(self, request: InboundRequest) -> AgentProof:
        """The signed-URL token that Zendesk posts for the agent who opens the app.

        https://developer.zendesk.com/documentation/apps/app-developer-guide/using-the-apps-framework/ (signed URLs).
        RS256 with the pinned key and nothing else: another algorithm would let the key be used as a password.
        """
        if self.settings.app_public_key_file is None or not self.settings.app_audience:
            raise NotProven("The Zendesk app is not set up here.", code="not_set_up")
        token = request.form("token")
        try:
            claims = jwt.decode(
                token,
                self.settings.app_public_key_file.read_bytes(),
                algorithms=["RS256"],
                audience=self.settings.app_audience,
                leeway=10,
                options={"require": ["exp", "aud", "sub"]},
            )
        except jwt.InvalidTokenError as error:
            raise NotProven(CANNOT_PROVE) from error
        told = SUBJECT_OF_PROOF.fullmatch(str(claims["sub"]))
        if told is None:
            raise NotProven(CANNOT_PROVE)
        once = hashlib.sha256(token.encode()).hexdigest()
        return AgentProof(told[1], None, once, float(claims["exp"]) + 10)


def _read(field: str, get: Callable[[], Any]) -> Any:
    try:
        return get()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadField(field, "is missing or not as Zendesk writes it") from error


def _body(request: CaseRequest, address: str) -> str:
    text = request.desc.strip() or request.subject.strip() or "(no text)"
    notes = [f"Page: {request.page}"] if request.page else []
    notes += [f"E-mail: {request.email}"] if request.email != address else []
    tail = "\n\n" + "\n".join(notes) if notes else ""
    return text.encode()[: BODY_BYTES - len(tail.encode())].decode(errors="ignore") + tail

"""Salesforce in our words: the package's signed events in, cases out.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html and
https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from simple_salesforce.format import format_external_id

from caseroom.bridge.errors import BadField, Gone, LockedOut, NotProven, Refused, Unanswered
from caseroom.bridge.events import Agent, CaseSnapshot, Delivery
from caseroom.bridge.model import CaseRequest, Work
from caseroom.bridge.ports import Opened
from caseroom.connector import AgentProof, ConnectorSettings, InboundRequest
from caseroom.signatures import hex_of, require_one_of, require_recent, seconds_of
from connectors.salesforce import ids, records
from connectors.salesforce.client import Client
from connectors.salesforce.deeds import Deeds
from connectors.salesforce.facts import Reader
from connectors.salesforce.login import LOOK_AGAIN
from connectors.salesforce.settings import SalesforceSettings

WINDOW = 300.0
SIGNATURE = "X-Caseroom-Signature"
LONGEST_NONCE = 128
# Salesforce, REST API Developer Guide: a new case goes through the org's active assignment rule.
BY_RULE = {"Sforce-Auto-Assign": "TRUE"}
NO_OBJECT, TAKEN, DELETED = "INVALID_TYPE", "DUPLICATE_VALUE", "ENTITY_IS_DELETED"


class Salesforce(Deeds):
    """The interpreter for Salesforce."""

    name: ClassVar[str] = "salesforce"
    display_name: ClassVar[str] = "Salesforce"
    Settings: ClassVar[type[ConnectorSettings]] = SalesforceSettings
    callback_path: ClassVar[str] = "events"
    accepted_status: ClassVar[int] = 202
    agent_path: ClassVar[str] = "agent/code"
    opens_page: ClassVar[bool] = False

    def __init__(self, settings: SalesforceSettings, client: Client | None = None) -> None:
        self.settings = settings
        self.link_field, self.solved_status = settings.link_field, settings.solved_status
        self.client = client or Client(settings.url, settings.login)
        self.page_frames = (settings.url,)
        self.creates_once: bool = bool(settings.key_field)
        self.reader = Reader(
            joins_on_accept=settings.join_on == "accept",
            chat_origin=settings.chat_origin,
            is_us=self._is_us,
        )

    def verify(self, request: InboundRequest) -> None:
        """X-Caseroom-Signature over the raw body, which tells when it was sent.

        In the org the formula of an External Credential makes it, so that no code there sees the secret.
        """
        _signed(request, self.settings.webhook_secrets)

    def parse(self, request: InboundRequest) -> Iterable[Delivery]:
        """One delivery for each event."""
        body = request.json()
        self._require_our_org(body)
        told = body.get("events")
        if not isinstance(told, list):
            raise BadField("events", "has to be a list")
        return [self.reader.delivery(event) for event in told]

    def _require_our_org(self, body: Mapping[str, Any]) -> None:
        if not self.settings.org_id:
            return
        try:
            org = ids.clean(body.get("orgId"), ids.ORG)
        except ValueError:
            org = ""
        if org != self.settings.org_id:
            raise NotProven("orgId is not the org that is set up here.", code="wrong_org")

    def _is_us(self, user: str) -> bool | None:
        me = self.client.me_at_once()
        return None if me is None else user == me

    def clean_ref(self, ref: str) -> str:
        """A case's id, in 18 characters."""
        return _cleaned("groupId", ref, ids.CASE)

    def clean_agent(self, agent_id: str) -> str:
        """A user's id, in 18 characters; ourselves are no agent, though cases that nobody took are ours at first."""
        cleaned = _cleaned("userId", agent_id, ids.USER)
        if self._is_us(cleaned):
            raise BadField("userId", "is the user as whom Caseroom works, and no agent")
        return cleaned

    def allow_fields(self, fields: Mapping[str, Any]) -> None:
        """Those that the operator allows."""
        for field in fields:
            if field not in self.settings.allowed_fields:
                raise BadField(f"caseInfo.fields.{field}", "is not in SALESFORCE_ALLOWED_FIELDS")

    def open_case(self, key: str, request: CaseRequest) -> Opened:
        """Create the case under its key; without a field for keys, with the key at the end of its Description."""
        field = self.settings.key_field
        ending = "" if field else records.marker(key)
        values = {**self.settings.case_fields, **request.fields, **records.texts(request, ending)}
        values.pop(field, None)
        return Opened(self._upserted(key, values) if field else self._created(values))

    def _created(self, values: dict[str, Any]) -> str:
        return ids.clean(self.client.salesforce().Case.create(values, headers=dict(BY_RULE))["id"])

    def _upserted(self, key: str, values: dict[str, Any]) -> str:
        """https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html."""
        address = format_external_id(self.settings.key_field, key)
        case = self.client.salesforce().Case
        try:
            answer = case.upsert(address, values, raw_response=True, headers=dict(BY_RULE))
        except Gone as gone:
            if gone.code == DELETED:
                raise
            raise LockedOut("no_key_field", seconds=LOOK_AGAIN) from gone  # it is not installed, or hidden from us
        except Refused as refused:
            found = self._by_key(key) if refused.code == TAKEN else None  # by another try that went on meanwhile
            if found is None:
                raise
            return found
        ref = ids.clean(answer.json()["id"]) if answer.content else self._by_key(key)
        if ref is None:
            raise Unanswered("no_id")
        return ref

    def find_case(self, key: str, since: float) -> str | None:
        """By our field; without it by the marker, among the cases that we have made since then."""
        return self._by_key(key) if self.settings.key_field else self._by_marker(key, since)

    def _by_key(self, key: str) -> str | None:
        try:
            return ids.clean(self.client.salesforce().Case.get_by_custom_id(self.settings.key_field, key)["Id"])
        except Gone:
            return None

    def _by_marker(self, key: str, since: float) -> str | None:
        me = self.client.me()
        begin = datetime.fromtimestamp(since - WINDOW, UTC)
        rows = self.client.rows(records.OUR_CASES if me else records.ALL_CASES, begin, me, with_deleted=True)
        sought = records.marker(key)
        return next((ids.clean(row["Id"]) for row in rows if sought in (row["Description"] or "")), None)

    def read_case(self, ref: str) -> CaseSnapshot:
        """The case as it stands, if only in the recycle bin."""
        row = next(self.client.rows(records.CASE_QUERY, ref, with_deleted=True), None)
        if row is None:
            raise Gone("no_case")
        if self.settings.join_on == "accept":
            return records.snapshot(row, agents=None, works=self._works(ref))
        owner = ids.clean(row["OwnerId"])
        is_agent = owner.startswith(ids.USER) and owner != self.client.me()
        return records.snapshot(row, agents=(Agent(owner),) if is_agent else (), works=None)

    def _works(self, ref: str) -> dict[str, Work] | None:
        """Salesforce, Object Reference, "AgentWork": an object that orgs without Omni-Channel do not have."""
        try:
            return records.works_of(self.client.rows(records.WORK_QUERY, ref))
        except Refused as refused:
            if refused.code != NO_OBJECT:
                raise
            return None

    def name_agent(self, agent_id: str) -> str:
        """The name of a user who is active."""
        user = self.client.salesforce().User.get(agent_id, params={"fields": "Name,IsActive"})
        if not user["IsActive"]:
            raise Gone("no_agent")
        return str(user["Name"])

    def ping(self) -> None:
        """Ask what is left of the day's calls."""
        self.client.salesforce().limits()

    def agent(self, request: InboundRequest) -> AgentProof:
        """What Apex signs for the agent who opens the pane; a nonce serves once."""
        if not self.settings.agent_secrets:
            raise NotProven("SALESFORCE_AGENT_SECRETS is not set.", code="not_set_up")
        body, sent_at = _signed(request, self.settings.agent_secrets)
        self._require_our_org(body)
        nonce, name = body.get("nonce"), body.get("name")
        if not isinstance(nonce, str) or not 0 < len(nonce) <= LONGEST_NONCE or not nonce.isprintable():
            raise BadField("nonce", "has to be a text of 1 to 128 characters")
        agent_id = _cleaned("agentId", body.get("agentId"), ids.USER)
        return AgentProof(agent_id, name if isinstance(name, str) and name else None, nonce, sent_at + 2 * WINDOW)


def _signed(request: InboundRequest, secrets: Iterable[str]) -> tuple[dict[str, Any], float]:
    """The body and when it was sent; nothing of it is believed before the signature held."""
    require_one_of(request.header(SIGNATURE), [hex_of(secret, request.body) for secret in secrets])
    body = request.json()
    try:
        sent_at = seconds_of(body["sentAt"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadField("sentAt", "has to be an ISO 8601 time with its zone") from error
    require_recent(sent_at, request.now, WINDOW)
    return body, sent_at


def _cleaned(field: str, given: object, kind: str) -> str:
    try:
        return ids.clean(given, kind)
    except ValueError as error:
        raise BadField(field, "is no id of 15 or 18 characters of such a record") from error

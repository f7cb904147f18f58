"""What agents' pages ask for. Nobody reads a case that is not his."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from caseroom.bridge.apply import doubt
from caseroom.bridge.errors import BadField, Gone, NotAllowed, NotFound, NotProven, Trouble
from caseroom.bridge.events import Agent
from caseroom.bridge.model import Account, Case
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Assignment, Once
from caseroom.bridge.situation import Situation
from caseroom.connector import CleansIds, NamesAgents, ProvesAgents
from caseroom.house import House
from caseroom.web.bodies import (
    PROBLEMS,
    AgentCaseAnswer,
    AgentCasesAnswer,
    AgentSession,
    CodeAnswer,
    CodeAsk,
    ConversationAnswer,
)
from caseroom.web.customer_routes import conversation
from caseroom.web.customers import state
from caseroom.web.doors import Keys, Nobody, agent, code_holder, locked, nobody
from caseroom.web.tokens import AGENT_SECONDS, PROOF_SECONDS, AgentToken, Tokens

CODE_SECONDS = 60
READ_SECONDS = 5.0
HTML: dict[Any, Any] = {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}
PAGE = Path(__file__).parent / "pages" / "agent.html"
TAG = Tag(name="agents", description="The agents' page, and what it asks for with an agent token.")
# Who may put the page into a frame: Zendesk's and Salesforce's agent workspaces.
FRAMES = "https://*.zendesk.com https://*.lightning.force.com https://*.my.salesforce.com https://*.vf.force.com 'self'"

Answer = tuple[dict[str, Any], int]


class CaseQuery(BaseModel):
    """Which case, by the helpdesk's id."""

    ref: str = Field(min_length=1, max_length=64)


class CasePath(CaseQuery):
    """The same, in the path."""


class PartQuery(BaseModel):
    """Which part of a conversation."""

    before: str | None = Field(default=None, pattern=r"^[0-9]{1,10}\.[0-9]{1,18}$")
    limit: int = Field(default=50, ge=1, le=100)


def give_code(tx: Transaction, connector: str, proved: Agent, now: float, seconds: float) -> str:
    """A code that serves once, for an agent who is proved."""
    code = secrets.token_urlsafe(24)
    body = {"connector": connector, "agent": proved.id, "proved_at": int(now)}
    tx.add(Once(kind="agent_code", id=_hashed(code), expires_at=now + seconds, body=body))
    return code


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


class AgentDesk:
    """Serves agents."""

    def __init__(self, house: House, tokens: Tokens) -> None:
        self.house = house
        self.tokens = tokens

    def proved(self, connector: ProvesAgents, name: str) -> str:
        """A code for the agent whom a helpdesk has proved; the proof serves once."""
        proof = connector.agent(g.inbound)
        now = self.house.clock()
        account = self.house.ledger.identity.agent(name, proof.agent_id)
        self.house.user_sigs.reserved.refuse_admin(account, "agentId")
        with self.house.store.transaction() as tx:
            once = Once(kind=f"proof:{name}", id=proof.serves_once, expires_at=proof.expires_at)
            if not tx.add(once):
                raise NotProven("This was used before; open the page again.", code="replayed")
            proved = Agent(proof.agent_id, proof.name)
            self.house.people.agent(tx, name, proved)
            return give_code(tx, name, proved, now, CODE_SECONDS)

    def session(self, code: str) -> AgentSession:
        """Use a code up."""
        with self.house.store.transaction() as tx:
            once = tx.get(Once, "agent_code", _hashed(code))
            used = tx.delete(Once, kind="agent_code", id=_hashed(code))
        if once is None or not used or once.expires_at < self.house.clock():
            raise NotProven("This code has ended or was used; open the page again.", code="code_refused")
        return self._session(AgentToken(once.body["connector"], once.body["agent"], once.body["proved_at"]))

    def renew(self, token: AgentToken) -> AgentSession:
        """Another quarter of an hour, while the helpdesk knows the agent."""
        if self.house.clock() > token.proved_at + PROOF_SECONDS:
            raise NotProven("Twelve hours are over; open the page again.", code="token_refused")
        connector = self.house.connectors[token.connector]
        if isinstance(connector, NamesAgents) and self._is_unknown(connector, token.agent_id):
            raise NotAllowed("The helpdesk does not know this agent any more.", code="agent_unknown")
        return self._session(token)

    def _is_unknown(self, connector: NamesAgents, agent_id: str) -> bool:
        with self.house.waiting_room() as may_wait:
            if not may_wait:
                return False
            try:
                connector.name_agent(agent_id)
            except Gone:
                return True
            except Trouble:
                # A helpdesk that is down keeps nobody from his customers; the proof itself ends after twelve hours.
                return False
            return False

    def _session(self, token: AgentToken) -> AgentSession:
        user_sig = self.house.user_sigs.issue(self._account(token))
        return AgentSession(
            agentToken=self.tokens.for_agent(token),
            userID=user_sig.account,
            userSig=user_sig.text,
            sdkAppID=self.house.settings.tencent_sdk_app_id,
            expiresAt=int(self.house.clock()) + AGENT_SECONDS,
            userSigExpiresAt=user_sig.expires_at,
        )

    def _account(self, token: AgentToken) -> str:
        return self.house.ledger.identity.agent(token.connector, token.agent_id)

    def cases(self, token: AgentToken) -> list[dict[str, Any]]:
        """The agent's open cases, newest first."""
        account = self._account(token)
        with self.house.store.snapshot() as tx:
            found = [tx.get(Case, one.case) for one in tx.find(Assignment, account=account)]
            mine = [case for case in found if case is not None]
            mine.sort(key=lambda case: -case.opened_at)
            return [_shown(tx, case) for case in mine]

    def case(self, token: AgentToken, ref: str) -> Case:
        """A case that the agent is wanted in; NotFound for every other one, as if it were unknown."""
        case = self._find(token, ref)
        if case is not None and not self._is_wanted(case, token):
            case = self._read_back(case)
        if case is None or not self._is_wanted(case, token):
            raise NotFound("There is no such case.", code="no_case")
        return case

    def shown(self, case: Case) -> dict[str, Any]:
        """A case as its agent sees it."""
        with self.house.store.snapshot() as tx:
            return _shown(tx, case)

    def _find(self, token: AgentToken, ref: str) -> Case | None:
        with self.house.store.snapshot() as tx:
            for helpdesk, name in ((token.connector, self._cleaned(token, ref)), ("", ref)):
                found = tx.find(Case, helpdesk=helpdesk, ref=name, limit=1) if name is not None else []
                if found:
                    return found[0]
        return None

    def _cleaned(self, token: AgentToken, ref: str) -> str | None:
        connector = self.house.connectors[token.connector]
        try:
            return connector.clean_ref(ref) if isinstance(connector, CleansIds) else ref
        except BadField:
            return None

    def _read_back(self, case: Case) -> Case:
        if not self.house.ledger.rules.abilities.get(case.helpdesk, frozenset()) >= {"reads"}:
            return case
        with self.house.waiting_room() as may_wait:
            if not may_wait:
                return case
            now = self.house.clock()
            with self.house.store.transaction() as tx:
                before = self.house.ledger.open(tx, case, now)
                self.house.ledger.save(tx, before, before.with_case(doubt(case, 0)))
            return self.house.settle_now(case.key, "helpdesk", None, _is_certain, READ_SECONDS)

    def _is_wanted(self, case: Case, token: AgentToken) -> bool:
        return self._account(token) in case.wanted.agents and not case.wanted.is_erased


def _is_certain(situation: Situation) -> bool:
    return not situation.case.wanted.is_in_doubt


def _shown(tx: Transaction, case: Case) -> dict[str, Any]:
    customer = tx.get(Account, case.account)
    return {
        "ref": case.ref,
        "GroupId": case.group_id,
        "connector": case.connector,
        "state": state(case),
        "subject": case.request.subject,
        "openedAt": case.opened_at,
        "customer": {
            "userID": case.account,
            "name": (customer.name if customer is not None else "") or case.request.name,
            "email": case.request.email,
            "isEmailVerified": bool(case.request.email) and case.request.is_trusted,
            "page": case.request.page,
            "locale": case.request.locale,
        },
    }


def page(code: str = "") -> Response:
    """The agents' page; with a code it opens by itself."""
    nonce = secrets.token_urlsafe(16)
    html = PAGE.read_text(encoding="utf-8").replace("{nonce}", nonce).replace("{code}", json.dumps(code))
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self';"
        f" base-uri 'none'; form-action 'none'; frame-ancestors {FRAMES}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def routes(keys: Keys) -> APIBlueprint:
    """All routes for agents."""
    blueprint = APIBlueprint("agents", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    desk = AgentDesk(keys.house, keys.tokens)

    @blueprint.get("/agent", summary="The agents' page; the code comes in the fragment", responses={200: HTML})
    @locked(nobody)
    def agents_page() -> Response:
        return page()

    @blueprint.post("/agent/session", summary="Use a code up", responses={200: AgentSession})
    @locked(code_holder, reads_json=True)
    def session(body: CodeAsk) -> Answer:
        return desk.session(body.code).model_dump(), 200

    @blueprint.post("/agent/renew", summary="Renew the token", responses={200: AgentSession})
    @locked(agent)
    def renew() -> Answer:
        return desk.renew(g.caller).model_dump(), 200

    @blueprint.get("/agent/cases", summary="The agent's open cases", responses={200: AgentCasesAnswer})
    @locked(agent)
    def cases() -> Answer:
        return {"cases": desk.cases(g.caller)}, 200

    @blueprint.get("/agent/case", summary="One case of the agent's", responses={200: AgentCaseAnswer})
    @locked(agent)
    def case(query: CaseQuery) -> Answer:
        return desk.shown(desk.case(g.caller, query.ref)), 200

    @blueprint.get(
        "/agent/case/<ref>/messages", summary="Its conversation, also from before", responses={200: ConversationAnswer}
    )
    @locked(agent)
    def messages(path: CasePath, query: PartQuery) -> Answer:
        return conversation(keys.house, desk.case(g.caller, path.ref), query.before, query.limit), 200

    return blueprint


def proof_routes(keys: Keys, name: str, connector: ProvesAgents) -> APIBlueprint:
    """The route where a helpdesk proves its agents."""
    blueprint = APIBlueprint(f"{name}_agents", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    desk = AgentDesk(keys.house, keys.tokens)
    proved: Any = HTML if connector.opens_page else CodeAnswer

    @blueprint.post(f"/{name}/{connector.agent_path}", summary="An agent, proved", responses={200: proved})
    @locked(proved_agent)
    def prove() -> Answer | Response:
        code = desk.proved(connector, name)
        return page(code) if connector.opens_page else (CodeAnswer(code=code, expiresIn=CODE_SECONDS).model_dump(), 200)

    return blueprint


def proved_agent(keys: Keys, inbound: Any) -> Nobody:
    """The helpdesk's proof that this agent is signed in there."""
    connector = keys.house.connectors[inbound.path.split("/")[1]]
    if not isinstance(connector, ProvesAgents):
        raise NotFound("There is no such route.")
    connector.agent(inbound)
    return Nobody()

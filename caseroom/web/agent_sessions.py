"""How agents get in: a proof of their helpdesk gives a code, the code a token, and the token is renewed."""

from __future__ import annotations

import hashlib
import secrets

from flask import g

from caseroom.bridge.errors import Gone, NotAllowed, NotProven, Trouble
from caseroom.bridge.events import Agent
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Once
from caseroom.connector import NamesAgents, ProvesAgents
from caseroom.house import House
from caseroom.web.agent_bodies import AgentSession
from caseroom.web.tokens import AGENT_SECONDS, PROOF_SECONDS, AgentToken, Tokens

CODE_SECONDS = 60


def give_code(tx: Transaction, connector: str, proved: Agent, now: float, seconds: float) -> str:
    """A code that serves once, for an agent who is proved."""
    code = secrets.token_urlsafe(24)
    body = {"connector": connector, "agent": proved.id, "proved_at": int(now)}
    tx.add(Once(kind="agent_code", id=_hashed(code), expires_at=now + seconds, body=body))
    return code


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


class AgentSessions:
    """Lets agents in."""

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
        account = self.house.ledger.identity.agent(token.connector, token.agent_id)
        user_sig = self.house.user_sigs.issue(account)
        return AgentSession(
            agentToken=self.tokens.for_agent(token),
            userID=user_sig.account,
            userSig=user_sig.text,
            sdkAppID=self.house.settings.tencent_sdk_app_id,
            expiresAt=int(self.house.clock()) + AGENT_SECONDS,
            userSigExpiresAt=user_sig.expires_at,
        )

"""What agents may do: take and solve a case at its helpdesk, say something in it, block its customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caseroom.bridge import deadline
from caseroom.bridge.errors import Gone, NotAllowed, NotKept, Refused, Rejected, Taken, Trouble
from caseroom.bridge.events import AgentSpoke, CustomerLeft
from caseroom.bridge.model import Case, Message, Speech
from caseroom.bridge.ports import ActsOnCases, Transaction
from caseroom.bridge.records import Block, Vendor
from caseroom.bridge.situation import Situation
from caseroom.bridge.speech_actions import speech_key
from caseroom.house import House
from caseroom.web.agent_bodies import SpeechAnswer, SpeechAsk
from caseroom.web.agent_desk import AgentDesk, unknown
from caseroom.web.customer_desk import OUT_SECONDS, is_customer_out
from caseroom.web.tokens import AgentToken

ACT_SECONDS = 10.0
SPEAK_SECONDS = 4.0
BLOCK_SECONDS = 86_400.0

Answer = tuple[dict[str, Any], int]


class HelpdeskDown(Rejected):
    """The helpdesk does not answer; what was asked may be asked again."""

    status = 503
    code = "helpdesk_down"

    def __init__(self) -> None:
        super().__init__("The helpdesk does not answer; try again in a moment.", retry_after=5)


@dataclass(frozen=True)
class AgentDeeds:
    """Does what agents ask for in cases that are theirs."""

    house: House
    desk: AgentDesk

    def take(self, token: AgentToken, ref: str) -> dict[str, Any]:
        """Make the agent the one whom the helpdesk names, unless it names another one."""
        case = self._takeable(token, ref)
        self._act(case, lambda helpdesk: helpdesk.assign(case.ref or "", token.agent_id))
        return self.desk.shown(token, self.desk.read_back(case))

    def _takeable(self, token: AgentToken, ref: str) -> Case:
        """A case that nobody has, or the agent himself; what the helpdesk says in the end decides about it anew."""
        case = self.desk.find(token, ref)
        if case is None or case.wanted.is_erased or not case.wanted.is_live:
            raise unknown()
        if self.desk.supervises(case, token):
            return self.desk.mine(token, ref)
        if not self._is_free(case, token):
            case = self.desk.read_back(case)
        if not self._is_free(case, token):
            raise unknown()
        return case

    def _is_free(self, case: Case, token: AgentToken) -> bool:
        return not case.wanted.agents or self.desk.is_mine(case, token)

    def solve(self, token: AgentToken, ref: str) -> dict[str, Any]:
        """Solve an own case at its helpdesk."""
        case = self.desk.mine(token, ref)
        self._act(case, lambda helpdesk: helpdesk.solve(case.ref or ""))
        return self.desk.shown(token, self.desk.read_back(case))

    def _act(self, case: Case, deed: Callable[[ActsOnCases], None]) -> None:
        helpdesk = self.house.connectors.get(case.helpdesk)
        if not isinstance(helpdesk, ActsOnCases) or case.ref is None:
            raise NotAllowed("This is done at the helpdesk itself.", code="cannot_act")
        if self._is_silent(case.helpdesk):
            raise HelpdeskDown
        with self.house.waiting_room() as may_wait:
            if not may_wait:
                raise NotKept("Too many are waiting for the helpdesk; send it again.", retry_after=1)
            try:
                with deadline.within(ACT_SECONDS):
                    deed(helpdesk)
            except Trouble as trouble:
                raise _rejection(trouble) from trouble

    def _is_silent(self, name: str) -> bool:
        """A helpdesk that is down is probed by the worker, and not by everybody who clicks."""
        with self.house.store.snapshot() as tx:
            vendor = tx.get(Vendor, name)
        return vendor is not None and vendor.state != "up" and vendor.probe_at > self.house.clock()

    def block(self, token: AgentToken, ref: str) -> dict[str, Any]:
        """Put the customer of an own case out of all his chats, for a day."""
        case, now = self.desk.mine(token, ref), self.house.clock()
        with self.house.store.transaction() as tx:
            tx.put(Block(account=case.account, until=now + BLOCK_SECONDS, agent=self.desk.account(token)))
            for one in tx.find(Case, account=case.account, is_live=True):
                self.house.office.fold(tx, one, [CustomerLeft()], now)
        with self.house.waiting_room() as may_wait:
            if may_wait:
                case = self.house.settle_now(case.key, "chat", None, is_customer_out, OUT_SECONDS)
        return self.desk.shown(token, case)

    def say(self, token: AgentToken, ref: str, ask: SpeechAsk) -> Answer:
        """Say something in an own case; the answer waits for the chat cloud as long as the agent may."""
        case = self.desk.mine(token, ref)
        speech, now = Speech(self.desk.account(token), ask.key, ask.text), self.house.clock()
        with self.house.store.transaction() as tx:
            case = tx.get(Case, case.key) or case
            said = self._said(tx, case, speech)
            if said is None and speech_key(speech) not in case.parked:
                case = self.house.office.fold(tx, case, [AgentSpoke(speech)], now)
        if said is None and _is_pending(case, speech):
            with self.house.waiting_room() as may_wait:
                if may_wait:
                    case = self.house.settle_now(case.key, "chat", None, _is_over(speech), SPEAK_SECONDS)
        return self._outcome(case, speech)

    def _said(self, tx: Transaction, case: Case, speech: Speech) -> Message | None:
        """The message that this speech became, in whichever life of the case."""
        identity = self.house.ledger.identity
        for life in range(case.life, 0, -1):
            group_id = identity.group_id(case.key, life)
            random = identity.random(group_id, speech.saying)
            found = tx.find(Message, group_id=group_id, sender=speech.account, random=random, limit=1)
            if found:
                return found[0]
        return None

    def _outcome(self, case: Case, speech: Speech) -> Answer:
        with self.house.store.snapshot() as tx:
            case = tx.get(Case, case.key) or case
            said = self._said(tx, case, speech)
        if said is not None:
            answer = SpeechAnswer(
                status="said", GroupId=said.group_id, life=said.life, seq=said.seq, sentAt=said.sent_at
            )
            return answer.model_dump(), 200
        if speech_key(speech) in case.parked:
            raise NotAllowed("The chat cloud does not take this message.", code="not_said")
        if not _is_pending(case, speech):
            raise unknown()  # the case ended, or went to somebody else meanwhile
        answer = SpeechAnswer(status="pending", GroupId=case.group_id, life=case.life, seq=None, sentAt=None)
        return answer.model_dump(), 202


def _is_pending(case: Case, speech: Speech) -> bool:
    return speech.saying in {one.saying for one in case.wanted.speeches}


def _is_over(speech: Speech) -> Callable[[Situation], bool]:
    return lambda situation: not _is_pending(situation.case, speech)


def _rejection(trouble: Trouble) -> Rejected:
    if isinstance(trouble, Gone | Taken):
        return unknown()
    if isinstance(trouble, Refused):
        return NotAllowed(f"The helpdesk refuses this ({trouble.code}); do it there.", code="helpdesk_refused")
    return HelpdeskDown()

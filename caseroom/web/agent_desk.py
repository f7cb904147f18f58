"""What agents may see: their own cases, and supervisors those of their helpdesk. For anybody else there is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from caseroom.bridge.apply import doubt
from caseroom.bridge.errors import BadField, NotAllowed, NotFound
from caseroom.bridge.model import Account, Case, Known
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Assignment, Block
from caseroom.bridge.situation import Situation
from caseroom.connector import CleansIds
from caseroom.house import House
from caseroom.web.agent_bodies import AgentCaseAnswer, AgentCaseDetail, AgentCustomer, MemberAnswer, PastCase
from caseroom.web.conversation import newest
from caseroom.web.customers import state
from caseroom.web.tokens import AgentToken

READ_SECONDS = 5.0
MOST_PAST = 10
GLANCE = 120


@dataclass(frozen=True)
class AgentDesk:
    """Finds cases for agents, and shows them."""

    house: House

    def account(self, token: AgentToken) -> str:
        """The account of the agent."""
        return self.house.ledger.identity.agent(token.connector, token.agent_id)

    def cases(self, token: AgentToken) -> list[dict[str, Any]]:
        """The agent's open cases, newest first."""
        with self.house.store.snapshot() as tx:
            found = [tx.get(Case, one.case) for one in tx.find(Assignment, account=self.account(token))]
            mine = [case for case in found if case is not None]
            mine.sort(key=lambda case: -case.opened_at)
            return [AgentCaseAnswer(**self._glance(tx, case)).model_dump() for case in mine]

    def readable(self, token: AgentToken, ref: str) -> Case:
        """A case that the agent is wanted in, or that he supervises; NotFound for every other one."""
        case = self.find(token, ref)
        if case is not None and not self.is_mine(case, token) and not self.supervises(case, token):
            case = self.read_back(case)
        if case is None or case.wanted.is_erased or not self._may_read(case, token):
            raise unknown()
        return case

    def mine(self, token: AgentToken, ref: str) -> Case:
        """A case that the agent is wanted in; NotAllowed for a supervisor, NotFound for everybody else."""
        case = self.readable(token, ref)
        if not self.is_mine(case, token):
            case = self.read_back(case)
        if not self.is_mine(case, token):
            raise NotAllowed("A supervisor reads this case and does not write in it.", code="read_only")
        return case

    def shown(self, token: AgentToken, case: Case) -> dict[str, Any]:
        """A case as this agent sees it."""
        with self.house.store.snapshot() as tx:
            case = tx.get(Case, case.key) or case
            is_mine = self.is_mine(case, token)
            return AgentCaseDetail(
                **self._glance(tx, case),
                desc=case.request.desc,
                members=list(self._members(tx, case)),
                pastCases=list(self._past(tx, case, token)),
                canWrite=is_mine,
                isSupervisor=not is_mine,
            ).model_dump()

    def is_mine(self, case: Case, token: AgentToken) -> bool:
        """Whether the helpdesk names the agent."""
        return self.account(token) in case.wanted.agents and not case.wanted.is_erased

    def _may_read(self, case: Case, token: AgentToken) -> bool:
        return self.is_mine(case, token) or self.supervises(case, token)

    def supervises(self, case: Case, token: AgentToken) -> bool:
        """Whether the operator lets the agent read all cases of his helpdesk, and this is one."""
        is_of_his = (case.helpdesk or case.connector) == token.connector
        return is_of_his and self.account(token) in self.house.settings.supervisors

    def find(self, token: AgentToken, ref: str) -> Case | None:
        """The case with this ref at the agent's helpdesk, or under our own name where no helpdesk keeps it."""
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

    def read_back(self, case: Case) -> Case:
        """The case as its helpdesk says now, where it can be asked in time."""
        if not self.house.ledger.rules.abilities.get(case.helpdesk, frozenset()) >= {"reads"}:
            return case
        with self.house.waiting_room() as may_wait:
            if not may_wait:
                return case
            now = self.house.clock()
            with self.house.store.transaction() as tx:
                before = self.house.ledger.open(tx, tx.get(Case, case.key) or case, now)
                self.house.ledger.save(tx, before, before.with_case(doubt(before.case, 0)))
            return self.house.settle_now(case.key, "helpdesk", None, _is_certain, READ_SECONDS)

    def _glance(self, tx: Transaction, case: Case) -> dict[str, Any]:
        last = newest(tx, case)
        last = last if last is not None and last.group_id == case.group_id else None
        return {
            "ref": case.ref,
            "GroupId": case.group_id,
            "life": case.life,
            "connector": case.connector,
            "state": state(case),
            "subject": case.request.subject,
            "openedAt": case.opened_at,
            "customer": self._customer(tx, case),
            "lastSeq": last.seq if last is not None else 0,
            "lastAt": last.sent_at if last is not None else None,
            "lastText": _words(last.body) if last is not None else "",
            "lastSender": last.sender if last is not None else "",
        }

    def _customer(self, tx: Transaction, case: Case) -> AgentCustomer:
        customer, block = tx.get(Account, case.account), tx.get(Block, case.account)
        is_blocked = block is not None and block.until > self.house.clock()
        return AgentCustomer(
            userID=case.account,
            name=(customer.name if customer is not None else "") or case.request.name,
            email=case.request.email,
            isEmailVerified=bool(case.request.email) and case.request.is_trusted,
            page=case.request.page,
            shop=customer.site if customer is not None else "",
            locale=case.request.locale,
            blockedUntil=block.until if block is not None and is_blocked else None,
        )

    def _members(self, tx: Transaction, case: Case) -> Iterator[MemberAnswer]:
        for account, known in case.seen.members.items():
            if known is Known.YES:
                person = tx.get(Account, account)
                name = (person.name if person is not None else "") or ""
                yield MemberAnswer(userID=account, name=name, isAgent=account in case.wanted.agents)

    def _past(self, tx: Transaction, case: Case, token: AgentToken) -> Iterator[PastCase]:
        at_same = {"helpdesk": case.helpdesk, "connector": case.connector} if not case.helpdesk else {}
        where: dict[str, Any] = {"account": case.account, "helpdesk": case.helpdesk, **at_same}
        others: Iterable[Case] = tx.find(Case, order="-opened_at", limit=MOST_PAST + 1, **where)
        for other in [one for one in others if one.key != case.key and not one.wanted.is_erased][:MOST_PAST]:
            subject = other.request.subject if self._may_read(other, token) else ""
            yield PastCase(ref=other.ref, subject=subject, state=state(other), openedAt=other.opened_at)  # type: ignore[arg-type]


def unknown() -> NotFound:
    """The same for a case that does not exist and for one that is not the caller's."""
    return NotFound("There is no such case.", code="no_case")


def _is_certain(situation: Situation) -> bool:
    return not situation.case.wanted.is_in_doubt


def _words(body: Iterable[dict[str, Any]]) -> str:
    parts = [element.get("MsgContent") for element in body]
    texts = [part.get("Text") for part in parts if isinstance(part, dict)]
    return " ".join(text for text in texts if isinstance(text, str))[:GLANCE]

"""A customer asks for a case: one key, one case, whatever comes twice or at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from caseroom.bridge.apply import apply
from caseroom.bridge.events import CaseOpened, CustomerReturned, Event
from caseroom.bridge.ledger import Ledger
from caseroom.bridge.model import Account, Case, CaseRequest, Known, Seen, Wanted
from caseroom.bridge.people import People
from caseroom.bridge.ports import Claim, Transaction
from caseroom.bridge.records import Intake, Lane, Value
from caseroom.bridge.settle import LEASE


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What somebody asks for, proved and checked.

    Attributes:
        account: the customer.
        key: names the request, so that it can be repeated; None: it cannot.
        wants_open_one: an open case of the customer serves as well.
        is_sole: the customer may have one such case at a time; otherwise each key makes its own.
    """

    connector: str
    account: Account
    request: CaseRequest
    key: str | None
    wants_open_one: bool
    is_sole: bool


@dataclass(frozen=True)
class Reception:
    """Keeps what customers ask for.

    Attributes:
        helpdesks: which helpdesk keeps the records of a connector's cases; empty: none does.
        answering: accounts that answer in turn where no helpdesk does, by connector.
    """

    ledger: Ledger
    people: People
    helpdesks: dict[str, str]
    answering: dict[str, tuple[str, ...]]

    def keep(self, tx: Transaction, ask: Ask, now: float, *, claims: bool) -> tuple[Case, Claim | None]:
        """The case for this request, new or not; with `claims`, a new one's chat lane is the caller's to settle."""
        case = self._asked_before(tx, ask) or (self.open_case(tx, ask) if ask.wants_open_one else None)
        if case is None:
            return self._new(tx, ask, now, claims=claims)
        self._note(tx, ask, case)
        before = self.ledger.open(tx, case, now)
        after = before.with_case(apply(CustomerReturned(), case, self.ledger.identity, now))
        if after.case is not case:
            self.ledger.save(tx, before, after)
        return after.case, None

    def open_case(self, tx: Transaction, ask: Ask) -> Case | None:
        """The customer's latest open case."""
        return latest(tx, account=ask.account.id, connector=ask.connector, is_live=True)

    def _asked_before(self, tx: Transaction, ask: Ask) -> Case | None:
        if ask.key is None:
            return None
        intake = tx.get(Intake, ask.connector, ask.account.id, ask.key)
        return tx.get(Case, intake.case) if intake is not None else None

    def _note(self, tx: Transaction, ask: Ask, case: Case) -> None:
        if ask.key is not None:
            tx.add(Intake(connector=ask.connector, account=ask.account.id, key=ask.key, case=case.key))

    def _new(self, tx: Transaction, ask: Ask, now: float, *, claims: bool) -> tuple[Case, Claim | None]:
        key = self.ledger.identity.new_case_key()
        helpdesk = self.helpdesks.get(ask.connector, ask.connector)
        case = Case(
            key=key,
            connector=ask.connector,
            helpdesk=helpdesk,
            ref=None if helpdesk else key,
            account=ask.account.id,
            contact=self.ledger.identity.contact(ask.request.email),
            slot=ask.account.id if ask.is_sole else key,
            life=1,
            group_id=self.ledger.identity.group_id(key, 1),
            opened_at=now,
            request=ask.request,
            wanted=Wanted(agents=() if helpdesk else self._turn(tx, ask)),
        )
        if ask.request.name and not ask.account.name:
            tx.put(replace(ask.account, name=ask.request.name))
        self.ledger.save(tx, None, self.ledger.open(tx, case, now))
        self._note(tx, ask, case)
        return case, self._claim(tx, key, now) if claims else None

    def _turn(self, tx: Transaction, ask: Ask) -> tuple[str, ...]:
        agents = self.answering.get(ask.connector, ())
        if ask.request.preferred_agent in agents:
            return (ask.request.preferred_agent,)
        if not agents:
            return ()
        name = f"turn:{ask.connector}"
        turn = tx.get(Value, name) or Value(name=name, value="0")
        tx.put(replace(turn, value=str(int(turn.value) + 1)))
        return (agents[int(turn.value) % len(agents)],)

    def _claim(self, tx: Transaction, key: str, now: float) -> Claim:
        lane = replace(
            tx.get(Lane, key, "chat") or Lane(subject=key, name="chat"), fence=1, leased_until=now + LEASE, due=now
        )
        tx.put(lane)
        return Claim(lane)

    def keep_opened(
        self, tx: Transaction, helpdesk: str, ref: str, opened: CaseOpened, *, facts: tuple[Event, ...], now: float
    ) -> Case | None:
        """A case that was opened inside a helpdesk and marked for chat; None where it is over already."""
        account = self.people.requester(tx, helpdesk, opened.requester)
        if opened.requester_name and not account.name:
            account = replace(account, name=opened.requester_name)
            tx.put(account)
        key = self.ledger.identity.new_case_key()
        case = Case(
            key=key,
            connector=helpdesk,
            helpdesk=helpdesk,
            ref=ref,
            account=account.id,
            slot=None,
            life=1,
            group_id=self.ledger.identity.group_id(key, 1),
            opened_at=now,
            request=CaseRequest(subject=opened.subject, desc="", name=opened.requester_name),
            wanted=Wanted(is_in_doubt=True),
            seen=Seen(record=Known.YES),
        )
        for fact in facts:
            if not isinstance(fact, CaseOpened):
                case = apply(fact, case, self.ledger.identity, now)
        if not case.wanted.is_live:
            return None
        self.ledger.save(tx, None, self.ledger.open(tx, case, now))
        return case


def latest(tx: Transaction, **where: object) -> Case | None:
    """The newest case of which this is true."""
    return next(iter(tx.find(Case, order="-opened_at", limit=1, **where)), None)

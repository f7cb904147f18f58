"""A callback arrived: keep what it says, once, whatever we know of its case."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge import events
from caseroom.bridge.apply import adopt, apply, see, want
from caseroom.bridge.events import Agent, CaseOpened, Delivery, Event
from caseroom.bridge.intake import Reception
from caseroom.bridge.ledger import Ledger
from caseroom.bridge.model import Case, CaseRequest, Known
from caseroom.bridge.people import People
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import DeliveryNote, EarlyFacts, Group, Parked

PATIENCE = 600.0

log = logging.getLogger("caseroom.deliver")

Handler = Callable[[Transaction, Any, float], None]


@dataclass(frozen=True)
class Office:
    """Keeps deliveries.

    Attributes:
        handlers: what to do with events that are not about one case.
    """

    ledger: Ledger
    people: People
    reception: Reception
    handlers: dict[type[Event], Handler]

    def keep(self, tx: Transaction, connector: str, delivery: Delivery, now: float) -> str:
        """Fold a delivery in; say what became of it. A second arrival changes nothing."""
        note = tx.get(DeliveryNote, connector, delivery.id)
        if note is not None and not delivery.names_state:
            return note.outcome
        outcome = self._kept(tx, connector, delivery, now)
        tx.put(DeliveryNote(connector=connector, id=delivery.id, outcome=outcome, kept_at=now))
        log.info("kept", extra={"connector": connector, "delivery": delivery.id, "outcome": outcome})
        return outcome

    def _kept(self, tx: Transaction, connector: str, delivery: Delivery, now: float) -> str:
        if delivery.problem is not None:
            return self._park(tx, connector, delivery, now)
        handled = [event for event in delivery.events if type(event) in self.handlers]
        if not delivery.events:
            return "ignored"
        for event in handled:
            self.handlers[type(event)](tx, event, now)
        if handled:
            return "applied"
        for agent in agents_in(delivery.events):
            self.people.agent(tx, connector, agent)
        case = self._case(tx, connector, delivery)
        if case is not None:
            return self._applied(tx, case, delivery, now)
        return self._unknown(tx, connector, delivery, now)

    def _park(self, tx: Transaction, connector: str, delivery: Delivery, now: float) -> str:
        reason = delivery.problem or ""
        log.error("parked", extra={"subject": connector, "action": "read_delivery", "delivery": delivery.id})
        tx.put(
            Parked(
                id=f"{connector}:{delivery.id}",
                about=connector,
                action="read_delivery",
                reason=reason,
                detail={"ref": delivery.ref, **delivery.detail},
                parked_at=now,
            )
        )
        return "parked"

    def _case(self, tx: Transaction, connector: str, delivery: Delivery) -> Case | None:
        known = tx.find(Case, helpdesk=connector, ref=delivery.ref, limit=1)
        if known:
            return known[0]
        ours = tx.get(Case, delivery.external_id) if delivery.external_id else None
        return ours if ours is not None and ours.helpdesk == connector and ours.ref is None else None

    def _applied(self, tx: Transaction, case: Case, delivery: Delivery, now: float) -> str:
        known = _bound(case, delivery.ref)
        folded = self._folded(known, delivery.events, now)
        if folded is case:
            return "superseded"
        self._save(tx, case, folded, now)
        return "applied"

    def fold(self, tx: Transaction, case: Case, facts: Iterable[Event], now: float) -> Case:
        """Fold events into a case and keep it; the very same case where they change nothing."""
        folded = self._folded(case, facts, now)
        return case if folded is case else self._save(tx, case, folded, now)

    def _folded(self, case: Case, facts: Iterable[Event], now: float) -> Case:
        for fact in facts:
            if not isinstance(fact, CaseOpened):
                case = apply(fact, case, self.ledger.identity, now)
        return case

    def _save(self, tx: Transaction, before: Case, after: Case, now: float) -> Case:
        return self.ledger.save(tx, self.ledger.open(tx, before, now), self.ledger.open(tx, after, now)).case

    def _unknown(self, tx: Transaction, connector: str, delivery: Delivery, now: float) -> str:
        opened = next((event for event in delivery.events if isinstance(event, CaseOpened)), None)
        if is_creating(tx, connector, now):
            return self._early(tx, connector, delivery, opened, now=now)
        if opened is None:
            return "not ours"
        case = self.reception.keep_opened(tx, connector, delivery.ref, opened, facts=delivery.events, now=now)
        return "applied" if case is not None else "not ours"

    def _early(
        self, tx: Transaction, connector: str, delivery: Delivery, opened: CaseOpened | None, *, now: float
    ) -> str:
        known = tx.get(EarlyFacts, connector, delivery.ref)
        blank = _blank(connector, delivery.ref)
        case = adopt(blank, known.wanted) if known is not None else blank
        case = self._folded(case, delivery.events, now)
        requester = opened.requester if opened is not None else known.requester if known is not None else None
        kept_at = known.kept_at if known is not None else now
        tx.put(
            EarlyFacts(
                helpdesk=connector,
                ref=delivery.ref,
                wanted=case.wanted,
                requester=requester,
                kept_at=kept_at,
                keep_until=now + PATIENCE,
            )
        )
        return "early"

    def hear(self, tx: Transaction, group_id: str, event: Event, now: float) -> str:
        """Take a hint of the chat cloud about one of our groups; say what became of it."""
        group = tx.get(Group, group_id)
        case = tx.get(Case, group.case) if group is not None else None
        if group is None or case is None or case.wanted.is_erased:
            return "not ours"
        if isinstance(event, events.MessageHeard):
            tx.add(replace(event.message, case=case.key, life=group.life))
        if group.id != case.group_id:
            return "superseded"
        return "superseded" if self.fold(tx, case, [event], now) is case else "applied"

    def sort_early(self, tx: Transaction, now: float, limit: int = 100) -> int:
        """Decide about what came early once it is known whose it is; return how many were decided."""
        decided = 0
        for early in tx.find(EarlyFacts, order="kept_at", limit=limit):
            if is_creating(tx, early.helpdesk, early.kept_at):
                tx.put(replace(early, keep_until=now + PATIENCE))
            elif early.requester is not None:
                decided += 1
                tx.delete(EarlyFacts, helpdesk=early.helpdesk, ref=early.ref)
                self._open_early(tx, early, now)
            elif early.keep_until <= now:
                decided += tx.delete(EarlyFacts, helpdesk=early.helpdesk, ref=early.ref)
        return decided

    def _open_early(self, tx: Transaction, early: EarlyFacts, now: float) -> None:
        if not early.wanted.is_live:
            return
        opened = CaseOpened(0, early.requester or "")
        case = self.reception.keep_opened(tx, early.helpdesk, early.ref, opened, facts=(), now=now)
        if case is not None:
            self._save(tx, case, want(adopt(case, early.wanted), is_in_doubt=True), now)


def is_creating(tx: Transaction, helpdesk: str, began: float) -> bool:
    """Whether a creation at this helpdesk that began by then is still without an answer."""
    return bool(tx.find(Case, helpdesk=helpdesk, creating_since__lte=began, limit=1))


def _bound(case: Case, ref: str) -> Case:
    if case.ref is not None:
        return case
    return see(replace(case, ref=ref), record=Known.YES, is_record_sought=False)


def _blank(helpdesk: str, ref: str) -> Case:
    request = CaseRequest(subject="", desc="")
    return Case(
        key="",
        connector=helpdesk,
        helpdesk=helpdesk,
        ref=ref,
        account="",
        slot=None,
        life=1,
        group_id="",
        opened_at=0.0,
        request=request,
    )


def agents_in(facts: Iterable[Event]) -> list[Agent]:
    """Everybody whom these events name."""
    named: list[Agent] = []
    for event in facts:
        if isinstance(event, events.CaseAssigned):
            named += event.agents
        elif isinstance(event, events.WorkAccepted | events.WorkEnded | events.AgentJoined):
            named.append(event.agent)
    return named

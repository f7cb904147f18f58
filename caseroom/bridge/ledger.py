"""How a case is read and written: the only place that saves one.

Whatever changed a case, saving it also looks whose record a merge leads to, folds in what came too early, tells a
person about what was parked, and says when each lane has something to do.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from caseroom.bridge import ranges
from caseroom.bridge.apply import adopt, end, see, take_ref, want
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Account, Case, Known, Message, Status
from caseroom.bridge.plan import LANES, Step, plan, wake_of
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Assignment, EarlyFacts, Group, Lane, Parked
from caseroom.bridge.situation import Rules, Situation

log = logging.getLogger("caseroom.ledger")


@dataclass(frozen=True)
class Ledger:
    """Reads and writes cases with the rules that hold for all of them."""

    identity: Identity
    rules: Rules

    def open(self, tx: Transaction, case: Case, now: float) -> Situation:
        """What a decision about the case is made from."""
        return _with_people(tx, Situation(case, {}, self.rules, self.identity, now))

    def save(self, tx: Transaction, before: Situation | None, after: Situation, *, held: str = "") -> Situation:
        """Keep what changed; `held` is the lane that the caller schedules himself."""
        after = self.resolve(tx, before, after)
        case = after.case
        tx.put(case)
        self._note_group(tx, before, case)
        self._note_assignments(tx, before, case)
        self._note_people(tx, before, after)
        _note_parked(tx, before.case.parked if before else {}, case, after.now)
        _note_losses(tx, before, case, after.now)
        if case.wanted.is_erased and case.seen.group is Known.NO:
            _go_on_forgetting(tx, case.account, after.now)
        for lane in LANES:
            if lane != held:
                schedule(tx, after, lane, is_urgent=not held)
        return after

    def resolve(self, tx: Transaction, before: Situation | None, after: Situation) -> Situation:
        """The situation once it is looked up whose records the case's new ones are, and what came early for them."""
        case = _bound(tx, before.case if before else None, after.case)
        if case.wanted.merging_into is not None:
            case = _merged(tx, case, after.now)
        if case.continues is not None:
            case = _continued(tx, case)
        creating_since = case.seen.record_since if case.seen.record is Known.UNKNOWN else None
        case = replace(case, is_live=case.wanted.is_live, creating_since=creating_since)
        return _with_people(tx, after.with_case(case))

    def _note_group(self, tx: Transaction, before: Situation | None, case: Case) -> None:
        if before is None or before.case.group_id != case.group_id:
            tx.add(Group(id=case.group_id, case=case.key, life=case.life))

    def _note_assignments(self, tx: Transaction, before: Situation | None, case: Case) -> None:
        old = set(before.case.wanted.agents) if before and before.case.is_live else set()
        new = set(case.wanted.agents) if case.is_live else set()
        for agent in old - new:
            tx.delete(Assignment, account=agent, case=case.key)
        for agent in new - old:
            tx.add(Assignment(account=agent, case=case.key))

    def _note_people(self, tx: Transaction, before: Situation | None, after: Situation) -> None:
        known = before.people if before else {}
        for account in after.people.values():
            if account.id not in known:
                introduce(tx, account)
            elif known[account.id] != account:
                tx.put(account)


def _with_people(tx: Transaction, situation: Situation) -> Situation:
    accounts = {situation.case.account, *situation.belonging} - situation.people.keys()
    found = [tx.get(Account, account) for account in sorted(accounts)]
    known = {account.id: account for account in found if account is not None}
    return replace(situation, people={**known, **situation.people})


@dataclass(frozen=True)
class CaseDesk:
    """What the settler needs of cases."""

    ledger: Ledger

    def open(self, tx: Transaction, subject: str, now: float) -> Situation | None:
        """The situation of a case."""
        case = tx.get(Case, subject)
        return None if case is None else self.ledger.open(tx, case, now)

    def resolve(self, tx: Transaction, before: Situation, after: Situation) -> Situation:
        """What a change leads to that only the store can tell."""
        return self.ledger.resolve(tx, before, after)

    def plan(self, situation: Situation, lane: str) -> list[Step]:
        """What has to be done."""
        return plan(situation, lane)

    def save(self, tx: Transaction, before: Situation, after: Situation, lane: str) -> Situation:
        """Keep what changed."""
        return self.ledger.save(tx, before, after, held=lane)

    def doubt(self, situation: Situation) -> Situation:
        """The group and who is in it have to be read."""
        return situation.seeing(group=Known.UNKNOWN, is_wary=True)


def introduce(tx: Transaction, account: Account) -> None:
    """Keep somebody who may be known already; a name that was not known is taken."""
    known = tx.get(Account, account.id)
    if known is None:
        tx.add(account)
    elif account.name and not known.name:
        tx.put(replace(known, name=account.name))


def _bound(tx: Transaction, before: Case | None, case: Case) -> Case:
    if case.ref is None or (before is not None and before.ref == case.ref):
        return case
    holder = _holder(tx, case.helpdesk, case.ref)
    if holder is not None and holder.key != case.key:
        unbound = see(replace(case, ref=None), record=Known.UNKNOWN)
        return replace(unbound, parked={**case.parked, "find_record": "ref_taken"})
    early = tx.get(EarlyFacts, case.helpdesk, case.ref)
    if early is None:
        return case
    tx.delete(EarlyFacts, helpdesk=case.helpdesk, ref=case.ref)
    return adopt(case, early.wanted)


def _holder(tx: Transaction, helpdesk: str, ref: str) -> Case | None:
    return next(iter(tx.find(Case, helpdesk=helpdesk, ref=ref, limit=1)), None)


def _merged(tx: Transaction, case: Case, now: float) -> Case:
    into = case.wanted.merging_into or ""
    case = want(case, merging_into=None, is_in_doubt=False)
    if into == case.ref or into in case.wanted.past_refs:
        return replace(case, parked={**case.parked, "merge": "cycle"})
    if _holder(tx, case.helpdesk, into) is None:
        return _bound(tx, case, take_ref(case, into))
    return end(want(case, status=Status.MERGED), now)


def _continued(tx: Transaction, case: Case) -> Case:
    earlier = _holder(tx, case.helpdesk, case.continues or "")
    case = replace(case, continues=None)
    if earlier is None or earlier.wanted.is_erased:
        return case
    request = replace(case.request, locale=earlier.request.locale)
    return replace(case, account=earlier.account, request=request)


def _note_parked(tx: Transaction, before: dict[str, str], case: Case, now: float) -> None:
    for key in before.keys() - case.parked.keys():
        tx.delete(Parked, id=f"{case.key}:{key}")
    for key, reason in case.parked.items():
        if key not in before:
            log.error("parked", extra={"subject": case.key, "action": key, "code": reason})
            detail = {"connector": case.connector, "ref": case.ref, "groupId": case.group_id}
            tx.put(
                Parked(id=f"{case.key}:{key}", about=case.key, action=key, reason=reason, detail=detail, parked_at=now)
            )


def _note_losses(tx: Transaction, before: Situation | None, case: Case, now: float) -> None:
    if before is None or before.case.group_id != case.group_id:
        return
    old, new = before.case.seen.history, case.seen.history
    if ranges.highest(new.heard) < ranges.highest(old.heard):
        tx.delete(Message, group_id=case.group_id, is_confirmed=False, seq__gt=new.top)
    if old.lost != new.lost and not case.wanted.is_erased:
        tx.put(
            Parked(
                id=f"{case.group_id}:lost",
                about=case.key,
                action="keep_messages",
                reason="messages_lost",
                detail={"groupId": case.group_id, "sequences": [list(pair) for pair in new.lost]},
                parked_at=now,
            )
        )


def _go_on_forgetting(tx: Transaction, account: str, now: float) -> None:
    lane = tx.get(Lane, account, "person")
    if lane is not None and lane.due is not None:
        tx.put(replace(lane, due=now))


def schedule(tx: Transaction, situation: Situation, name: str, *, is_urgent: bool) -> None:
    """Say when the lane has something to do; a pause after a failure is cut short by what is urgent alone."""
    key = situation.case.key
    lane = tx.get(Lane, key, name) or Lane(subject=key, name=name)
    if lane.attempts and not is_urgent:
        return
    wanted = wake_of(plan(situation, name), situation.now)
    if wanted != lane.due:
        tx.put(replace(lane, due=wanted))

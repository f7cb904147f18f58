"""Fold an event into what is wanted: pure, and right in any order.

Older than what is known changes nothing. Equal in time but different in content decides nothing: the case is in
doubt until the helpdesk has been read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

from caseroom.bridge import events, ranges
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Case, CaseRequest, Known, Status, Wanted, Work

MERGE_PATIENCE = 600.0
READ_AGAIN = 2.0
UNCLEAR_READ_AGAIN = 30.0
STALE_READS = 5
SECOND = 1_000_000


@singledispatch
def apply(event: events.Event, case: Case, identity: Identity, now: float) -> Case:
    """The case with the event folded in; the very same case where it changes nothing."""
    raise TypeError(type(event).__name__)


@apply.register
def _(event: events.CaseAssigned, case: Case, identity: Identity, now: float) -> Case:
    named = tuple(identity.agent(case.helpdesk, agent.id) for agent in event.agents)
    if event.at < case.wanted.agents_at or (event.at == case.wanted.agents_at and named == case.wanted.named):
        return case
    if event.at == case.wanted.agents_at:
        return doubt(case, event.at)
    return assign(want(case, named=named, agents_at=event.at), named)


@apply.register
def _(event: events.CaseStatusChanged, case: Case, identity: Identity, now: float) -> Case:
    wanted = case.wanted
    if event.at < wanted.status_at or (event.at == wanted.status_at and event.status is wanted.status):
        return case
    if event.at == wanted.status_at or (event.may_be_merge and wanted.status.is_live):
        return doubt(case, event.at)
    return move(case, event.status, event.at, now)


@apply.register
def _(event: events.CaseMerged, case: Case, identity: Identity, now: float) -> Case:
    return want(case, merging_into=event.into)


@apply.register
def _(event: events.WorkAccepted | events.WorkEnded, case: Case, identity: Identity, now: float) -> Case:
    agent = identity.agent(case.helpdesk, event.agent.id)
    row = Work(agent, event.at, is_open=isinstance(event, events.WorkAccepted))
    known = case.wanted.works.get(event.work)
    if known is not None and (event.at < known.at or row == known):
        return case
    if known is not None and event.at == known.at:
        return doubt(case, event.at)
    return with_works(case, {**case.wanted.works, event.work: row})


@apply.register
def _(event: events.AgentJoined, case: Case, identity: Identity, now: float) -> Case:
    account = identity.agent(case.helpdesk or case.connector, event.agent.id)
    return case if account in case.wanted.agents else assign(case, (*case.wanted.agents, account))


@apply.register
def _(event: events.AgentLeft, case: Case, identity: Identity, now: float) -> Case:
    account = identity.agent(case.helpdesk or case.connector, event.agent.id)
    return assign(case, tuple(agent for agent in case.wanted.agents if agent != account))


@apply.register
def _(event: events.AgentSpoke, case: Case, identity: Identity, now: float) -> Case:
    speech, wanted = event.speech, case.wanted
    is_known = speech.saying in {one.saying for one in wanted.speeches}
    if is_known or speech.account not in wanted.agents or not wanted.is_live:
        return case
    return want(case, speeches=(*wanted.speeches, speech))


@apply.register
def _(event: events.GroupClosed, case: Case, identity: Identity, now: float) -> Case:
    return case if case.wanted.is_held_closed else end(want(case, is_held_closed=True), now)


@apply.register
def _(event: events.CustomerReturned, case: Case, identity: Identity, now: float) -> Case:
    return case if case.wanted.is_customer_in else want(case, is_customer_in=True)


@apply.register
def _(event: events.CustomerLeft, case: Case, identity: Identity, now: float) -> Case:
    return want(case, is_customer_in=False)


@apply.register
def _(event: events.CustomerErased, case: Case, identity: Identity, now: float) -> Case:
    emptied = want(replace(case, request=CaseRequest(subject="", desc=""), contact="", parked={}), speeches=())
    return case if case.wanted.is_erased else end(want(emptied, is_erased=True), now)


@apply.register
def _(event: events.MessageHeard, case: Case, identity: Identity, now: float) -> Case:
    history = case.seen.history
    if event.message.group_id != case.group_id or not ranges.missing(history.kept, event.message.seq):
        return case
    heard = ranges.add(history.heard, [event.message.seq])
    return see(case, history=replace(history, heard=heard, heard_at=now))


@apply.register
def _(event: events.CrowdChanged, case: Case, identity: Identity, now: float) -> Case:
    told = tuple(dict.fromkeys((*case.seen.told_to_have_left, *event.quit)))
    return see(case, is_crowd_in_doubt=True, told_to_have_left=told)


@apply.register
def _(event: events.GroupDoubted, case: Case, identity: Identity, now: float) -> Case:
    return see(case, group=Known.UNKNOWN) if case.seen.group is Known.YES else case


def apply_snapshot(snapshot: events.CaseSnapshot, case: Case, identity: Identity, now: float) -> Case:
    """The case as the helpdesk answered when it was read: its answer wins over every event up to then."""
    wanted = case.wanted
    if snapshot.ref != case.ref:
        return case  # the case has moved to another record while this one was read
    if snapshot.at // SECOND < wanted.doubt_at // SECOND and wanted.stale_reads < STALE_READS:
        return want(case, stale_reads=wanted.stale_reads + 1, read_at=now + READ_AGAIN)
    if snapshot.merged_into is not None:
        return want(_settled(case), merging_into=snapshot.merged_into)
    if snapshot.is_merge_unclear and not 0 < wanted.merge_deadline <= now:
        deadline = wanted.merge_deadline or now + MERGE_PATIENCE
        return want(case, merge_deadline=deadline, read_at=min(deadline, now + UNCLEAR_READ_AGAIN))
    case = _settled(case)
    if snapshot.is_merge_unclear:
        case = replace(case, parked={**case.parked, "merge": "target_unknown"})
    return _with_facts(snapshot, case, identity, now)


def _with_facts(snapshot: events.CaseSnapshot, case: Case, identity: Identity, now: float) -> Case:
    if snapshot.agents is not None:
        named = tuple(identity.agent(case.helpdesk, agent.id) for agent in snapshot.agents)
        case = want(assign(case, named), named=named, agents_at=max(case.wanted.agents_at, snapshot.at))
    if snapshot.works is not None:
        rows = {
            work: replace(row, agent=identity.agent(case.helpdesk, row.agent)) for work, row in snapshot.works.items()
        }
        case = with_works(case, {**case.wanted.works, **rows})
    return move(case, snapshot.status, max(case.wanted.status_at, snapshot.at), now)


def _settled(case: Case) -> Case:
    return want(case, is_in_doubt=False, doubt_at=0, read_at=0.0, stale_reads=0, merge_deadline=0.0)


def take_ref(case: Case, ref: str) -> Case:
    """The case goes on under the record that its own was merged into; of that record nothing is known yet."""
    past = (*case.wanted.past_refs, *filter(None, [case.ref]))
    fresh = _settled(replace(case, ref=ref))
    return want(
        fresh,
        merging_into=None,
        past_refs=past,
        is_in_doubt=True,
        status=Status.OPEN,
        status_at=0,
        ended_at=0.0,
        agents_at=0,
    )


def move(case: Case, status: Status, at: int, now: float) -> Case:
    """The case stands there from now on; one that comes to life again is no longer held closed."""
    if status is case.wanted.status or (case.wanted.status is Status.MERGED and not status.is_live):
        return want(case, status_at=at)
    moved = want(case, status=status, status_at=at)
    if status is Status.OPEN or (status.is_live and not case.wanted.status.is_live):
        return want(moved, is_held_closed=False, ended_at=0.0)
    return moved if status.is_live else end(moved, now)


def end(case: Case, now: float) -> Case:
    """The case has no group from now on, and does not keep its customer from opening another one."""
    return want(replace(case, slot=None), ended_at=case.wanted.ended_at or now)


def assign(case: Case, agents: tuple[str, ...]) -> Case:
    """These agents and no others belong to the case; what was parked about those who are new may be tried again."""
    agents = tuple(dict.fromkeys(agents))
    if agents == case.wanted.agents:
        return case
    still = {f"add:{agent}" for agent in set(agents) & set(case.wanted.agents)}
    parked = {key: reason for key, reason in case.parked.items() if not key.startswith("add:") or key in still}
    speeches = tuple(speech for speech in case.wanted.speeches if speech.account in agents)
    return want(replace(case, parked=parked), agents=agents, speeches=speeches)


def with_works(case: Case, works: dict[str, Work]) -> Case:
    """The agents are those with an open row of work."""
    opened = sorted((row.at, row.agent) for row in works.values() if row.is_open)
    return assign(want(case, works=works), tuple(agent for _, agent in opened))


def doubt(case: Case, at: int) -> Case:
    """The helpdesk has to be read, and its answer has to be at least as new as this."""
    return want(case, is_in_doubt=True, doubt_at=max(case.wanted.doubt_at, at), stale_reads=0)


def want(case: Case, **changes: Any) -> Case:
    """The case with something else wanted."""
    return replace(case, wanted=replace(case.wanted, **changes))


def see(case: Case, **changes: Any) -> Case:
    """The case with something else seen."""
    return replace(case, seen=replace(case.seen, **changes))


def adopt(case: Case, early: Wanted) -> Case:
    """The case with what its helpdesk said of it before anybody knew that it was ours."""
    return want(
        case,
        status=early.status,
        status_at=early.status_at,
        ended_at=early.ended_at,
        named=early.named,
        agents=early.agents,
        agents_at=early.agents_at,
        works=early.works,
        is_in_doubt=early.is_in_doubt,
        doubt_at=early.doubt_at,
        merging_into=early.merging_into,
    )

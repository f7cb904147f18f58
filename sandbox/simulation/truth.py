"""What must hold when everything has come to rest: the vendors hold what the helpdesks say, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from caseroom.bridge.model import Case, Message
from caseroom.bridge.records import Parked
from sandbox.simulation.script import Script
from sandbox.simulation.world import World

# What a person may be asked to look at after a story like these.
EXPECTED_PARKED = {"keeps_leaving", "cycle", "target_unknown", "messages_lost"}


def findings(script: Script) -> list[str]:
    """Everything that is not as it must be; empty when all is well."""
    world = script.world
    with world.store.snapshot() as tx:
        cases = tx.find(Case)
        parked = tx.find(Parked)
        messages = tx.find(Message)
    found = [f"parked: {one.id} {one.reason}" for one in parked if one.reason not in EXPECTED_PARKED]
    for case in cases:
        found += _case(script, case)
    found += _records(world, cases)
    found += _groups(world, cases)
    found += _asked(script, cases)
    found += _messages(world, cases, messages)
    return found


def _case(script: Script, case: Case) -> Iterator[str]:
    world = script.world
    record = _record(world, case)
    group = world.chat.groups.get(case.group_id)
    if record is None:
        yield f"{case.key}: no record under {case.ref}"
        return
    is_live, agent = record
    is_live = is_live and case.wanted.status.value != "merged"
    if not is_live:
        if group is not None:
            yield f"{case.key}: ended at the helpdesk, and its group {case.group_id} is there"
        return
    wanted = {agent} if agent else set()
    if case.account not in script.gone:
        wanted.add(case.account)
    wanted -= {key.removeprefix("add:") for key in case.parked}
    if group is None:
        if wanted:
            yield f"{case.key}: open at the helpdesk for {sorted(wanted)}, and has no group"
    elif set(group.members) != wanted and not (not wanted and len(group.members) == 1):
        yield f"{case.key}: members {sorted(group.members)}, wanted {sorted(wanted)}"
    elif group.muted:
        yield f"{case.key}: muted"


def _record(world: World, case: Case) -> tuple[bool, str] | None:
    if case.helpdesk == "zendesk":
        ticket = world.zendesk.tickets.get(int(case.ref or 0))
        if ticket is None:
            return None
        is_live = not ticket.gone and ticket.status not in {"closed", "deleted"}
        return is_live, f"zendesk_{ticket.assignee_id}" if ticket.assignee_id else ""
    row = world.salesforce.cases.get(case.ref or "")
    if row is None:
        return None
    owner = row["OwnerId"] if row["OwnerId"].startswith("005") and row["OwnerId"] != world.salesforce.me else ""
    return not row["IsClosed"] and not row["IsDeleted"], f"salesforce_{owner}" if owner else ""


def _records(world: World, cases: list[Case]) -> Iterator[str]:
    """One record for each case that a customer asked for, and none besides."""
    for case in cases:
        rows = [row for row in world.salesforce.cases.values() if row.get("Caseroom_Key__c") == case.key]
        tickets: list[Any] = [*world.zendesk.find_by_external_id(case.key), *rows]
        expected = 0 if case.account.startswith("c_") or not case.request.desc else 1
        if len(tickets) != expected:
            yield f"{case.key}: {len(tickets)} records instead of {expected}"


def _groups(world: World, cases: list[Case]) -> Iterator[str]:
    """No group that is nobody's, and none created twice."""
    ours = {case.group_id for case in cases}
    for group_id in world.chat.groups:
        if group_id not in ours:
            yield f"group {group_id} is nobody's"
    for group_id, count in world.chat.created_count.items():
        if count != 1:
            yield f"group {group_id} was created {count} times"


def _asked(script: Script, cases: list[Case]) -> Iterator[str]:
    """One case for each request, however often it was made."""
    for account, _ in script.asked:
        mine = [case for case in cases if case.account == account and case.request.desc]
        if len(mine) != 1:
            yield f"{account}: {len(mine)} cases for one request"


def _messages(world: World, cases: list[Case], kept: list[Message]) -> Iterator[str]:
    """Every message of a group that was closed in good order is kept, by its sequence."""
    sequences: dict[str, set[int]] = {}
    for message in kept:
        sequences.setdefault(message.group_id, set()).add(message.seq)
    lives = {case.group_id: case for case in cases}
    for group_id, group in world.chat.destroyed.items():
        case = lives.get(group_id)
        if case is None or case.seen.history.lost or not case.seen.history.is_final:
            continue
        absent = {message.seq for message in group.messages} - sequences.get(group_id, set())
        if absent:
            yield f"group {group_id}: messages {sorted(absent)} were not kept"

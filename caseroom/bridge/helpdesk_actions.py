"""What is done at the helpdesk for a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge.action import Action, Ports
from caseroom.bridge.apply import apply_snapshot, doubt, move, want
from caseroom.bridge.events import Agent, CaseSnapshot
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Account, Known, Status
from caseroom.bridge.ports import Opened
from caseroom.bridge.situation import Situation

LATE_CREATION = 30.0


class HelpdeskAction(Action[Situation]):
    """A call about the case's record."""

    lane = "helpdesk"

    def missed(self, situation: Situation) -> Situation:
        """Nothing at the chat cloud is in doubt because of it."""
        return situation


@dataclass(frozen=True)
class CreateRecord(HelpdeskAction):
    """Create the record, with the body that was frozen at the intake."""

    verb = "create_record"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be there."""
        since = situation.case.seen.record_since
        return situation.seeing(
            record=Known.UNKNOWN,
            record_since=situation.now if since is None else since,
            record_tried_at=situation.now,
        )

    def perform(self, ports: Ports, situation: Situation) -> Opened:
        """Create it under our key."""
        case = situation.case
        opened: Opened = ports.helpdesks[case.helpdesk].open_case(case.key, case.request)
        return opened

    def done(self, situation: Situation, result: Opened) -> Situation:
        """It is there, under this ref."""
        return bound(situation, result.ref)

    def undone(self, situation: Situation) -> Situation:
        """It is not there, unless a callback has told of it meanwhile."""
        return situation if situation.case.ref is not None else situation.seeing(record=Known.NO)

    def gone(self, situation: Situation) -> Situation:
        """There is no place to create it in."""
        return self.refused(situation, "gone")


@dataclass(frozen=True)
class FindRecord(HelpdeskAction):
    """Look whether a creation that was not answered has happened."""

    verb = "find_record"

    def perform(self, ports: Ports, situation: Situation) -> str | None:
        """Look by our key."""
        case = situation.case
        found: str | None = ports.helpdesks[case.helpdesk].find_case(case.key, case.seen.record_since or 0.0)
        return found

    def done(self, situation: Situation, result: str | None) -> Situation:
        """It was found; or it is not there, which counts at once only where creating twice does no harm."""
        if result is not None or situation.case.ref is not None:
            return bound(situation, result or situation.case.ref or "")
        is_certain = situation.can("creates_once") or situation.now >= late_creation(situation)
        return situation.seeing(record=Known.NO if is_certain else Known.UNKNOWN, is_record_sought=not is_certain)

    def gone(self, situation: Situation) -> Situation:
        """It is not there."""
        return self.done(situation, None)


def late_creation(situation: Situation) -> float:
    """Until when a creation that was not answered may still happen."""
    return situation.case.seen.record_tried_at + LATE_CREATION


def bound(situation: Situation, ref: str) -> Situation:
    """The helpdesk has the case under this ref."""
    known = situation.seeing(record=Known.YES, is_record_sought=False)
    return known.with_case(replace(known.case, ref=ref))


@dataclass(frozen=True)
class ReadCase(HelpdeskAction):
    """Read the case back."""

    verb = "read_case"

    def perform(self, ports: Ports, situation: Situation) -> CaseSnapshot:
        """Read it."""
        case = situation.case
        snapshot: CaseSnapshot = ports.helpdesks[case.helpdesk].read_case(case.ref)
        return snapshot

    def done(self, situation: Situation, result: CaseSnapshot) -> Situation:
        """The helpdesk's answer wins."""
        case = situation.case
        read = situation.with_case(apply_snapshot(result, case, situation.identity, situation.now))
        if result.follow_up_of is not None:
            read = read.with_case(replace(read.case, continues=result.follow_up_of))
        return _introduced(read, result)

    def gone(self, situation: Situation) -> Situation:
        """The helpdesk has no such case: it was deleted."""
        case = want(situation.case, is_in_doubt=False, read_at=0.0)
        return situation.with_case(move(case, Status.DELETED, case.wanted.status_at, situation.now))


def _introduced(situation: Situation, snapshot: CaseSnapshot) -> Situation:
    connector, identity = situation.case.helpdesk, situation.identity
    for agent in snapshot.agents or ():
        account = agent_account(identity, connector, agent)
        if account.id not in situation.people:
            situation = situation.with_person(account)
    person = situation.person(situation.case.account)
    if person.name or not snapshot.requester_name or person.erased_at is not None:
        return situation
    return situation.with_person(replace(person, name=snapshot.requester_name))


def agent_account(identity: Identity, connector: str, agent: Agent) -> Account:
    """The account of somebody whom a helpdesk named."""
    return Account(
        id=identity.agent(connector, agent.id), connector=connector, origin=f"agent:{agent.id}", name=agent.name
    )


@dataclass(frozen=True)
class NameAgent(HelpdeskAction):
    """Ask the helpdesk for the name of an agent."""

    account: Account
    verb = "name_agent"

    @property
    def key(self) -> str:
        """One agent's trouble is not another's."""
        return f"name:{self.account.id}"

    def perform(self, ports: Ports, situation: Situation) -> str:
        """Ask."""
        name: str = ports.helpdesks[situation.case.helpdesk].name_agent(
            (self.account.origin or "").removeprefix("agent:")
        )
        return name

    def done(self, situation: Situation, result: Any) -> Situation:
        """He is called that."""
        return situation.with_person(replace(situation.person(self.account.id), name=result))

    def gone(self, situation: Situation) -> Situation:
        """The helpdesk does not tell; he stays without a name."""
        return self.done(situation, "")

    def refused(self, situation: Situation, code: str) -> Situation:
        """A name is not worth a person's time."""
        return self.gone(situation)


@dataclass(frozen=True)
class LinkCase(HelpdeskAction):
    """Write the link to the customer's chat page into the record."""

    verb = "link_case"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be there."""
        return situation.seeing(link=Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Write it; a repetition writes the very same, so nothing has to be looked up before it."""
        case = situation.case
        url = situation.rules.link(case) if situation.rules.link is not None else ""
        ports.helpdesks[case.helpdesk].link_case(case.ref, url)

    def done(self, situation: Situation, result: None) -> Situation:
        """It is there."""
        return situation.seeing(link=Known.YES)

    def undone(self, situation: Situation) -> Situation:
        """It is not there."""
        return situation.seeing(link=Known.NO)

    def gone(self, situation: Situation) -> Situation:
        """The record is gone: it has to be read before anything else is done about it."""
        unlinked = self.undone(situation)
        return unlinked.with_case(doubt(unlinked.case, 0))

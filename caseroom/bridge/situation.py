"""Everything that a decision about a case is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caseroom.bridge import ranges
from caseroom.bridge.apply import see, want
from caseroom.bridge.identity import Identity
from caseroom.bridge.model import Account, Case, Known, Seen


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the operator decided for all cases.

    Attributes:
        assistant: account of the assistant that is in every group; None: it is off.
        close_grace: seconds between good-bye and the end of a group.
        check_every: seconds between two looks at who is in a group.
        abilities: what each helpdesk can do ("opens", "creates_once", "reads", "names", "links").
        link: the address of a case's page for its customer, the same whenever it is asked for; None: there are none.
    """

    assistant: str | None = None
    close_grace: float = 0.0
    check_every: float = 900.0
    abilities: Mapping[str, frozenset[str]] = field(default_factory=dict)
    link: Callable[[Case], str] | None = None


@dataclass(frozen=True)
class Situation:
    """A case, the people in it, the rules, and the time."""

    case: Case
    people: Mapping[str, Account]
    rules: Rules
    identity: Identity
    now: float

    @property
    def belonging(self) -> tuple[str, ...]:
        """Who should be in the group: the customer unless he went, the agents, the assistant."""
        wanted = self.case.wanted
        customer = [self.case.account] if wanted.is_customer_in else []
        agents = [agent for agent in wanted.agents if agent != self.case.account]
        assistant = [self.rules.assistant] if self.rules.assistant else []
        return (*customer, *agents, *assistant)

    @property
    def helpdesk(self) -> str:
        """Who keeps the case's record."""
        return self.case.helpdesk

    def wary(self) -> Situation:
        """The situation after an answer was missed."""
        return self.seeing(is_wary=True)

    def parking(self, key: str, code: str) -> Situation:
        """The situation with an action set aside for a person to look at."""
        return self.with_case(replace(self.case, parked={**self.case.parked, key: code}))

    def can(self, ability: str) -> bool:
        """Whether the case's helpdesk has this ability."""
        return ability in self.rules.abilities.get(self.case.helpdesk, frozenset())

    def person(self, account: str) -> Account:
        """Who has this account."""
        return self.people.get(account) or Account(id=account)

    def seeing(self, **changes: Any) -> Situation:
        """The situation with something else seen."""
        return replace(self, case=see(self.case, **changes))

    def with_case(self, case: Case) -> Situation:
        """The situation with the case as it is now."""
        return replace(self, case=case)

    def with_person(self, account: Account) -> Situation:
        """The situation with somebody as he is now."""
        return replace(self, people={**self.people, account.id: account})

    def with_members(self, accounts: Any, known: Known) -> Situation:
        """The situation with this known of some members."""
        return self.seeing(members={**self.case.seen.members, **dict.fromkeys(accounts, known)})


def group_ended(case: Case) -> Case:
    """The group is gone; what was heard or must have been there and was not kept is lost."""
    history = case.seen.history
    if case.account in case.seen.told_to_have_left:
        # A group whose last member leaves is reclaimed; to open it again would be to call him back.
        case = want(case, is_customer_in=False)
    if not case.wanted.is_live:
        case = want(case, speeches=())  # there is nobody any more to whom they could be said
    top = max(history.top, ranges.highest(history.heard, history.kept))
    lost = ranges.union(history.lost, replace(history, top=top).missing)
    return see(
        case,
        group=Known.NO,
        has_existed=True,
        members={},
        muted=Known.NO,
        told_to_have_left=(),
        is_crowd_in_doubt=False,
        check_at=0.0,
        history=replace(history, lost=lost),
    )


def next_life(case: Case, identity: Identity) -> Case:
    """The case with a new group to be opened; the messages of the old one stay where they were kept."""
    life = case.life + 1
    seen = Seen(
        record=case.seen.record,
        record_since=case.seen.record_since,
        record_tried_at=case.seen.record_tried_at,
        link=case.seen.link,
    )
    return replace(case, life=life, group_id=identity.group_id(case.key, life), seen=seen)

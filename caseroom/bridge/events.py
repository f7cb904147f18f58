"""Facts in our words, past tense. Connectors translate into these and into nothing else.

`at` is the version of a fact: microseconds since 1970 by the helpdesk's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from caseroom.bridge.model import Message, Speech, Status, Work


@dataclass(frozen=True)
class Agent:
    """Who answers, by the helpdesk's own id; the name where the helpdesk told it along."""

    id: str
    name: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True)
class CaseOpened(Event):
    """A case was opened inside the helpdesk and marked for chat.

    Attributes:
        requester: makes the customer the same one in his next case; opaque.
    """

    at: int
    requester: str
    requester_name: str = ""
    subject: str = ""


@dataclass(frozen=True)
class CaseAssigned(Event):
    """The helpdesk names these agents now; nobody: the case waits in a queue."""

    at: int
    agents: tuple[Agent, ...] = ()


@dataclass(frozen=True)
class CaseStatusChanged(Event):
    """The case stands here now.

    Attributes:
        may_be_merge: this vendor closes merged cases too; the helpdesk is read before the end counts.
    """

    at: int
    status: Status
    may_be_merge: bool = False


@dataclass(frozen=True)
class CaseMerged(Event):
    """The case's record went into another one."""

    at: int
    into: str


@dataclass(frozen=True)
class WorkAccepted(Event):
    """An agent accepted a row of work for the case."""

    at: int
    work: str
    agent: Agent


@dataclass(frozen=True)
class WorkEnded(Event):
    """A row of work is over."""

    at: int
    work: str
    agent: Agent


@dataclass(frozen=True)
class AgentJoined(Event):
    """A callback without a version put an agent in."""

    agent: Agent


@dataclass(frozen=True)
class AgentLeft(Event):
    """A callback without a version took an agent out."""

    agent: Agent


@dataclass(frozen=True)
class AgentSpoke(Event):
    """An agent said something through the service; nothing where it is said already, or he is not in the case."""

    speech: Speech


@dataclass(frozen=True)
class GroupClosed(Event):
    """A callback without a version asked for the group's end."""


@dataclass(frozen=True)
class CustomerReturned(Event):
    """The customer asked to be in his chat again."""


@dataclass(frozen=True)
class CustomerLeft(Event):
    """The customer ended his chat."""


@dataclass(frozen=True)
class CustomerErased(Event):
    """Everything of the customer has to go."""


@dataclass(frozen=True)
class MessageHeard(Event):
    """A callback told of a message: a hint until the history confirms it."""

    message: Message


@dataclass(frozen=True)
class CrowdChanged(Event):
    """A callback told that somebody got in or out: the members have to be read.

    Attributes:
        quit: who is told to have left by himself, and so was in before.
    """

    quit: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupDoubted(Event):
    """A callback told that the group is gone: it has to be read."""


@dataclass(frozen=True, kw_only=True)
class CaseSnapshot:
    """What the helpdesk answers when a case is read back.

    Attributes:
        agents: whom it names; None where its work rows decide.
        works: its work rows; None where they do not decide.
        merged_into: the record that it went into.
        is_merge_unclear: it was merged, and the helpdesk does not say into what.
        follow_up_of: the closed record that it continues.
    """

    ref: str
    at: int
    status: Status
    agents: tuple[Agent, ...] | None = None
    works: dict[str, Work] | None = None
    merged_into: str | None = None
    is_merge_unclear: bool = False
    requester_name: str = ""
    follow_up_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One arrival of a callback, put into our words.

    Attributes:
        id: the vendor's id of the arrival; the same when it repeats.
        names_state: the id names a state at a time rather than an arrival, so two changes within one tick of the
            vendor's clock may share it; the second one is folded in too, which does no harm to a mere repetition.
        ref: the record it is about.
        external_id: our case key, where the vendor told it.
        events: what happened; several facts of one moment.
        problem: why it could not be put into our words; it is parked.
        detail: ids and codes for whoever looks at a parked one; no texts.
    """

    id: str
    names_state: bool = False
    ref: str = ""
    external_id: str | None = None
    events: tuple[Event, ...] = ()
    problem: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonErased(Event):
    """A shop asks that everything of its customer goes."""

    shop: str
    customer: str
    email: str = ""


@dataclass(frozen=True)
class PersonExportAsked(Event):
    """A shop asks for everything that is kept of its customer."""

    shop: str
    customer: str
    email: str = ""


@dataclass(frozen=True)
class ShopErased(Event):
    """A shop asks that everything of all its customers goes."""

    shop: str


@dataclass(frozen=True)
class ShopUninstalled(Event):
    """A shop took the app away."""

    shop: str
    at: int

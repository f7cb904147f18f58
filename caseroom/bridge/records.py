"""What else is kept: who works on what, what arrived, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from caseroom.bridge.model import Wanted

# Name of the value that says when a worker was last at work.
HEARTBEAT = "worker"


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One side of a case (or of a person) that one worker at a time carries out.

    Attributes:
        subject: key of the case, or id of the account.
        name: "chat", "helpdesk" or "person".
        due: when there is something to do; None: nothing.
        blocked_on: the vendor (and API) whose outage it waits for.
        fence: rises with every claim; an older number may record nothing.
        leased_until: until when the claim holds.
        stuck: key of the action that failed last.
        attempts: how often it failed since it last succeeded.
    """

    subject: str
    name: str
    due: float | None = None
    blocked_on: str | None = None
    fence: int = 0
    leased_until: float = 0.0
    stuck: str = ""
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class Group:
    """A GroupId that was ever given, and whose it is."""

    id: str
    case: str
    life: int


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """An agent whom an open case wants."""

    account: str
    case: str


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A customer's request as it was first made under its key."""

    connector: str
    account: str
    key: str
    case: str


@dataclass(frozen=True, kw_only=True)
class DeliveryNote:
    """One arrival that was kept, and what became of it.

    Attributes:
        outcome: "applied", "superseded", "early", "parked", "ignored" or "not ours".
    """

    connector: str
    id: str
    outcome: str
    kept_at: float


@dataclass(frozen=True, kw_only=True)
class EarlyFacts:
    """What a helpdesk said of a record that is not known yet, without texts.

    Attributes:
        wanted: the facts as they would be wanted, were the case ours.
        requester: whose case it is, where it was opened inside the helpdesk and marked for chat.
        keep_until: when it is certain that the record is not ours.
    """

    helpdesk: str
    ref: str
    wanted: Wanted
    requester: str | None
    kept_at: float
    keep_until: float


@dataclass(frozen=True, kw_only=True)
class Parked:
    """Something set aside for a person to look at.

    Attributes:
        about: case key, account or connector.
        action: what was not done.
        reason: the vendor's code, or a short word of ours.
        detail: ids and codes; never a text that somebody wrote.
    """

    id: str
    about: str
    action: str
    reason: str
    detail: dict[str, Any]
    parked_at: float


@dataclass(frozen=True, kw_only=True)
class Once:
    """Something that serves once: a code, a nonce, a signed form; gone or refused at its second use."""

    kind: str
    id: str
    expires_at: float
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """Whether a vendor (or one of its APIs) answers.

    Attributes:
        state: "up", "down" (probed by one call at a time) or "paused" (a person is told).
        since: when it came into this state.
        probe_at: when the next call may try it.
        reason: code of the last failure.
    """

    name: str
    state: str = "up"
    since: float = 0.0
    probe_at: float = 0.0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many calls of one API went out in each hundredth of a second, lately.

    Attributes:
        bucket: the newest hundredth, counted from 1970.
        counts: calls in it and in those before it, newest first.
    """

    name: str
    bucket: int = 0
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How many requests of somebody were let in during one window."""

    name: str
    window: int
    used: int


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A shop that took the app away once.

    Attributes:
        uninstalled_at: visitors' tokens from before are refused.
        returned_at: when it showed signs of a new installation; None: it is not served.
    """

    domain: str
    uninstalled_at: float
    returned_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A customer whom an agent has blocked: he opens no case and gets no UserSig.

    Attributes:
        until: when it ends by itself, in seconds since 1970.
        agent: the account of who did it.
    """

    account: str
    until: float
    agent: str


@dataclass(frozen=True, kw_only=True)
class Value:
    """A single value that outlives a process: the key that ids are made with, a turn, a heartbeat."""

    name: str
    value: str

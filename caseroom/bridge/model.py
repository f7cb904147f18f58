"""A case: what should be true of it, and what has been confirmed.

Times named `..._at` that are integers are versions from a helpdesk's clock, in microseconds since 1970;
those that are floats are seconds since 1970 from our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from caseroom.bridge import ranges
from caseroom.bridge.ranges import Ranges

# What the name of an agent's speech begins with; those of our own sayings do not.
SPEECH = "speech@"


class Known(StrEnum):
    """What is known of something outside: yes, no, or not known since a call whose answer never came."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


class Status(StrEnum):
    """Where a case stands at its helpdesk."""

    OPEN = "open"
    SOLVED = "solved"  # said, and the group stays
    CLOSED = "closed"
    DELETED = "deleted"
    MERGED = "merged"  # its record went into another that has a group of its own

    @property
    def is_live(self) -> bool:
        """Whether a case that stands here has a group."""
        return self in {Status.OPEN, Status.SOLVED}


@dataclass(frozen=True, kw_only=True)
class CaseRequest:
    """What a customer asked, frozen at the intake and sent to the helpdesk as it is.

    Attributes:
        is_trusted: a trusted server vouches for name and address; otherwise they were typed in a browser.
        fields: the helpdesk's own fields, from a trusted server and through the connector's allow-list.
    """

    subject: str
    desc: str
    name: str = ""
    email: str = ""
    page: str = ""
    locale: str = ""
    preferred_agent: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    is_trusted: bool = False


@dataclass(frozen=True)
class Work:
    """One row of work that a helpdesk offers to an agent (Omni-Channel); open while he has accepted it."""

    agent: str
    at: int
    is_open: bool


@dataclass(frozen=True)
class Speech:
    """What an agent said through the service, until it is in the group.

    Attributes:
        key: names it, so that a repetition is the same one.
    """

    account: str
    key: str
    text: str

    @property
    def saying(self) -> str:
        """By which it is known among all that is said in a case; no two agents share one."""
        return f"{SPEECH}{self.account}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What should be true. Events change this and nothing else.

    Attributes:
        status_at, agents_at: versions of the two facts, from the helpdesk's clock.
        ended_at: when the end was asked for, by our clock; the grace before dissolving counts from here.
        named: accounts that the helpdesk named at `agents_at`.
        agents: accounts that belong in the group: those named, and what callbacks without a version made of them.
        works: the helpdesk's work rows, each with a version of its own.
        is_held_closed: closed by a callback without a version; a newer event that changes the case to open ends it.
        is_customer_in: false once the customer went; he stays out until he asks again.
        is_in_doubt: the helpdesk has to be read before its facts count.
        doubt_at: the newest version that the read has to cover.
        read_at: not to be read before this time, by our clock.
        stale_reads: how often the helpdesk answered with something older than `doubt_at`.
        merge_deadline: until when the target of a merge that was seen is waited for; 0 when none was.
        merging_into: the record that this one went into, while nobody has looked yet whose that is.
        past_refs: records that this case had before it was merged into others.
        speeches: what agents said through the service and is not in the group yet, in its order.
        is_erased: everything of the customer has to go.
    """

    status: Status = Status.OPEN
    status_at: int = 0
    ended_at: float = 0.0
    named: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    agents_at: int = 0
    works: dict[str, Work] = field(default_factory=dict)
    is_held_closed: bool = False
    is_customer_in: bool = True
    is_in_doubt: bool = False
    doubt_at: int = 0
    read_at: float = 0.0
    stale_reads: int = 0
    merge_deadline: float = 0.0
    merging_into: str | None = None
    past_refs: tuple[str, ...] = ()
    speeches: tuple[Speech, ...] = ()
    is_erased: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the case should have a group now."""
        return self.status.is_live and not self.is_held_closed and not self.is_erased


@dataclass(frozen=True, kw_only=True)
class History:
    """Which messages of a group are known, by sequence.

    Attributes:
        heard: told by callbacks, not confirmed.
        kept: read from the group's history, or said by ourselves.
        lost: known to have been there, and not to be had any more.
        void: passed over in the history; the chat cloud counts lines of its own along.
        top: the last sequence that a read has shown.
        is_final: read to its end after the group was muted.
        heard_at: when something new was last heard, by our clock.
    """

    heard: Ranges = ()
    kept: Ranges = ()
    lost: Ranges = ()
    void: Ranges = ()
    top: int = 0
    is_final: bool = False
    heard_at: float = 0.0

    @property
    def missing(self) -> Ranges:
        """What has to be read before everything up to the top is accounted for."""
        return ranges.missing(ranges.union(self.kept, self.lost, self.void), self.top)

    @property
    def holes(self) -> Ranges:
        """Sequences below the highest known one that nobody has told of."""
        known = ranges.union(self.heard, self.kept, self.lost, self.void)
        return ranges.missing(known, ranges.highest(known))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What has been confirmed at the chat cloud (of the present life) and at the helpdesk.

    Attributes:
        record: whether the helpdesk has the case.
        record_since: when its creation was first tried, by our clock; None before.
        record_tried_at: when its creation was last tried.
        is_record_sought: looked for and not found, while its creation may still come late.
        link: whether the record has the link to the customer's page.
        group: whether the group is there.
        has_existed: the group of this life was there once.
        members: who is in the group.
        told_to_have_left: who left by himself, as a callback says that a read has to confirm.
        is_crowd_in_doubt: the members have to be read before they count.
        check_at: when to read them (or the group) again, by our clock; 0: not planned.
        is_wary: an answer was missed, so something may still happen late; look once more soon.
        said: which sayings are in the conversation.
        muted: whether only we may speak.
        returns: when an agent who had left was put back, by account.
    """

    record: Known = Known.NO
    record_since: float | None = None
    record_tried_at: float = 0.0
    is_record_sought: bool = False
    link: Known = Known.NO
    group: Known = Known.NO
    has_existed: bool = False
    members: dict[str, Known] = field(default_factory=dict)
    told_to_have_left: tuple[str, ...] = ()
    is_crowd_in_doubt: bool = False
    check_at: float = 0.0
    is_wary: bool = False
    said: dict[str, Known] = field(default_factory=dict)
    muted: Known = Known.NO
    history: History = History()
    returns: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def has_vanished(self) -> bool:
        """Whether the group of this life was there and is gone."""
        return self.group is Known.NO and self.has_existed


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request for help.

    Attributes:
        key: our name for it, kept at the helpdesk as its external id.
        connector: where it was opened.
        helpdesk: the connector whose record it is; empty where no helpdesk stands behind.
        ref: the record's id there; None while the helpdesk does not have it.
        account: the customer.
        contact: by which cases of one e-mail address are found again without keeping it in sight; empty: none.
        slot: what no other open case of the connector may share; None once it ended.
        life, group_id: each life of the case has a group of its own.
        continues: the closed record that this case follows up, while nobody has looked yet whose that was.
        parked: actions that a person has to look at, with the reason.
        is_live, creating_since: told again for look-ups; set whenever the case is saved.
    """

    key: str
    connector: str
    helpdesk: str
    ref: str | None
    account: str
    contact: str = ""
    slot: str | None
    life: int
    group_id: str
    opened_at: float
    request: CaseRequest
    continues: str | None = None
    wanted: Wanted = Wanted()
    seen: Seen = Seen()
    parked: dict[str, str] = field(default_factory=dict)
    is_live: bool = True
    creating_since: float | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person known to the chat cloud, or about to be.

    Attributes:
        connector: who vouches for the person; empty for a trusted server's own customers and for visitors.
        origin: what makes the person the same one again there (a helpdesk's user id, shop and customer);
            unique within the connector, None where the id itself is all there is.
        name: what the members of a group see; None while an agent's name has not been asked for.
        imported_as: the name that the chat cloud has; None: the account is not imported.
        site: the shop or web site that a visitor or shopper belongs to.
        erased_at: everything of the person was erased here then; the id is never given again.
        deleted_at: the chat cloud erased the account then.
    """

    id: str
    connector: str = ""
    origin: str | None = None
    name: str | None = ""
    imported_as: str | None = None
    site: str = ""
    erased_at: float | None = None
    deleted_at: float | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the chat cloud knows the account under its present name."""
        return self.imported_as is not None and self.imported_as == (self.name or "")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a group.

    Attributes:
        kind: "message", "deleted" (there was one; the chat cloud keeps its place) or "lost".
        body: the chat cloud's elements, as they came.
        is_confirmed: read from the history; a callback alone does not make it so.
        random: the number its sender gave it, by which our own are known again.
        note: what the sender's page has written beside it (a key, what it quotes); opaque here.
    """

    group_id: str
    seq: int
    case: str
    life: int
    sender: str = ""
    sent_at: float = 0.0
    kind: str = "message"
    body: tuple[dict[str, Any], ...] = ()
    is_confirmed: bool = False
    random: int = 0
    note: str = ""

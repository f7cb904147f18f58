"""What the bridge needs from outside, and nothing more: a chat cloud, helpdesks, a store.

A helpdesk's abilities are separate, small protocols; `app.py` discovers which of them a connector has. Every method
that goes over a network raises one of `errors.Trouble`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from caseroom.bridge.events import CaseSnapshot
from caseroom.bridge.model import CaseRequest, Message
from caseroom.bridge.records import Lane

Record = TypeVar("Record")


@dataclass(frozen=True)
class GroupReading:
    """What the chat cloud says of a group.

    Attributes:
        is_muted: only administrators may speak.
    """

    is_muted: bool


@dataclass(frozen=True)
class HistoryPage:
    """Some messages of a group, in any order.

    Attributes:
        is_oldest: there is nothing to be had before these.
        has_expired: what was before these has been thrown away.
    """

    messages: tuple[Message, ...]
    is_oldest: bool
    has_expired: bool = False


@dataclass(frozen=True)
class Saying:
    """Something that was said through us, as the chat cloud took it."""

    seq: int
    sent_at: float
    body: tuple[dict[str, Any], ...]
    sender: str
    note: str = ""


class ChatGateway(Protocol):
    """The chat cloud in our words. Groups have no owner, and nobody can add himself."""

    name: ClassVar[str]

    def apis(self, verb: str) -> tuple[str, ...]:
        """Names of the vendor's APIs that a verb calls, for pacing."""

    def limit(self, api: str, most: int) -> int:
        """How many calls a second an API takes, where the fastest take `most`."""

    def open_group(self, group_id: str, name: str, members: Sequence[str]) -> bool:
        """Create the group with these members; False where it is there already, with whomever."""

    def read_group(self, group_id: str) -> GroupReading:
        """Look whether the group is there; Gone if not."""

    def read_members(self, group_id: str) -> frozenset[str]:
        """Who is in the group; Gone if it is not there."""

    def import_account(self, account: str, name: str) -> None:
        """Make the account known, under this name."""

    def add_members(self, group_id: str, accounts: Sequence[str]) -> dict[str, bool]:
        """Put accounts in; says of each whether it is in now."""

    def remove_members(self, group_id: str, accounts: Sequence[str]) -> None:
        """Take accounts out; those who are not in are no error."""

    def say(self, group_id: str, text: str, random: int) -> Saying:
        """Speak as the service; the same number within five minutes is the same message."""

    def speak(self, group_id: str, account: str, text: str, key: str, random: int) -> Saying:
        """Speak as a member; the same number within five minutes is the same message, and pages know it by its key."""

    def mute(self, group_id: str, *, is_muted: bool) -> None:
        """Let only the service speak, or everybody again."""

    def read_history(self, group_id: str, before: int | None) -> HistoryPage:
        """The newest messages, or the newest that are not above a sequence."""

    def recall_messages(self, group_id: str, account: str) -> None:
        """Take back what the account said lately."""

    def dissolve(self, group_id: str) -> None:
        """End the group; one that is gone already is no error."""

    def delete_account(self, account: str) -> None:
        """Erase the account, or what it shows where it cannot be erased; its UserSigs end."""

    def ping(self) -> None:
        """Find out whether the chat cloud answers us at all."""


@dataclass(frozen=True)
class Opened:
    """A record as the helpdesk took it."""

    ref: str


@runtime_checkable
class OpensCases(Protocol):
    """A helpdesk in which cases can be created.

    Attributes:
        creates_once: creating the same key twice gives one record even without looking first.
    """

    creates_once: bool

    def find_case(self, key: str, since: float) -> str | None:
        """The ref of the record made for our key, or None; `since` is when its creation was first tried."""

    def open_case(self, key: str, request: CaseRequest) -> Opened:
        """Create the record for our key."""


@runtime_checkable
class ReadsCases(Protocol):
    """A helpdesk in which a case can be read back."""

    def read_case(self, ref: str) -> CaseSnapshot:
        """What the helpdesk says of the case now; Gone if it has none."""


@runtime_checkable
class NamesAgents(Protocol):
    """A helpdesk that knows its agents by name."""

    def name_agent(self, agent_id: str) -> str:
        """The name that customers may see; Gone if there is no such agent, or he may not work any more."""


@runtime_checkable
class LinksCases(Protocol):
    """A helpdesk whose records have a place for the link to their customer's chat page.

    Attributes:
        has_link_field: whether the operator has named that place.
    """

    has_link_field: bool

    def link_case(self, ref: str, url: str) -> None:
        """Write the link into the record; the same one twice is no error. Gone if there is no such record."""


@runtime_checkable
class ActsOnCases(Protocol):
    """A helpdesk in which an agent's wish is carried out."""

    def assign(self, ref: str, agent_id: str) -> None:
        """Give the record to this agent; Taken where another one has it by then, Gone if there is none."""

    def solve(self, ref: str) -> None:
        """The record is solved; one that is already, or is closed, is no error. Gone if there is none."""


@dataclass(frozen=True)
class Reply:
    """An answer that agents give often."""

    title: str
    text: str


@runtime_checkable
class ListsReplies(Protocol):
    """A helpdesk that keeps answers which agents give often."""

    def list_replies(self) -> Sequence[Reply]:
        """Those that every agent may give to a customer as they stand."""


@runtime_checkable
class Pings(Protocol):
    """A vendor that can be asked whether it answers us at all."""

    def ping(self) -> None:
        """Return, or raise what is wrong."""


@dataclass(frozen=True)
class Claim:
    """The right to carry out one side of a case for a while.

    Attributes:
        took_over: the one who held it before did not give it back.
    """

    lane: Lane
    took_over: bool = False


class Transaction(Protocol):
    """A view of the store that nobody else changes meanwhile."""

    def get(self, kind: type[Record], /, *key: Any) -> Record | None:
        """The record with this key, or None."""

    def find(self, kind: type[Record], /, *, order: str = "", limit: int | None = None, **where: Any) -> list[Record]:
        """Records whose columns have these values; a name may end in `__lt`, `__lte`, `__gt`, `__gte` or `__in`.

        `order` names columns, each with a leading "-" for descending.
        """

    def add(self, record: object) -> bool:
        """Keep a new record; False, and nothing changed, where its key or a unique fact is taken."""

    def put(self, record: object) -> None:
        """Keep a record in place of the one with its key."""

    def delete(self, kind: type[Any], /, **where: Any) -> int:
        """Remove records; return how many."""

    def claim(self, now: float, lease: float, limit: int) -> list[Claim]:
        """Take lanes that are due, are not held, and whose vendor answers (or may be probed)."""

    def unblock(self, vendor: str) -> int:
        """Let every lane go on that waited for this vendor; return how many."""


class Store(Protocol):
    """What outlives a process. Every change of state is one transaction."""

    def migrate(self) -> None:
        """Bring the schema to its present form."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """All or nothing, one writer at a time; NotKept when it cannot be kept."""

    def snapshot(self) -> AbstractContextManager[Transaction]:
        """A consistent view for reading."""

    def wait(self, seconds: float) -> None:
        """Return when somebody else has changed something, or after this time."""

    def close(self) -> None:
        """Let go of what the store holds."""

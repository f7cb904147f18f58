"""What an action is: one call to a vendor, and what is known before and after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from caseroom.bridge.model import Message
from caseroom.bridge.ports import ChatGateway


class Settleable(Protocol):
    """Something that actions lead from what is seen to what is wanted: a case, or a person."""

    @property
    def helpdesk(self) -> str:
        """Whose call an action of the helpdesk's lane is."""

    def wary(self) -> Self:
        """The same after an answer was missed: something may still happen late."""

    def parking(self, key: str, code: str) -> Self:
        """The same with an action set aside for a person to look at."""


S = TypeVar("S", bound=Settleable)


@dataclass(frozen=True)
class Ports:
    """Whom actions speak to: the chat cloud, and helpdesks by name."""

    chat: ChatGateway
    helpdesks: dict[str, Any]


class Action(ABC, Generic[S]):
    """One call, and how each way that it may end changes what is known.

    `begun` is committed before the call, so that a crash leaves "unknown" behind and never a wrong certainty.
    """

    lane: ClassVar[str]
    verb: ClassVar[str]

    @property
    def key(self) -> str:
        """Under which the action is parked."""
        return self.verb

    @abstractmethod
    def perform(self, ports: Ports, situation: S) -> Any:
        """Make the call; raises errors.Trouble."""

    def begun(self, situation: S) -> S:
        """The call is about to be made."""
        return situation

    def done(self, situation: S, result: Any) -> S:
        """It succeeded."""
        return situation

    def undone(self, situation: S) -> S:
        """It certainly did not happen."""
        return situation

    def missed(self, situation: S) -> S:
        """Nobody knows; what `begun` said stays."""
        return situation.wary()

    def gone(self, situation: S) -> S:
        """What it was about does not exist."""
        return self.undone(situation)

    def unknown_account(self, situation: S) -> S:
        """Somebody in it has to be imported first."""
        return self.undone(situation)

    def refused(self, situation: S, code: str) -> S:
        """It will never happen as it stands; a person has to look."""
        return self.undone(situation).parking(self.key, code)

    def messages(self, situation: S, result: Any) -> tuple[Message, ...]:
        """What was said, to be kept."""
        return ()

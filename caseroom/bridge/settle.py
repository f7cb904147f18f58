"""Carry out what is planned: one call at a time, each between two commits.

Before a call, "unknown" is committed together with the claim's number; after it, the outcome and the next "unknown"
are committed together. Whoever lost his claim records nothing but a doubt.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from caseroom.bridge import deadline
from caseroom.bridge.action import Action, Ports
from caseroom.bridge.errors import Gone, Refused, Trouble, Unanswered, Unavailable, UnknownAccount
from caseroom.bridge.health import Health
from caseroom.bridge.model import Message
from caseroom.bridge.pace import reserve
from caseroom.bridge.plan import Wait, wake_of
from caseroom.bridge.ports import Claim, Store, Transaction
from caseroom.bridge.records import Lane, Pace

LEASE = 30.0
CALL_DEADLINE = 12.0
LONGEST_PAUSE = 8.0
TRIES = 5

log = logging.getLogger("caseroom.settle")


class Desk(Protocol):
    """Where the subjects of a lane are read, planned for and written."""

    def open(self, tx: Transaction, subject: str, now: float) -> Any:
        """The situation of a subject; None where it is gone."""

    def resolve(self, tx: Transaction, before: Any, after: Any) -> Any:
        """What a change leads to that only the store can tell."""

    def plan(self, situation: Any, lane: str) -> list[Action[Any] | Wait]:
        """What has to be done, in order."""

    def save(self, tx: Transaction, before: Any, after: Any, lane: str) -> Any:
        """Keep what changed, and schedule the other lanes."""

    def doubt(self, situation: Any) -> Any:
        """The situation after somebody may have acted late: what can be read back has to be."""


@dataclass(frozen=True)
class Turn:
    """A call about to be made.

    Attributes:
        pause: seconds to wait before it, for the pace or after a failure.
        latest: when it must not be begun any more, by our clock.
    """

    claim: Claim
    action: Action[Any]
    situation: Any
    pause: float
    latest: float


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a result, or in trouble."""

    turn: Turn
    result: Any = None
    trouble: Trouble | None = None


@dataclass
class Settler:
    """Carries out lanes, with the vendors behind the ports and the pace that all processes share.

    Attributes:
        calls_per_second: limit for each API of the chat cloud.
    """

    store: Store
    ports: Ports
    desks: Mapping[str, Desk]
    calls_per_second: int
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    health: Health = field(default_factory=Health)

    def settle(self, claim: Claim, *, enough: Callable[[Any], bool] | None = None, patience: float = 0.0) -> None:
        """Carry a claimed lane out until nothing is left, it has to wait, or `enough` is reached.

        With patience (seconds), short waits after a failure are waited for instead of given back.
        """
        give_up = self.clock() + patience
        outcome: Outcome | None = None
        while True:
            with self.store.transaction() as tx:
                turn = self._next(tx, claim, outcome, enough, give_up)
            if turn is None:
                return
            outcome = self._carry_out(turn)

    def _next(
        self,
        tx: Transaction,
        claim: Claim,
        outcome: Outcome | None,
        enough: Callable[[Any], bool] | None,
        give_up: float,
    ) -> Turn | None:
        now = self.clock()
        lane = tx.get(Lane, claim.lane.subject, claim.lane.name)
        desk = self.desks[claim.lane.name]
        before = desk.open(tx, claim.lane.subject, now)
        if lane is None or before is None:
            return None
        if lane.fence != claim.lane.fence:
            self._leave_doubt(tx, desk, before, lane, outcome)
            return None
        after, lane = self._recorded(tx, before, lane, outcome, now)
        if claim.took_over and outcome is None:
            after = desk.doubt(after)
        if after is not before:
            after = desk.resolve(tx, before, after)
        steps = desk.plan(after, lane.name)
        action = next((step for step in steps if isinstance(step, Action)), None)
        pause = _pause(lane) if lane.attempts and outcome and outcome.trouble else 0.0
        if action is None or (enough is not None and enough(after)) or now + pause > max(give_up, now):
            wake = wake_of(steps, now + pause)
            self._release(tx, desk, before, after, replace(lane, due=wake, blocked_on=None), is_idle=action is None)
            return None
        closed = self.health.closed(tx, self._lines(action, after), now)
        if closed is not None:
            self._release(tx, desk, before, after, replace(lane, due=now, blocked_on=closed))
            return None
        begun = desk.save(tx, before, action.begun(after), lane.name)
        pause = max(pause, self._reserve(tx, action, now + pause) - now)
        tx.put(replace(lane, due=now, leased_until=now + pause + LEASE, blocked_on=None))
        return Turn(claim, action, begun, pause, now + pause + LEASE / 2 - CALL_DEADLINE)

    def _recorded(
        self, tx: Transaction, before: Any, lane: Lane, outcome: Outcome | None, now: float
    ) -> tuple[Any, Lane]:
        if outcome is None:
            return before, lane
        action, trouble = outcome.turn.action, outcome.trouble
        names = self._lines(action, before)
        if _is_answer(trouble):
            self.health.succeeded(tx, names)
        if trouble is None:
            self._keep_messages(tx, action.messages(before, outcome.result))
            return action.done(before, outcome.result), _moving(lane, action)
        if not _is_answer(trouble):
            self.health.failed(tx, names[0], trouble, now)
        if isinstance(trouble, Refused) or (isinstance(trouble, UnknownAccount) and lane.attempts >= TRIES):
            return action.refused(before, trouble.code), _moving(lane, action)
        after = FOLDS[type(trouble)](action, before) if type(trouble) in FOLDS else action.undone(before)
        if isinstance(trouble, Unanswered) and not trouble.counts_as_outage and lane.attempts >= TRIES:
            return after.parking(action.key, trouble.code), _moving(lane, action)
        return after, replace(lane, stuck=action.key, attempts=lane.attempts + 1)

    def _carry_out(self, turn: Turn) -> Outcome:
        if turn.pause > 0:
            self.sleep(turn.pause)
        if self.clock() > turn.latest:
            return self._told(Outcome(turn, trouble=Unavailable("stalled", counts_as_outage=False)))
        try:
            with deadline.within(CALL_DEADLINE):
                return self._told(Outcome(turn, result=turn.action.perform(self.ports, turn.situation)))
        except Trouble as trouble:
            return self._told(Outcome(turn, trouble=trouble))
        except Exception as error:  # whatever a library trips over, the case goes on
            log.exception("a call broke", extra={"action": turn.action.verb})
            return self._told(Outcome(turn, trouble=Unanswered(type(error).__name__, counts_as_outage=False)))

    def _told(self, outcome: Outcome) -> Outcome:
        lane, trouble = outcome.turn.claim.lane, outcome.trouble
        said = {"subject": lane.subject, "lane": lane.name, "action": outcome.turn.action.verb}
        if trouble is None:
            log.info("done", extra=said)
        else:
            log.warning("not done", extra={**said, "trouble": type(trouble).__name__, "code": trouble.code})
        return outcome

    def _release(
        self, tx: Transaction, desk: Desk, before: Any, after: Any, lane: Lane, *, is_idle: bool = False
    ) -> None:
        if after is not before:
            desk.save(tx, before, after, lane.name)
        if is_idle:
            lane = replace(lane, stuck="", attempts=0)
        tx.put(replace(lane, leased_until=0.0))

    def _leave_doubt(self, tx: Transaction, desk: Desk, situation: Any, lane: Lane, outcome: Outcome | None) -> None:
        if outcome is not None:
            desk.save(tx, situation, desk.doubt(situation), "")
            log.warning("claim lost", extra={"subject": lane.subject, "lane": lane.name})

    def _lines(self, action: Action[Any], situation: Any) -> tuple[str, ...]:
        if action.lane == "helpdesk":
            return (situation.helpdesk,)
        name = self.ports.chat.name
        return (name, *(f"{name}/{api}" for api in self.ports.chat.apis(action.verb)))

    def _reserve(self, tx: Transaction, action: Action[Any], now: float) -> float:
        if action.lane == "helpdesk":
            return now
        at = now
        for api in self.ports.chat.apis(action.verb):
            limit = self.ports.chat.limit(api, self.calls_per_second)
            pace, slot = reserve(tx.get(Pace, api) or Pace(name=api), now, limit)
            tx.put(pace)
            at = max(at, slot)
        return at

    def _keep_messages(self, tx: Transaction, messages: tuple[Message, ...]) -> None:
        for message in messages:
            tx.put(message)


FOLDS: dict[type[Trouble], Callable[[Action[Any], Any], Any]] = {
    Gone: lambda action, situation: action.gone(situation),
    Unanswered: lambda action, situation: action.missed(situation),
    UnknownAccount: lambda action, situation: action.unknown_account(situation),
}


def _is_answer(trouble: Trouble | None) -> bool:
    """Whether the vendor works, whatever it said."""
    return not (isinstance(trouble, Unavailable | Unanswered) and trouble.counts_as_outage)


def _moving(lane: Lane, action: Action[Any]) -> Lane:
    return replace(lane, stuck="", attempts=0) if lane.stuck in {"", action.key} else lane


def _pause(lane: Lane) -> float:
    """Seconds before the next try: doubling, never the same for two cases at once."""
    digest = hashlib.sha256(f"{lane.subject}{lane.name}{lane.attempts}".encode()).digest()
    spread = 0.75 + digest[0] / 510
    doubled: float = 0.2 * 2 ** min(lane.attempts - 1, 10)
    return min(doubled, LONGEST_PAUSE) * spread

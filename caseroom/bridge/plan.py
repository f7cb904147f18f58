"""What leads from what is seen to what is wanted: pure, and the heart of it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from caseroom.bridge.action import Action
from caseroom.bridge.chat_actions import (
    AddMembers,
    DissolveGroup,
    ImportAccount,
    Mute,
    OpenGroup,
    ReadGroup,
    ReadMembers,
    RemoveMembers,
)
from caseroom.bridge.helpdesk_actions import CreateRecord, FindRecord, LinkCase, NameAgent, ReadCase, late_creation
from caseroom.bridge.identity import REQUESTER_PREFIX
from caseroom.bridge.model import Known, Status
from caseroom.bridge.situation import Situation
from caseroom.bridge.speech_actions import Speak
from caseroom.bridge.word_actions import ReadHistory, RecallMessages, Say

HEARSAY = 3.0
SHORTEST_WAIT = 1.0
FAREWELLS = ("farewell@", "merged@")


@dataclass(frozen=True)
class Wait:
    """Nothing to do before this time, by our clock."""

    until: float


Step = Action[Situation] | Wait


def plan(situation: Situation, lane: str) -> list[Step]:
    """What has to be done in this lane, in order; nothing: the case is as it should be.

    An action that waits for a person is left out.
    """
    parked = situation.case.parked
    return [step for step in LANES[lane](situation) if isinstance(step, Wait) or step.key not in parked]


def wake_of(steps: Iterable[Action[Any] | Wait], now: float) -> float | None:
    """When there is something to do: now, later (but never in the past, which would be now for ever), or never."""
    waits = []
    for step in steps:
        if not isinstance(step, Wait):
            return now
        waits.append(max(step.until, now + SHORTEST_WAIT))
    return min(waits, default=None)


def _chat(situation: Situation) -> Iterator[Step]:
    case = situation.case
    if case.seen.group is Known.UNKNOWN:
        yield ReadGroup()
    elif case.wanted.is_live:
        yield from _live(situation)
    elif case.seen.group is Known.NO:
        yield from _gone(situation)
    elif case.wanted.is_erased:
        yield from _erasing(situation)
    else:
        yield from _ending(situation)


def _live(situation: Situation) -> Iterator[Step]:
    seen = situation.case.seen
    admitted = _admitted(situation)
    if seen.group is Known.NO:
        if admitted:
            yield from _imports(situation, admitted)
            yield OpenGroup(admitted)
        return
    if _is_crowd_doubtful(situation):
        yield ReadMembers()
        return
    if seen.muted is not Known.NO:
        yield Mute(is_muted=False)
    yield from _crowd(situation, admitted)
    yield from _sayings(situation, _live_sayings(situation))
    yield from _speeches(situation)
    yield from _hearsay(situation)
    yield from _renamed(situation, admitted)
    if "read_members" not in situation.case.parked:
        yield Wait(seen.check_at)


def _is_crowd_doubtful(situation: Situation) -> bool:
    """Whether the members have to be read; where that is refused, adding and removing once more does no harm."""
    seen = situation.case.seen
    is_doubtful = seen.is_crowd_in_doubt or Known.UNKNOWN in seen.members.values() or seen.check_at <= situation.now
    return is_doubtful and "read_members" not in situation.case.parked


def _admitted(situation: Situation) -> tuple[str, ...]:
    parked = situation.case.parked
    return tuple(who for who in situation.belonging if f"add:{who}" not in parked and f"import:{who}" not in parked)


def _imports(situation: Situation, accounts: tuple[str, ...]) -> Iterator[Step]:
    for account in accounts:
        if situation.person(account).imported_as is None:
            yield ImportAccount(account)


def _renamed(situation: Situation, accounts: tuple[str, ...]) -> Iterator[Step]:
    for account in accounts:
        if not situation.person(account).is_ready:
            yield ImportAccount(account)


def _crowd(situation: Situation, admitted: tuple[str, ...]) -> Iterator[Step]:
    members = situation.case.seen.members
    absent = tuple(who for who in admitted if members.get(who) is not Known.YES)
    if absent:
        yield from _imports(situation, absent)
        yield AddMembers(absent)
    strangers = [who for who, known in members.items() if who not in situation.belonging and known is not Known.NO]
    present = [who for who, known in members.items() if known is Known.YES]
    if len(strangers) == len(present) and not absent:
        strangers = strangers[1:]  # an empty group is reclaimed, with all that was said in it
    if strangers:
        yield RemoveMembers(tuple(strangers))


def _live_sayings(situation: Situation) -> list[str]:
    case = situation.case
    if not situation.belonging:
        return []
    sayings = ["greeting" if case.life == 1 else "reopened"]
    sayings += [
        f"reopened@{said.partition('@')[2]}"
        for said, known in case.seen.said.items()
        if said.startswith(FAREWELLS) and known is Known.YES
    ]
    if case.wanted.status is Status.SOLVED:
        sayings.append(f"solved@{case.wanted.status_at}")
    return sayings


def _sayings(situation: Situation, sayings: list[str]) -> Iterator[Step]:
    case = situation.case
    if Known.UNKNOWN in case.seen.said.values() and "read_history" not in case.parked:
        yield ReadHistory()
        return
    for saying in sayings:
        if case.seen.said.get(saying) is not Known.YES:
            yield Say(saying)


def _speeches(situation: Situation) -> Iterator[Step]:
    """Of agents who are in the group; the others are put in first."""
    for speech in situation.case.wanted.speeches:
        if situation.case.seen.members.get(speech.account) is Known.YES:
            yield Speak(speech)


def _hearsay(situation: Situation) -> Iterator[Step]:
    history = situation.case.seen.history
    if not history.holes:
        return
    if situation.now >= history.heard_at + HEARSAY:
        yield ReadHistory(before=history.holes[-1][1])
    else:
        yield Wait(history.heard_at + HEARSAY)


def _gone(situation: Situation) -> Iterator[Step]:
    check_at = situation.case.seen.check_at
    if check_at:
        yield ReadGroup() if check_at <= situation.now else Wait(check_at)


def _ending(situation: Situation) -> Iterator[Step]:
    case, seen = situation.case, situation.case.seen
    if seen.muted is not Known.YES and "mute" not in case.parked:
        yield from _sayings(situation, []) if case.wanted.speeches else ()
        yield from _speeches(situation)
        yield Mute(is_muted=True)
        return
    if "read_history" in case.parked and not seen.history.holes:
        # The chat cloud refuses to be asked at all, and nothing is known to be missing: a person was told.
        yield from _last_words(situation)
    elif not seen.history.is_final:
        yield ReadHistory()
    elif seen.history.missing:
        yield ReadHistory(before=seen.history.missing[-1][1])
    else:
        yield from _last_words(situation)


def _last_words(situation: Situation) -> Iterator[Step]:
    case = situation.case
    word = "merged" if case.wanted.status is Status.MERGED else "farewell"
    pending = [
        step
        for step in _sayings(situation, [f"{word}@{int(case.wanted.ended_at)}"])
        if isinstance(step, Wait) or step.key not in case.parked
    ]
    over = case.wanted.ended_at + situation.rules.close_grace
    if pending:
        yield from pending
    elif situation.now < over:
        yield Wait(over)
    else:
        yield DissolveGroup()


def _erasing(situation: Situation) -> Iterator[Step]:
    case = situation.case
    if case.seen.said.get("recalled") is not Known.YES and "recall_messages" not in case.parked:
        yield RecallMessages(case.account)
    else:
        yield DissolveGroup()


def _helpdesk(situation: Situation) -> Iterator[Step]:
    case = situation.case
    if case.wanted.is_erased:
        return
    if case.seen.record is Known.UNKNOWN:
        sought = late_creation(situation)
        yield Wait(sought) if case.seen.is_record_sought and situation.now < sought else FindRecord()
    elif case.seen.record is Known.NO:
        if situation.can("opens"):
            yield CreateRecord()
    elif case.wanted.is_in_doubt and situation.can("reads"):
        yield ReadCase() if case.wanted.read_at <= situation.now else Wait(case.wanted.read_at)
    elif _lacks_link(situation):
        yield LinkCase()
    if situation.can("names") and case.wanted.is_live:
        yield from _nameless(situation)


def _lacks_link(situation: Situation) -> bool:
    """Whether the customer has no other door: his case was opened inside the helpdesk, which can show him one."""
    case = situation.case
    is_from_inside = case.account.startswith(REQUESTER_PREFIX) and case.ref is not None
    is_missing = case.seen.link is not Known.YES and case.wanted.is_live
    return is_from_inside and is_missing and situation.can("links") and situation.rules.link is not None


def _nameless(situation: Situation) -> Iterator[Step]:
    for agent in situation.case.wanted.agents:
        account = situation.person(agent)
        if account.name is None and account.connector == situation.case.helpdesk:
            yield NameAgent(account)


LANES = {"chat": _chat, "helpdesk": _helpdesk}

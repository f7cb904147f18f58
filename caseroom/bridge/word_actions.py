"""What is said in the group of a case by the service, read from its history, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge import ranges
from caseroom.bridge.action import Ports
from caseroom.bridge.apply import want
from caseroom.bridge.chat_actions import ChatAction
from caseroom.bridge.model import SPEECH, History, Known, Message
from caseroom.bridge.phrases import phrase
from caseroom.bridge.ports import HistoryPage, Saying
from caseroom.bridge.situation import Situation


def with_own_words(situation: Situation, said: Saying) -> Situation:
    """The situation with what we said ourselves in its history, which nobody has to read any more."""
    history = situation.case.seen.history
    kept = ranges.add(history.kept, [said.seq])
    return situation.seeing(history=replace(history, kept=kept, top=max(history.top, said.seq)))


def own_message(situation: Situation, saying: str, said: Saying) -> Message:
    """What we said, as it is kept."""
    case = situation.case
    return Message(
        group_id=case.group_id,
        seq=said.seq,
        case=case.key,
        life=case.life,
        sender=said.sender,
        sent_at=said.sent_at,
        body=said.body,
        is_confirmed=True,
        random=situation.identity.random(case.group_id, saying),
        note=said.note,
    )


@dataclass(frozen=True)
class Say(ChatAction):
    """Say something to everybody in the group, once."""

    saying: str
    verb = "say"

    @property
    def key(self) -> str:
        """One saying's trouble is not another's."""
        return f"say:{self.saying}"

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be said."""
        return self._said(situation, Known.UNKNOWN)

    def perform(self, ports: Ports, situation: Situation) -> Saying:
        """Say it in the customer's language."""
        group_id = situation.case.group_id
        text = phrase(self.saying, situation.case.request.locale)
        return ports.chat.say(group_id, text, situation.identity.random(group_id, self.saying))

    def done(self, situation: Situation, result: Saying) -> Situation:
        """It is said, and kept like every other message."""
        return self._said(with_own_words(situation, result), Known.YES)

    def undone(self, situation: Situation) -> Situation:
        """It is not said."""
        return self._said(situation, Known.NO)

    def messages(self, situation: Situation, result: Saying) -> tuple[Message, ...]:
        """What was said."""
        return (own_message(situation, self.saying, result),)

    def _said(self, situation: Situation, known: Known) -> Situation:
        return situation.seeing(said={**situation.case.seen.said, self.saying: known})


@dataclass(frozen=True)
class ReadHistory(ChatAction):
    """Read messages: the newest, or the newest that are not above a sequence."""

    before: int | None = None
    verb = "read_history"

    def perform(self, ports: Ports, situation: Situation) -> HistoryPage:
        """Read a page."""
        return ports.chat.read_history(situation.case.group_id, self.before)

    def done(self, situation: Situation, result: HistoryPage) -> Situation:
        """They are kept; of what is not among them it is known why; sayings that were in doubt are known."""
        case, seen = situation.case, situation.case.seen
        history = self._read(seen.history, result)
        if self.before is None:
            is_over = seen.muted is Known.YES and not case.wanted.is_live
            heard = ranges.upto(history.heard, history.top) if is_over else history.heard
            history = replace(history, is_final=is_over, heard=heard)
            situation = _recognise(situation, {message.random for message in result.messages})
        return situation.seeing(history=history)

    def _read(self, history: History, page: HistoryPage) -> History:
        seqs = [message.seq for message in page.messages]
        kept = ranges.add(history.kept, seqs)
        top = ranges.highest(kept)
        end = top if self.before is None else min(self.before, top)
        bottom = 1 if page.is_oldest else min(seqs)
        absent = ranges.missing(ranges.union(kept, ((1, bottom - 1),) if bottom > 1 else ()), end)
        expired = ranges.upto(absent, min(seqs, default=end + 1) - 1) if page.has_expired else ()
        lost = ranges.union(history.lost, expired, ranges.common(absent, history.heard))
        history = replace(history, kept=kept, lost=lost, void=ranges.union(history.void, absent))
        if self.before is not None and top < self.before:
            # There is nothing up to there: whoever told of more has made it up.
            return replace(history, heard=ranges.upto(history.heard, top), top=top)
        return replace(history, top=max(history.top, top))

    def messages(self, situation: Situation, result: HistoryPage) -> tuple[Message, ...]:
        """What was read, with whose it is; nothing where its customer was erased meanwhile."""
        case = situation.case
        if case.wanted.is_erased:
            return ()
        return tuple(replace(message, case=case.key, life=case.life) for message in result.messages)


def _recognise(situation: Situation, randoms: set[int]) -> Situation:
    case = situation.case
    doubtful = [saying for saying, known in case.seen.said.items() if known is Known.UNKNOWN]
    found = {
        saying: Known.YES if situation.identity.random(case.group_id, saying) in randoms else Known.NO
        for saying in doubtful
    }
    return without_speeches(situation.seeing(said={**case.seen.said, **found}), found)


def without_speeches(situation: Situation, found: Mapping[str, Known]) -> Situation:
    """The situation once it is known which speeches are in the group: they are messages like all others."""
    case = situation.case
    rest = tuple(speech for speech in case.wanted.speeches if found.get(speech.saying) is not Known.YES)
    said = {saying: known for saying, known in case.seen.said.items() if saying not in found or not _is_speech(saying)}
    return situation.with_case(want(case, speeches=rest)).seeing(said=said)


def _is_speech(saying: str) -> bool:
    return saying.startswith(SPEECH)


@dataclass(frozen=True)
class RecallMessages(ChatAction):
    """Take back what the erased customer said."""

    account: str
    verb = "recall_messages"

    def perform(self, ports: Ports, situation: Situation) -> None:
        """Do it."""
        ports.chat.recall_messages(situation.case.group_id, self.account)

    def done(self, situation: Situation, result: Any) -> Situation:
        """Nothing of his is left in the group."""
        return situation.seeing(said={**situation.case.seen.said, "recalled": Known.YES})

"""What agents say through the service, in their own names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from caseroom.bridge import ranges
from caseroom.bridge.action import Ports
from caseroom.bridge.apply import want
from caseroom.bridge.chat_actions import ChatAction
from caseroom.bridge.model import Known, Message, Speech
from caseroom.bridge.ports import Saying
from caseroom.bridge.situation import Situation
from caseroom.bridge.word_actions import without_speeches


@dataclass(frozen=True)
class Speak(ChatAction):
    """Say something to everybody in the group as one of its agents, once."""

    speech: Speech
    verb = "speak"

    @property
    def key(self) -> str:
        """One speech's trouble is not another's."""
        return speech_key(self.speech)

    def begun(self, situation: Situation) -> Situation:
        """From now on it may be said."""
        return situation.seeing(said={**situation.case.seen.said, self.speech.saying: Known.UNKNOWN})

    def perform(self, ports: Ports, situation: Situation) -> Saying:
        """Say it, under the number that is made from the group and its key."""
        speech, group_id = self.speech, situation.case.group_id
        random = situation.identity.random(group_id, speech.saying)
        return ports.chat.speak(group_id, speech.account, speech.text, speech.key, random)

    def done(self, situation: Situation, result: Saying) -> Situation:
        """It is said, and kept like every other message."""
        history = situation.case.seen.history
        kept = ranges.add(history.kept, [result.seq])
        heard = situation.seeing(history=replace(history, kept=kept, top=max(history.top, result.seq)))
        return without_speeches(heard, {self.speech.saying: Known.YES})

    def undone(self, situation: Situation) -> Situation:
        """It is not said."""
        return without_speeches(situation, {self.speech.saying: Known.NO})

    def refused(self, situation: Situation, code: str) -> Situation:
        """It will never be said; its text is not kept for anybody."""
        rest = tuple(one for one in situation.case.wanted.speeches if one.saying != self.speech.saying)
        dropped = situation.with_case(want(situation.case, speeches=rest))
        return super().refused(dropped, code)

    def messages(self, situation: Situation, result: Saying) -> tuple[Message, ...]:
        """What was said; nothing where its customer was erased meanwhile."""
        case = situation.case
        if case.wanted.is_erased:
            return ()
        return (
            Message(
                group_id=case.group_id,
                seq=result.seq,
                case=case.key,
                life=case.life,
                sender=result.sender,
                sent_at=result.sent_at,
                body=result.body,
                is_confirmed=True,
                random=situation.identity.random(case.group_id, self.speech.saying),
                note=result.note,
            ),
        )


def speech_key(speech: Speech) -> str:
    """Under which a speech is parked."""
    return f"speak:{speech.account}/{speech.key}"

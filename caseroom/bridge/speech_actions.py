"""What agents say through the service, in their own names."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.bridge.action import Ports
from caseroom.bridge.apply import want
from caseroom.bridge.chat_actions import ChatAction
from caseroom.bridge.model import Known, Message, Speech
from caseroom.bridge.ports import Saying
from caseroom.bridge.situation import Situation
from caseroom.bridge.word_actions import own_message, with_own_words, without_speeches


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
        return without_speeches(with_own_words(situation, result), {self.speech.saying: Known.YES})

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
        if situation.case.wanted.is_erased:
            return ()
        return (own_message(situation, self.speech.saying, result),)


def speech_key(speech: Speech) -> str:
    """Under which a speech is parked."""
    return f"speak:{speech.account}/{speech.key}"

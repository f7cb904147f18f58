"""What every chat cloud does with words, for the bridge: run over each implementation of the port."""

import json

import pytest
import time_machine

from caseroom.bridge.errors import Trouble
from caseroom.bridge.model import Message


def test_the_service_speaks_and_is_told_where_it_stands_in_the_conversation(chat, outside, group):
    outside.speak(group, "mei", "It drips")
    said = chat.say(group, "We are finding somebody", 7)
    assert outside.texts(group) == ["It drips", "We are finding somebody"]
    (kept,) = [message for message in chat.read_history(group, None).messages if message.seq == said.seq]
    assert (said.seq, said.sender, said.body) == (2, kept.sender, kept.body)
    assert abs(said.sent_at - kept.sent_at) < 1


def test_the_same_number_within_five_minutes_is_the_same_message(chat, outside, group):
    with time_machine.travel(1_795_000_000, tick=False) as now:
        first = chat.say(group, "We are finding somebody", 7)
        now.shift(299)
        again = chat.say(group, "We are finding somebody", 7)
        assert (first.seq, outside.texts(group)) == (again.seq, ["We are finding somebody"])
        assert chat.say(group, "Good-bye", 8).seq == first.seq + 1


def test_a_member_speaks_through_the_service_and_pages_know_what_he_said_by_its_key(chat, outside, group):
    said = chat.speak(group, "zendesk_1", "Let me look", "key-1", 7)
    (kept,) = chat.read_history(group, None).messages
    assert (kept.seq, kept.sender, kept.body, kept.note) == (said.seq, "zendesk_1", said.body, said.note)
    assert json.loads(kept.note) == {"caseroom": 1, "key": "key-1"}
    assert outside.texts(group) == ["Let me look"]


def test_what_a_member_speaks_twice_with_one_number_within_five_minutes_is_one_message(chat, outside, group):
    with time_machine.travel(1_795_000_000, tick=False) as now:
        first = chat.speak(group, "zendesk_1", "Let me look", "key-1", 7)
        now.shift(299)
        assert chat.speak(group, "zendesk_1", "Let me look", "key-1", 7).seq == first.seq
        assert chat.speak(group, "mei", "Thank you", "key-1", 7).seq == first.seq + 1
        assert chat.say(group, "Good-bye", 7).seq == first.seq + 2
    assert outside.texts(group) == ["Let me look", "Thank you", "Good-bye"]


def test_nobody_speaks_through_the_service_in_a_group_that_he_is_not_in(chat, outside, group):
    with pytest.raises(Trouble):
        chat.speak(group, "noor", "Let me in", "key-1", 7)
    with pytest.raises(Trouble):
        chat.speak(group, "stranger", "Let me in", "key-1", 8)
    assert outside.texts(group) == []


def test_a_member_does_not_speak_through_the_service_in_a_muted_group(chat, outside, group):
    chat.mute(group, is_muted=True)
    with pytest.raises(Trouble):
        chat.speak(group, "zendesk_1", "One thing more", "key-1", 7)
    assert outside.texts(group) == []


def test_in_a_muted_group_only_the_service_speaks(chat, outside, group):
    chat.mute(group, is_muted=True)
    with pytest.raises(outside.Refusal):
        outside.speak(group, "mei", "It still drips")
    chat.say(group, "Good-bye", 7)
    chat.mute(group, is_muted=False)
    outside.speak(group, "mei", "Wait")
    assert outside.texts(group) == ["Good-bye", "Wait"]


def test_history_is_read_from_its_newest_end_or_from_a_sequence_downwards(chat, outside, group):
    for number in range(1, 46):
        outside.speak(group, "mei", f"drop {number}")
    found, before = {}, None
    for _ in range(10):
        page = chat.read_history(group, before)
        assert all(before is None or message.seq <= before for message in page.messages)
        assert before is not None or 45 in {message.seq for message in page.messages}
        found |= {message.seq: message.body for message in page.messages}
        if page.is_oldest:
            break
        before = min(message.seq for message in page.messages) - 1
    assert sorted(found) == list(range(1, 46))
    assert page.is_oldest


def test_a_message_of_the_history_is_whole_and_confirmed(chat, outside, group):
    outside.speak(group, "mei", "It drips 茶 🫖")
    (message,) = chat.read_history(group, None).messages
    assert isinstance(message, Message)
    assert (message.group_id, message.seq, message.sender, message.kind) == (group, 1, "mei", "message")
    assert "It drips 茶 🫖" in str(message.body)
    assert message.is_confirmed


def test_a_group_in_which_nothing_was_said_has_an_empty_history(chat, group):
    page = chat.read_history(group, None)
    assert (page.messages, page.is_oldest) == ((), True)


def test_what_somebody_said_can_be_taken_back_and_only_its_place_is_left(chat, outside, group):
    outside.speak(group, "mei", "My number is 4711")
    outside.speak(group, "zendesk_1", "Thank you")
    chat.recall_messages(group, "mei")
    assert outside.texts(group) == ["Thank you"]
    kinds = {message.seq: (message.kind, message.body) for message in chat.read_history(group, None).messages}
    assert kinds[1] == ("deleted", ())
    assert kinds[2][0] == "message"

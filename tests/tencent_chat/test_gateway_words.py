"""What is said, as Tencent wants it; what holds for every chat cloud is in the contract."""

import pytest
import time_machine
from werkzeug.wrappers import Response

from caseroom.bridge.errors import Refused, Unanswered, Unavailable
from sandbox.faults import Fault, Faults
from sandbox.mailbox import Mailbox


@pytest.fixture
def group(chat, known):
    chat.open_group("g", "Help", known("mei", "zendesk_1"))
    return "g"


def entry(seq, **more):
    return {"MsgSeq": seq, "From_Account": "mei", "MsgTimeStamp": 1, "MsgRandom": seq, "IsPlaceMsg": 0, **more}


# What is said


def test_what_we_say_comes_from_the_administrator_and_tells_no_callback(chat, cloud, group):
    cloud.callbacks.mailbox = Mailbox(send=lambda _: 200)
    said = chat.say(group, "We are finding somebody", 2**32 - 1)
    (message,) = cloud.group(group).messages
    assert (message.sender, message.random, message.text) == ("administrator", 2**32 - 1, "We are finding somebody")
    assert (said.sender, said.body) == ("administrator", tuple(message.elements))
    assert cloud.callbacks.mailbox.waiting == []
    cloud.say(group, "mei", "It drips")
    assert len(cloud.callbacks.mailbox.waiting) == 1


def test_after_a_silence_the_same_number_says_it_once(chat, cloud, group):
    cloud.faults = Faults(rates={Fault.UNANSWERED: 1.0})
    with pytest.raises(Unanswered):
        chat.say(group, "We are finding somebody", 7)
    cloud.faults = Faults()
    assert chat.say(group, "We are finding somebody", 7).seq == 1
    assert len(cloud.group(group).messages) == 1


def test_after_five_minutes_the_same_number_is_another_message(chat, cloud, group):
    with time_machine.travel(1_795_000_000, tick=False) as now:
        chat.say(group, "We are finding somebody", 7)
        now.shift(300)
        assert chat.say(group, "We are finding somebody", 7).seq == 2


def test_what_is_too_long_is_refused(chat, group):
    with pytest.raises(Refused, match="80002"):
        chat.say(group, "茶" * 4096, 7)


def test_too_many_words_in_one_group_wait_for_a_moment(chat, cloud, group):
    cloud.limits.messages_per_second = 1
    chat.say(group, "One", 1)
    with pytest.raises(Unavailable, match="10023") as caught:
        chat.say(group, "Two", 2)
    assert caught.value.seconds


# What was said


def test_history_comes_by_twenties_and_knows_its_end(chat, cloud, group):
    cloud.limits.messages_per_second = 0
    for number in range(1, 42):
        cloud.say(group, "mei", f"drop {number}")
    pages = [chat.read_history(group, before) for before in (None, 21, 1)]
    assert [len(page.messages) for page in pages] == [20, 20, 1]
    assert [page.is_oldest for page in pages] == [False, False, True]
    assert [page.messages[0].seq for page in pages] == [41, 21, 1]


@pytest.mark.parametrize("count", [19, 20, 21])
def test_a_page_that_just_fits_is_known_for_what_it_is(chat, cloud, group, count):
    for number in range(count):
        cloud.say(group, "mei", f"drop {number}")
    page = chat.read_history(group, None)
    assert page.is_oldest is (count <= 20)


def test_a_message_that_was_recalled_leaves_its_place(chat, cloud, group):
    for text in ("one", "two", "three"):
        cloud.say(group, "mei" if text == "two" else "zendesk_1", text)
    chat.recall_messages(group, "mei")
    kinds = {message.seq: (message.kind, len(message.body)) for message in chat.read_history(group, None).messages}
    assert kinds == {1: ("message", 1), 2: ("deleted", 0), 3: ("message", 1)}


def test_what_the_vendor_does_not_store_any_more_is_no_reason_to_go_on(chat, cloud, group):
    with time_machine.travel(1_795_000_000, tick=False) as now:
        cloud.say(group, "mei", "long ago")
        now.shift(cloud.limits.stored_seconds + 1)
        for number in range(20):
            cloud.say(group, "mei", f"today {number}")
        page = chat.read_history(group, None)
        assert ([message.seq for message in page.messages], page.is_oldest) == (list(range(21, 1, -1)), True)
        now.shift(cloud.limits.stored_seconds + 1)
        assert chat.read_history(group, None).is_oldest


@pytest.mark.parametrize("place", [1, 2])
def test_both_kinds_of_placeholders_are_places_of_messages(chat, answered, place):
    answered(IsFinished=1, RspMsgList=[entry(2, IsPlaceMsg=place), entry(1, MsgBody=[{"MsgType": "TIMFaceElem"}])])
    assert [message.kind for message in chat.read_history("g", None).messages] == ["deleted", "message"]


def test_a_page_that_is_cut_short_by_its_size_is_not_the_last(chat, answered):
    answered(IsFinished=0, RspMsgList=[entry(9), entry(8)])
    assert not chat.read_history("g", None).is_oldest


def test_an_empty_page_that_is_not_the_last_is_asked_for_again(chat, answered):
    answered(IsFinished=0, RspMsgList=[])
    with pytest.raises(Unavailable, match="empty_page") as caught:
        chat.read_history("g", None)
    assert not caught.value.counts_as_outage


def test_half_a_character_in_what_was_said_keeps_nobody_from_reading_it(chat, switchboard):
    said = rb'{"MsgType":"TIMTextElem","MsgContent":{"Text":"half \ud83e"}}'
    head = b'{"ActionStatus":"OK","ErrorCode":0,"IsFinished":1,"RspMsgList":[{"MsgSeq":1,"MsgBody":['
    switchboard.application = Response(head + said + b"]}]}")
    (message,) = chat.read_history("g", None).messages
    assert message.body[0]["MsgContent"]["Text"] == "half ?"

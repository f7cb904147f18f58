"""What each callback is answered, and what it tells."""

import json

import pytest

from caseroom.bridge.errors import BadField
from caseroom.bridge.events import CrowdChanged, GroupDoubted, MessageHeard
from caseroom.connector import InboundRequest
from caseroom.tencent_chat.callbacks import ACTORS, READERS, Callbacks

ADMINS = frozenset({"administrator", "second-admin"})
CALLBACKS = Callbacks(1, ("token",), "administrator", ADMINS, "@RBT#helper")
OK = {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}

BEFORE = {
    "Group.CallbackBeforeCreateGroup": "Operator_Account",
    "Group.CallbackBeforeApplyJoinGroup": "Requestor_Account",
    "Group.CallbackBeforeInviteJoinGroup": "Operator_Account",
    "C2C.CallbackBeforeSendMsg": "From_Account",
}
GROUP_AFTER = ("SendMsg", "CreateGroup", "NewMemberJoin", "MemberExit", "GroupFull", "GroupDestroyed", "RecallMsg")
FRIENDS = ("PrevFriendAdd", "PrevFriendResponse", "FriendAdd", "FriendDelete", "BlackListAdd", "BlackListDelete")
ANSWERED = [
    "Group.CallbackBeforeSendMsg",
    *(f"Group.CallbackAfter{name}" for name in (*GROUP_AFTER, "GroupInfoChanged")),
    *(f"C2C.CallbackAfter{name}" for name in ("SendMsg", "MsgReport", "MsgWithDraw")),
    *(f"Sns.Callback{name}" for name in FRIENDS),
    *("State.StateChange", "Bot.OnC2CMessage", "Bot.OnC2CMassage", "Bot.OnGroupMessage"),
    "Group.CallbackOfNextYear",
]
MESSAGE = {
    "CallbackCommand": "Group.CallbackAfterSendMsg",
    "GroupId": "g",
    "Type": "Public",
    "From_Account": "mei",
    "Operator_Account": "mei",
    "Random": 7,
    "MsgSeq": 123,
    "MsgTime": 1_669_872_112,
    "OnlineOnlyFlag": 0,
    "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "It drips"}}],
}


def inbound(body, **query):
    pairs = {"CallbackCommand": body.get("CallbackCommand", ""), "OptPlatform": "Web", **query}
    return InboundRequest("POST", "/tencent/callback", tuple(pairs.items()), {}, json.dumps(body).encode(), 0.0)


def told(body, **query):
    return [hint.event for hint in CALLBACKS.hints(inbound(body, **query))]


# What is answered


def test_these_are_all_callbacks_that_ask_for_leave():
    assert ACTORS.keys() == BEFORE.keys()
    assert READERS.keys() <= set(ANSWERED)


@pytest.mark.parametrize("command", ANSWERED)
def test_all_others_are_answered_ok_known_or_not(command):
    assert CALLBACKS.verdict(command, {"From_Account": "mallory", "Operator_Account": "mallory"}) == OK


@pytest.mark.parametrize(("command", "actor"), BEFORE.items())
@pytest.mark.parametrize(
    "account", ["mallory", "mei", "Administrator", "administrator ", "", None, 1, [], {}, ["administrator"]]
)
def test_nobody_but_an_administrator_of_ours_gets_leave(command, actor, account):
    verdict = CALLBACKS.verdict(command, {"To_Account": "mei", actor: account})
    assert verdict == {**OK, "ErrorCode": 1, "ErrorInfo": "refused"}
    assert CALLBACKS.verdict(command, {})["ErrorCode"] == 1


@pytest.mark.parametrize(("command", "actor"), BEFORE.items())
@pytest.mark.parametrize("account", sorted(ADMINS))
def test_each_administrator_of_ours_gets_leave(command, actor, account):
    assert CALLBACKS.verdict(command, {actor: account}) == OK


def test_an_administrator_who_is_only_mentioned_gives_no_leave():
    body = {"Operator_Account": "mallory", "Owner_Account": "administrator", "To_Account": "administrator"}
    assert all(CALLBACKS.verdict(command, body)["ErrorCode"] == 1 for command in BEFORE)


@pytest.mark.parametrize("end", ["From_Account", "To_Account"])
def test_the_assistant_may_write_and_be_written_to_one_to_one_and_nothing_else(end):
    body = {"From_Account": "mei", "To_Account": "noor", end: "@RBT#helper"}
    assert CALLBACKS.verdict("C2C.CallbackBeforeSendMsg", body) == OK
    body |= {"Operator_Account": "@RBT#helper", "Requestor_Account": "@RBT#helper"}
    assert all(CALLBACKS.verdict(command, body)["ErrorCode"] == 1 for command in BEFORE if "Group" in command)


@pytest.mark.parametrize("body", [{}, {"From_Account": None, "To_Account": None}, {"From_Account": ""}])
def test_where_the_assistant_is_off_nobody_is_taken_for_it(body):
    without = Callbacks(1, ("token",), "administrator", ADMINS, None)
    assert without.verdict("C2C.CallbackBeforeSendMsg", body)["ErrorCode"] == 1


# What is told


def test_a_message_is_heard_as_it_was_sent():
    (event,) = told(MESSAGE)
    assert isinstance(event, MessageHeard)
    heard = event.message
    assert (heard.group_id, heard.seq, heard.sender, heard.random, heard.sent_at) == ("g", 123, "mei", 7, 1_669_872_112)
    assert heard.body == tuple(MESSAGE["MsgBody"])
    assert not heard.is_confirmed


@pytest.mark.parametrize("event_time", [1_669_872_112_000, "1669872112000", None, "soon", [], {}])
def test_an_event_time_may_come_as_number_or_text_and_decides_nothing(event_time):
    assert told({**MESSAGE, "EventTime": event_time}) == told(MESSAGE)


def test_numbers_may_come_as_text():
    assert told({**MESSAGE, "MsgSeq": "123", "MsgTime": "1669872112", "Random": "7"}) == told(MESSAGE)


def test_what_is_sent_only_to_those_online_is_not_heard():
    assert told({**MESSAGE, "OnlineOnlyFlag": 1}) == []


@pytest.mark.parametrize("platform", ["RESTAPI", "restapi", "RestAPI"])
def test_what_we_did_ourselves_is_no_news(platform):
    body = {**MESSAGE, "Operator_Account": "administrator"}
    assert told(body, OptPlatform=platform) == []
    assert len(told(body, OptPlatform="Web")) == 1
    assert len(told({**body, "Operator_Account": "second-admin"}, OptPlatform=platform)) == 1


MEMBERS = [{"Member_Account": "mei"}, {"Member_Account": "noor"}]


@pytest.mark.parametrize(
    ("command", "body", "event"),
    [
        ("Group.CallbackAfterNewMemberJoin", {"JoinType": "Apply", "NewMemberList": MEMBERS}, CrowdChanged()),
        ("Group.CallbackAfterMemberExit", {"ExitType": "Kicked", "ExitMemberList": MEMBERS}, CrowdChanged()),
        (
            "Group.CallbackAfterMemberExit",
            {"ExitType": "Quit", "ExitMemberList": MEMBERS},
            CrowdChanged(("mei", "noor")),
        ),
        ("Group.CallbackAfterMemberExit", {"ExitType": "Quit"}, CrowdChanged()),
        ("Group.CallbackAfterMemberExit", {"ExitType": "Quit", "ExitMemberList": 5}, CrowdChanged()),
        ("Group.CallbackAfterMemberExit", {}, CrowdChanged()),
        ("Group.CallbackAfterGroupDestroyed", {"Owner_Account": "", "MemberList": MEMBERS}, GroupDoubted()),
    ],
)
def test_who_comes_and_goes_is_a_hint_to_look(command, body, event):
    assert told({"CallbackCommand": command, "GroupId": "g", **body}) == [event]


@pytest.mark.parametrize("command", sorted(set(ANSWERED) - READERS.keys()) + sorted(BEFORE))
def test_all_others_tell_nothing(command):
    assert told({"CallbackCommand": command, "GroupId": "g"}) == []


def test_query_and_body_have_to_name_the_same_callback():
    with pytest.raises(BadField, match="invalid_field"):
        told(MESSAGE, CallbackCommand="Group.CallbackAfterGroupDestroyed")
    with pytest.raises(BadField):
        CALLBACKS.hints(inbound({"GroupId": "g"}))

"""The signature does not cover the body: whatever stands there, it is a hint that can be kept, or it is refused."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caseroom.bridge.errors import BadField
from caseroom.bridge.events import MessageHeard
from caseroom.bridge.model import Message
from caseroom.bridge.records import Group
from caseroom.connector import InboundRequest, NotJSON
from caseroom.store.sqlite import SQLiteStore
from caseroom.tencent_chat.callbacks import ACTORS, READERS, Callbacks

CALLBACKS = Callbacks(1, ("token",), "administrator", frozenset({"administrator"}), "@RBT#helper")
COMMANDS = sorted({*READERS, *ACTORS, "State.StateChange"})
MESSAGE_FIELDS = ["GroupId", "MsgSeq", "MsgTime", "MsgBody", "From_Account", "To_Account", "Random", "OnlineOnlyFlag"]
CROWD_FIELDS = ["Operator_Account", "Requestor_Account", "ExitType", "ExitMemberList", "NewMemberList", "EventTime"]
FIELDS = [*MESSAGE_FIELDS, *CROWD_FIELDS, "CallbackCommand"]
# Every text, also with halves of characters, as JSON can spell them.
texts = st.one_of(st.text(st.characters(), max_size=8), st.sampled_from(["Quit", "g", "administrator", "@RBT#helper"]))
numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1, 2**31, 2**63, -1, 10**400, 1e308]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
elements = st.fixed_dictionaries(
    {"MsgType": st.just("TIMTextElem"), "MsgContent": st.fixed_dictionaries({"Text": texts})}
)
plausible = st.fixed_dictionaries(
    {
        "GroupId": texts,
        "MsgSeq": numbers,
        "MsgTime": numbers,
        "Random": numbers,
        "MsgBody": st.lists(elements, max_size=2),
    }
)
bodies = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), values),
    st.builds(lambda body, changes: {**body, **changes}, plausible, st.dictionaries(st.sampled_from(FIELDS), values)),
)


@pytest.fixture(scope="module")
def store():
    found = SQLiteStore(":memory:")
    found.migrate()
    yield found
    found.close()


def inbound(command, raw):
    return InboundRequest("POST", "/tencent/callback", (("CallbackCommand", command),), {}, raw, 0.0)


def keep(store, hint):
    """Look for the group and keep the message, as whoever hears the hint does."""
    with store.transaction() as tx:
        assert tx.get(Group, hint.group_id) is None
        if isinstance(hint.event, MessageHeard):
            tx.put(hint.event.message)
            assert tx.get(Message, hint.group_id, hint.event.message.seq) == hint.event.message


@given(st.sampled_from(COMMANDS), bodies)
@example("Group.CallbackAfterSendMsg", {"GroupId": "g", "MsgSeq": 1e308, "MsgBody": []})
@example("Group.CallbackAfterSendMsg", {"GroupId": "g", "MsgSeq": 1, "MsgTime": -1e308, "MsgBody": []})
@example("Group.CallbackAfterSendMsg", {"GroupId": "g", "MsgSeq": 1, "Random": 2**63, "MsgBody": []})
@example("Group.CallbackAfterSendMsg", {"GroupId": "\ud83d", "MsgSeq": 1, "MsgBody": []})
@example("Group.CallbackAfterSendMsg", {"GroupId": "g", "MsgSeq": 1, "MsgBody": [{"MsgType": "\udead"}]})
@example("Group.CallbackAfterMemberExit", {"GroupId": "g", "ExitType": "Quit", "ExitMemberList": 1})
@example("Group.CallbackBeforeCreateGroup", {"Operator_Account": []})
@example("C2C.CallbackBeforeSendMsg", {"From_Account": {}, "To_Account": []})
def test_any_object_is_a_hint_that_can_be_kept_or_is_refused(store, command, body):
    request = inbound(command, json.dumps(body).encode())
    try:
        hints = CALLBACKS.hints(request)
    except BadField:
        hints = []
    for hint in hints:
        keep(store, hint)
    assert CALLBACKS.verdict(command, request.json())["ActionStatus"] == "OK"


@given(st.sampled_from(COMMANDS), st.one_of(values.filter(lambda value: not isinstance(value, dict)), st.none()))
def test_what_is_no_object_is_refused(command, value):
    with pytest.raises(NotJSON):
        CALLBACKS.hints(inbound(command, json.dumps(value).encode()))


@given(st.sampled_from(COMMANDS), st.binary(max_size=40).filter(lambda raw: b"{" not in raw))
@example("State.StateChange", b"[" * 100_000)
@example("State.StateChange", b'{"a":' * 100_000)
@example("State.StateChange", b"1" * 5000)
@example("State.StateChange", b"")
@example("State.StateChange", b"\xff\xfe\x00")
def test_what_is_no_json_is_refused(command, raw):
    with pytest.raises(NotJSON):
        CALLBACKS.hints(inbound(command, raw))


@pytest.mark.parametrize(
    "changes",
    [
        {"MsgSeq": None},
        {"MsgSeq": 0},
        {"MsgSeq": -1},
        {"MsgSeq": "first"},
        {"MsgSeq": [1]},
        {"MsgSeq": 2**63},
        {"MsgTime": "noon"},
        {"MsgBody": None},
        {"MsgBody": 5},
        {"Random": "any"},
        {"Random": -1},
        {"GroupId": None},
        {"GroupId": 5},
    ],
)
def test_a_message_that_cannot_be_placed_is_refused_by_name(changes):
    body = {"GroupId": "g", "MsgSeq": 1, "MsgTime": 2, "MsgBody": [], **changes}
    with pytest.raises(BadField) as caught:
        CALLBACKS.hints(inbound("Group.CallbackAfterSendMsg", json.dumps(body).encode()))
    assert caught.value.field == ("GroupId" if "GroupId" in changes else "MsgSeq")

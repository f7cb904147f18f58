"""Every message of a group is kept once, by its sequence; callbacks are hints until the history confirms them."""

import hashlib
import json
from urllib.parse import urlencode

from sandbox.town import SDK_APP_ID


def told(play, group: str, seq: int, text: str) -> int:
    """A callback that Tencent's signature lets through, whatever its body says."""
    now = str(int(play.world.clock.now))
    command = "Group.CallbackAfterSendMsg"
    sign = hashlib.sha256(f"token{now}".encode()).hexdigest()
    query = {"SdkAppid": SDK_APP_ID, "CallbackCommand": command, "RequestTime": now, "Sign": sign}
    element = {"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}
    body = {
        "CallbackCommand": command,
        "GroupId": group,
        "From_Account": "mei",
        "MsgSeq": seq,
        "MsgTime": 1,
        "MsgBody": [element],
    }
    return play.world.request(f"/tencent/callback?{urlencode(query)}", json.dumps(body).encode(), {})[0]


def texts(play, group: str) -> dict[int, str]:
    return {one.seq: one.body[0]["MsgContent"]["Text"] for one in play.kept(group)}


def test_a_message_is_kept_when_it_is_told_and_once(play):
    group, _ = play.open()
    play.chat.say(group, "mei", "hello")
    box = play.world.boxes["tencent_chat"]
    again = list(box.waiting)
    play.rest()
    box.waiting = again
    play.rest()
    assert texts(play, group)[2] == "hello"
    assert len(play.kept(group)) == 2
    _, page = play.as_server("/case/messages", {"userId": "mei"})
    assert [one["body"][0]["MsgContent"]["Text"] for one in page["messages"]][1] == "hello"


def test_a_hole_is_found_and_fetched(play):
    group, _ = play.open()
    box = play.world.boxes["tencent_chat"]
    for text in ("one", "two", "three"):
        play.chat.say(group, "mei", text)
    box.waiting = [max(box.waiting, key=lambda entry: entry[1])]
    play.rest(10)
    assert list(texts(play, group).values())[1:] == ["one", "two", "three"]


def test_a_forged_text_is_replaced_by_what_was_really_said(play):
    group, ticket = play.open()
    play.world.boxes["tencent_chat"].send = lambda _: 200
    play.chat.say(group, "mei", "I am content")
    assert told(play, group, 2, "I want a refund") == 200
    assert texts(play, group)[2] == "I want a refund"
    play.zendesk.soft_delete(ticket)
    play.rest()
    assert texts(play, group)[2] == "I am content"


def test_a_forged_message_far_ahead_leads_to_a_look_and_nothing_else(play):
    group, _ = play.open()
    told(play, group, 1_000_000, "from nowhere")
    play.rest(30)
    assert max(texts(play, group)) == 1
    assert not play.parked()


def test_a_message_of_somebody_elses_group_is_not_kept(play):
    play.open()
    assert told(play, "g_unknown", 1, "hello") == 200
    assert play.kept("g_unknown") == []


def test_a_recalled_message_keeps_its_place(play):
    group, ticket = play.open()
    play.chat.say(group, "mei", "oh")
    play.rest()
    play.chat.groups[group].messages[1].recalled = True
    play.zendesk.soft_delete(ticket)
    play.rest()
    assert [one.kind for one in play.kept(group)] == ["message", "deleted", "message"]


def test_a_forged_end_of_a_group_is_looked_into_and_not_believed(play):
    group, _ = play.open()
    now = str(int(play.world.clock.now))
    command = "Group.CallbackAfterGroupDestroyed"
    sign = hashlib.sha256(f"token{now}".encode()).hexdigest()
    query = {"SdkAppid": SDK_APP_ID, "CallbackCommand": command, "RequestTime": now, "Sign": sign}
    body = json.dumps({"CallbackCommand": command, "GroupId": group}).encode()
    assert play.world.request(f"/tencent/callback?{urlencode(query)}", body, {})[0] == 200
    play.rest()
    assert list(play.chat.groups) == [group]

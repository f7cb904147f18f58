"""What an agent says through the service is said once, in his name, whatever breaks on the way."""

import itertools

import pytest

from caseroom.bridge.model import Case
from caseroom.web.tokens import AgentToken, Tokens
from sandbox.faults import Fault

TEXT = "Let me look."


class Agent:
    """An agent with a token, as his page has one."""

    def __init__(self, play):
        self.play, self.number = play, play.zendesk.add_agent("Ann")
        self.account = f"zendesk_{self.number}"

    def say(self, ticket, key="k", text=TEXT):
        house = self.play.world.house
        token = Tokens(house.settings.secret_key).for_agent(
            AgentToken("zendesk", str(self.number), int(self.play.world.clock.now))
        )
        return self.play.post(
            f"/agent/case/{ticket}/messages", {"text": text, "key": key}, Authorization=f"Bearer {token}"
        )


def begun(play):
    group, ticket = play.open()
    ann = Agent(play)
    play.zendesk.assign(ticket, ann.number)
    play.rest()
    return group, ticket, ann


def said(play, group):
    return [message.sender for message in play.chat.groups[group].messages if message.text == TEXT]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_crash_at_any_call_leaves_one_message(play, when, call):
    group, ticket, ann = begun(play)
    strikes = itertools.chain([""] * (call - 1), [when], itertools.repeat(""))
    struck = []

    def strike():
        blow = next(strikes)
        struck.append(blow)
        return blow

    play.world.cut.strikes = strike
    status, _ = ann.say(ticket)
    while status == 0:
        status, _ = ann.say(ticket)
    play.rest(180)
    assert said(play, group) == [ann.account]
    assert ann.say(ticket)[1]["status"] == "said"
    assert said(play, group) == [ann.account]
    assert when in struck or call > 1


@pytest.mark.parametrize("faults", [[Fault.UNANSWERED], [Fault.LOST, Fault.UNANSWERED], [Fault.BUSY, Fault.BROKEN]])
def test_answers_that_never_come_leave_one_message(play, faults):
    group, ticket, ann = begun(play)
    play.meet("tencent_chat", "send_group_msg", *faults)
    assert ann.say(ticket)[0] in {200, 202}
    play.rest(180)
    assert said(play, group) == [ann.account]


def test_whatever_was_answered_is_said_though_the_process_ends_right_after_it(play):
    group, ticket, ann = begun(play)
    play.chat.down = True
    assert ann.say(ticket)[0] == 202
    play.world._restart()
    play.chat.down = False
    play.rest(60)
    assert said(play, group) == [ann.account]


def test_several_are_said_in_their_order(play):
    group, ticket, ann = begun(play)
    play.chat.down = True
    for number in range(4):
        assert ann.say(ticket, f"k{number}", f"Line {number}")[0] == 202
    play.chat.down = False
    play.rest(60)
    texts = play.texts(group)
    assert [text for text in texts if text.startswith("Line")] == [f"Line {number}" for number in range(4)]


def test_it_is_not_heard_again_as_something_new(play):
    group, ticket, ann = begun(play)
    ann.say(ticket)
    play.rest(60)
    kept = [message for message in play.kept(group) if message.sender == ann.account]
    assert [message.is_confirmed for message in kept] == [True]
    (case,) = play.find(Case)
    assert case.wanted.speeches == ()
    assert not [name for name in case.seen.said if name.startswith("speech")]
    assert case.seen.history.missing == ()


def test_in_a_group_that_vanished_it_is_said_in_the_next_one(play):
    group, ticket, ann = begun(play)
    play.world.boxes["tencent_chat"].send = lambda _: 200
    play.chat.destroy_behind_back(group)
    assert ann.say(ticket)[0] in {200, 202}
    play.rest(60)
    (present,) = play.chat.groups
    assert present != group
    assert said(play, present) == [ann.account]

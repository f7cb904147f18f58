"""Tencent asks before anybody does what is not his to do; the answer alone keeps him from it, whatever a group says."""

import pytest

from sandbox.tencent_chat import TencentError


@pytest.fixture
def asked(play):
    """A group that its options leave open, at a chat cloud that asks the service; what was asked, in order."""
    commands = []

    def ask(outgoing):
        status, answer = play.world.request(outgoing.path, outgoing.body, outgoing.headers)
        commands.append(outgoing.path.partition("CallbackCommand=")[2].partition("&")[0])
        return answer if status == 200 else None

    play.chat.callbacks.ask = ask
    group, _ = play.open()
    play.chat.groups[group].info |= {"ApplyJoinOption": "FreeAccess", "InviteJoinOption": "FreeAccess"}
    for account in ("mallory", "eve"):
        play.chat.people.add(account, imported=True)
    return play, group, commands


@pytest.mark.parametrize(
    ("command", "attempt"),
    [
        ("Group.CallbackBeforeApplyJoinGroup", lambda chat, group: chat.apply(group, "mallory")),
        ("Group.CallbackBeforeInviteJoinGroup", lambda chat, group: chat.invite(group, "mei", ["mallory"])),
        ("Group.CallbackBeforeCreateGroup", lambda chat, _: chat.create_as_client("mallory")),
        ("C2C.CallbackBeforeSendMsg", lambda chat, _: chat.write_to("mallory", "eve", "Pssst.")),
    ],
)
def test_what_nobody_may_do_by_himself_is_refused_though_the_group_allows_it(asked, command, attempt):
    play, group, commands = asked
    with pytest.raises(TencentError):
        attempt(play.chat, group)
    assert commands[-1] == command
    assert set(play.chat.groups) == {group}
    assert play.members(group) == {"mei"}
    assert play.chat.letters == []


def test_what_the_service_does_itself_it_also_allows(asked):
    play, group, commands = asked
    play.as_tutorial("/zendesk/joingroup", {"groupId": group, "userId": "12"})
    assert play.members(group) == {"mei", "zendesk_12"}
    assert commands == ["Group.CallbackBeforeCreateGroup", "Group.CallbackBeforeInviteJoinGroup"]

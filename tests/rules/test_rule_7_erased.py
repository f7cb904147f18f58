"""Whoever was forgotten is not brought back by anything that comes later, and nothing of him waits for anybody."""

from caseroom.bridge.records import Intake


def test_a_follow_up_of_somebody_who_was_forgotten_is_nobodys_old_room(play):
    group, ticket = play.open()
    play.zendesk.tag(ticket, "chat")
    play.zendesk.close(ticket)
    play.rest()
    status, _ = play.as_server("/case/forget", {"userId": "mei"})
    play.rest()
    play.zendesk.follow_up(ticket)
    play.rest(30)
    assert status == 200
    assert group not in play.chat.groups
    ((follower, _),) = [member for one in play.chat.groups.values() for member in one.members.items()]
    assert follower.startswith("c_")
    assert "mei" not in play.chat.accounts
    assert play.parked() == {}


def test_where_accounts_cannot_be_deleted_a_follow_up_does_not_bring_one_back_either(play):
    play.chat.people.deletable = False
    _, ticket = play.open()
    play.zendesk.tag(ticket, "chat")
    play.zendesk.close(ticket)
    play.rest()
    play.as_server("/case/forget", {"userId": "mei"})
    play.rest()
    play.zendesk.follow_up(ticket)
    play.rest(30)
    ((follower, _),) = [member for one in play.chat.groups.values() for member in one.members.items()]
    assert follower.startswith("c_")


def test_the_keys_of_what_somebody_asked_are_forgotten_with_him(play):
    play.ask(requestId="order 17 of Mei")
    play.ask("kofi", requestId="order 18 of Kofi")
    play.as_server("/case/forget", {"userId": "mei"})
    assert [one.key for one in play.find(Intake)] == ["order 18 of Kofi"]


def test_what_was_parked_about_lost_messages_goes_with_whoever_was_forgotten(play):
    group, _ = play.open()
    play.chat.say(group, "mei", "Is anybody there?")
    play.world.boxes["tencent_chat"].waiting.clear()
    play.chat.say(group, "mei", "Hello?")
    play.chat.destroy_behind_back(group)
    play.rest()
    assert play.parked() == {"keep_messages": "messages_lost"}
    play.as_server("/case/forget", {"userId": "mei"})
    play.rest()
    assert play.parked() == {}


def test_the_tutorials_callbacks_do_not_know_a_case_that_was_erased(play):
    group, ticket = play.open()
    play.as_server("/case/forget", {"userId": "mei"})
    for named in (group, str(ticket)):
        for verb in ("joingroup", "leavegroup", "deletegroup"):
            status, answer = play.as_tutorial(f"/zendesk/{verb}", {"groupId": named, "userId": "7"})
            assert (status, answer["error"]["code"]) == (404, "no_case")

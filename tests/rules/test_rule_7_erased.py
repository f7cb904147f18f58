"""Whoever was forgotten is not brought back by anything that comes later."""


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


def test_the_tutorials_callbacks_do_not_know_a_case_that_was_erased(play):
    group, ticket = play.open()
    play.as_server("/case/forget", {"userId": "mei"})
    for named in (group, str(ticket)):
        for verb in ("joingroup", "leavegroup", "deletegroup"):
            status, answer = play.as_tutorial(f"/zendesk/{verb}", {"groupId": named, "userId": "7"})
            assert (status, answer["error"]["code"]) == (404, "no_case")

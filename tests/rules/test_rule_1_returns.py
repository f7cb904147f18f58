"""An agent who leaves is put back, at most three times an hour: any hour, and no longer."""


def leave(play, group, account):
    play.chat.leave(group, account)
    play.rest()


def test_an_agent_who_leaves_now_and_then_is_put_back_each_time(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    for _ in range(5):
        leave(play, group, f"zendesk_{ann}")
        assert play.members(group) == {"mei", f"zendesk_{ann}"}
        play.rest(21 * 60)
    assert play.parked() == {}


def test_three_times_within_an_hour_are_counted_over_the_whole_hour(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    for _ in range(4):
        leave(play, group, f"zendesk_{ann}")
        play.rest(18 * 60)
    assert play.members(group) == {"mei"}
    assert play.parked() == {f"add:zendesk_{ann}": "keeps_leaving"}

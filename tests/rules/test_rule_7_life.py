"""Solved is said and the group stays; closed and deleted end it, and not before every message is kept."""

import pytest

from sandbox.faults import Fault

FAREWELL = "This conversation is closed now. Thank you, and good-bye."


@pytest.fixture
def opened(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.zendesk.assign(ticket, ann)
    play.rest()
    return play, group, ticket


def close(play, ticket: int) -> None:
    play.zendesk.solve(ticket)
    play.zendesk.close(ticket)


def test_solved_is_said_and_the_group_stays(opened):
    play, group, ticket = opened
    play.zendesk.solve(ticket)
    play.rest()
    assert play.texts(group)[-1].startswith("Your request has been marked as solved")
    assert len(play.members(group)) == 2
    assert play.as_server("/case", {"userId": "mei"})[1]["state"] == "solved"


def test_solved_again_is_said_again(opened):
    play, group, ticket = opened
    for deed in (play.zendesk.solve, play.zendesk.reopen, play.zendesk.solve):
        deed(ticket)
        play.rest(2)
    assert sum("solved" in text for text in play.texts(group)) == 2


@pytest.mark.parametrize("end", [close, lambda play, ticket: play.zendesk.soft_delete(ticket)])
def test_an_ended_case_says_good_bye_and_its_group_is_dissolved(opened, end):
    play, group, ticket = opened
    end(play, ticket)
    play.rest()
    assert play.texts(group)[-1] == FAREWELL
    assert group not in play.chat.groups
    assert play.as_server("/case", {"userId": "mei"})[1]["state"] == "closed"


def test_good_bye_is_said_in_the_customers_language(play):
    info = {"subject": "茶壶", "desc": "漏水", "name": "李梅", "email": "", "locale": "zh-CN"}
    _, answer = play.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": info})
    play.rest()
    (ticket,) = play.zendesk.tickets
    play.zendesk.soft_delete(ticket)
    play.rest()
    assert play.texts(answer["GroupId"])[-1].endswith("再见。")


@pytest.mark.parametrize("end", [close, lambda play, ticket: play.zendesk.soft_delete(ticket)])
def test_every_message_is_kept_before_the_group_ends(opened, end):
    play, group, ticket = opened
    play.world.boxes["tencent_chat"].send = lambda _: 200
    for number in range(45):
        play.chat.say(group, "mei", f"word {number}")
        play.rest(0.1)
    end(play, ticket)
    play.rest()
    kept = play.kept(group)
    assert [message.seq for message in kept] == list(range(1, len(play.texts(group)) + 1))
    assert all(message.is_confirmed for message in kept)
    assert [one.body[0]["MsgContent"]["Text"] for one in kept] == play.texts(group)


def test_while_a_message_cannot_be_read_the_group_stays(opened):
    play, group, ticket = opened
    play.chat.say(group, "mei", "important")
    play.meet("tencent_chat", "group_msg_get_simple", *[Fault.BROKEN] * 6)
    close(play, ticket)
    play.rest(5)
    assert group in play.chat.groups
    play.rest(120)
    assert group in play.chat.destroyed
    assert "important" in [one.body[0]["MsgContent"]["Text"] for one in play.kept(group)]


def test_good_bye_is_said_after_everything_was_read(opened):
    play, group, ticket = opened
    play.world.boxes["tencent_chat"].send = lambda _: 200
    play.chat.say(group, "mei", "nobody heard this")
    play.meet("tencent_chat", "group_msg_get_simple", *[Fault.BROKEN] * 6)
    play.zendesk.soft_delete(ticket)
    play.rest(5)
    assert FAREWELL not in play.texts(group)
    play.rest(120)
    assert play.texts(group)[-1] == FAREWELL


def test_nobody_speaks_while_the_last_messages_are_read(opened):
    play, group, ticket = opened
    play.meet("tencent_chat", "group_msg_get_simple", *[Fault.BROKEN] * 3)
    close(play, ticket)
    play.rest(0.5)
    assert play.chat.groups[group].muted


def test_a_group_that_vanished_first_is_named_with_what_is_missing(opened):
    play, group, _ = opened
    play.chat.say(group, "mei", "one")
    play.rest()
    box = play.world.boxes["tencent_chat"]
    tell = box.send
    box.send = lambda _: 200
    play.chat.say(group, "mei", "nobody heard this")
    play.rest()
    box.send = tell
    play.chat.say(group, "mei", "three")
    play.rest(1)
    play.chat.destroy_behind_back(group)
    play.rest(20 * 60)
    assert play.parked()["keep_messages"] == "messages_lost"


def test_the_group_stays_for_the_grace_that_was_set(play_with):
    play = play_with(CLOSE_GRACE="120")
    group, ticket = play.open()
    play.zendesk.soft_delete(ticket)
    play.rest(110)
    assert play.texts(group)[-1] == FAREWELL
    assert group in play.chat.groups
    play.rest(15)
    assert group in play.chat.destroyed


def test_a_case_that_comes_back_within_the_grace_keeps_its_group(play_with):
    play = play_with(CLOSE_GRACE="120")
    group, ticket = play.open()
    play.zendesk.soft_delete(ticket)
    play.rest(30)
    play.zendesk.undelete(ticket)
    play.rest(300)
    assert list(play.chat.groups) == [group]
    assert not play.chat.groups[group].muted
    assert play.texts(group)[-1].startswith("Your request is open again")


def test_a_close_that_is_a_merge_is_read_back_and_waits_for_its_target(opened):
    play, group, ticket = opened
    other = play.zendesk.open_ticket("Another", "Words.", "Mei", "mei@x.test")
    box = play.world.boxes["zendesk"]
    play.zendesk.merge(ticket, other)
    held = [entry for entry in box.waiting if entry[2].key.endswith("ticket.merged")]
    box.waiting = [entry for entry in box.waiting if entry not in held]
    play.rest(60)
    assert group in play.chat.groups
    box.waiting += [(play.world.clock.now, 10_000, entry[2]) for entry in held]
    play.rest()
    assert play.case(group).ref == str(other)


def test_a_merges_target_is_waited_for_ten_minutes(opened):
    play, group, ticket = opened
    other = play.zendesk.open_ticket("Second", "Words.", "Mei", "mei@x.test")
    play.rest()
    box = play.world.boxes["zendesk"]
    play.zendesk.merge(ticket, other)
    late = box.waiting
    box.waiting = [entry for entry in late if not entry[2].key.endswith("/merged")]
    play.rest(9 * 60)
    assert group in play.chat.groups
    box.waiting = [(play.world.clock.now, number, callback) for number, (_, _, callback) in enumerate(late)]
    play.rest()
    assert play.case(group).ref == str(other)


def test_merged_into_a_record_that_nobody_knows_the_case_goes_on_there(opened):
    play, group, ticket = opened
    other = play.zendesk.open_ticket("Another", "Words.", "Mei", "mei@x.test")
    bob = play.zendesk.add_agent("Bob")
    play.zendesk.merge(ticket, other)
    play.rest()
    play.zendesk.assign(other, bob)
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{bob}"}
    assert play.as_server("/case", {"userId": "mei"})[1]["caseId"] == str(other)


def test_merged_into_a_known_one_it_ends_with_a_word_and_nobody_moves_over(opened):
    play, group, ticket = opened
    theirs, other = play.open("kofi")
    play.zendesk.merge(ticket, other)
    play.rest()
    assert group in play.chat.destroyed
    assert play.texts(group)[-1].startswith("Your request goes on together")
    assert "mei" not in play.members(theirs)


def test_chains_of_merges_are_followed(opened):
    play, group, ticket = opened
    second = play.zendesk.open_ticket("Second", "Words.", "Mei", "mei@x.test")
    third = play.zendesk.open_ticket("Third", "Words.", "Mei", "mei@x.test")
    play.zendesk.merge(ticket, second)
    play.rest()
    play.zendesk.merge(second, third)
    play.rest()
    assert play.case(group).ref == str(third)
    assert group in play.chat.groups


def test_a_chain_that_was_merged_before_we_looked_is_followed_too(play):
    group, case = play.open(connector="salesforce")
    second = play.salesforce.open_case("Second", "Words.", "Mei", "mei@x.test", origin="Web")
    third = play.salesforce.open_case("Third", "Words.", "Mei", "mei@x.test", origin="Web")
    box = play.world.boxes["salesforce"]
    play.rest()
    play.salesforce.merge(second, case)
    first_news, box.waiting = box.waiting, []
    play.salesforce.merge(third, second)
    box.waiting = []
    box.waiting = first_news
    play.rest()
    assert play.case(group).ref == third


def test_a_circle_of_merges_is_left_to_a_person(play):
    group, case = play.open(connector="salesforce")
    second = play.salesforce.open_case("Second", "Words.", "Mei", "mei@x.test", origin="Web")
    play.rest()
    play.salesforce.merge(second, case)
    play.rest()
    assert play.case(group).ref == second
    play.salesforce.undelete(case)
    play.rest()
    play.salesforce.merge(case, second)
    play.rest()
    assert play.parked()["merge"] == "cycle"


def test_a_case_that_is_said_to_be_merged_into_itself_is_left_to_a_person(play):
    group, case = play.open(connector="salesforce")
    play.salesforce.cases[case]["MasterRecordId"] = case
    play.salesforce.close(case)
    play.rest()
    assert play.parked() == {"merge": "cycle"}
    assert play.members(group) == {"mei"}


def test_a_follow_up_of_a_closed_ticket_is_a_room_for_the_same_customer(opened):
    play, group, ticket = opened
    play.zendesk.tag(ticket, "chat")
    close(play, ticket)
    play.rest()
    follow_up = play.zendesk.follow_up(ticket)
    play.rest()
    ((again, found),) = play.chat.groups.items()
    assert again != group
    assert set(found.members) == {"mei"}
    assert play.as_server("/case", {"userId": "mei"})[1]["caseId"] == str(follow_up)


def test_a_follow_up_speaks_the_customers_language(play):
    info = {"subject": "茶壶", "desc": "漏水", "name": "李梅", "email": "", "locale": "zh-CN"}
    play.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": info})
    play.rest()
    (ticket,) = play.zendesk.tickets
    play.zendesk.tag(ticket, "chat")
    close(play, ticket)
    play.rest()
    follow_up = play.zendesk.follow_up(ticket)
    play.rest()
    play.zendesk.solve(follow_up)
    play.rest()
    ((again, _),) = play.chat.groups.items()
    assert "已解决" in play.texts(again)[-1]


def test_the_customer_may_end_his_chat_and_the_case_goes_on(opened):
    play, group, ticket = opened
    status, _ = play.as_server("/case/end", {"userId": "mei"})
    assert status == 200
    assert "mei" not in play.members(group)
    assert play.zendesk.tickets[ticket].status == "open"
    assert group in play.chat.groups


def test_where_the_history_is_refused_for_good_a_group_ends_unless_a_message_is_known_to_be_missing(opened):
    play, group, ticket = opened
    play.chat.troubles["group_msg_get_simple"] = [10026]
    close(play, ticket)
    play.rest()
    assert group in play.chat.destroyed
    assert play.parked() == {"read_history": "10026"}


def test_where_the_history_is_refused_and_a_message_is_missing_the_group_stays(opened):
    play, group, ticket = opened
    box = play.world.boxes["tencent_chat"]
    for text in ("one", "two"):
        play.chat.say(group, "mei", text)
    box.waiting = [max(box.waiting, key=lambda entry: entry[1])]
    play.chat.troubles["group_msg_get_simple"] = [10026]
    close(play, ticket)
    play.rest(60)
    assert group in play.chat.groups


def test_where_the_members_cannot_be_read_agents_come_and_go_all_the_same(opened):
    play, group, ticket = opened
    play.chat.troubles["get_group_member_info"] = [10026]
    play.rest(20 * 60)
    bob = play.zendesk.add_agent("Bob")
    play.zendesk.assign(ticket, bob)
    play.rest()
    assert play.members(group) == {"mei", f"zendesk_{bob}"}

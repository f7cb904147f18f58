"""A group has lives: what ended is never opened again under its old id, and old ids lead to the present life."""


def test_a_reopened_case_gets_another_group_with_everybody_in_it(play):
    group, case = play.open(connector="salesforce")
    ann = play.salesforce.add_user("Ann")
    play.salesforce.assign(case, ann)
    play.rest()
    play.salesforce.close(case)
    play.rest()
    assert not play.chat.groups
    play.salesforce.reopen(case)
    play.rest()
    ((again, found),) = play.chat.groups.items()
    assert again != group
    assert set(found.members) == {"mei", f"salesforce_{ann}"}
    assert play.texts(again) == ["Your request is open again. You can go on writing here."]


def test_an_undeleted_case_gets_another_group(play):
    group, case = play.open(connector="salesforce")
    play.salesforce.delete(case)
    play.rest()
    assert group in play.chat.destroyed
    play.salesforce.undelete(case)
    play.rest()
    ((again, _),) = play.chat.groups.items()
    assert again != group


def test_a_group_that_was_reclaimed_begins_its_next_life_when_somebody_belongs_in_it(play):
    group, ticket = play.open()
    ann = play.zendesk.add_agent("Ann")
    play.chat.leave(group, "mei")
    play.rest()
    play.zendesk.assign(ticket, ann)
    play.rest()
    ((again, found),) = play.chat.groups.items()
    assert again != group
    assert set(found.members) == {f"zendesk_{ann}"}


def test_a_group_that_was_destroyed_behind_our_back_begins_its_next_life(play):
    group, _ = play.open()
    play.chat.destroy_behind_back(group)
    play.rest(20 * 60)
    ((again, found),) = play.chat.groups.items()
    assert again != group
    assert set(found.members) == {"mei"}


def test_an_old_group_id_the_case_and_a_repeated_request_lead_to_the_present_life(play):
    group, case = play.open(connector="salesforce", requestId="k")
    play.salesforce.close(case)
    play.rest()
    play.salesforce.reopen(case)
    play.rest()
    ((present, _),) = play.chat.groups.items()
    assert play.ask(connector="salesforce", requestId="k")["GroupId"] == present
    assert play.as_server("/case", {"userId": "mei"})[1]["GroupId"] == present
    ann = play.salesforce.add_user("Ann")
    status, answer = play.as_tutorial("/salesforce/joingroup", {"groupId": group, "userId": ann})
    assert (status, answer["GroupId"]) == (200, present)
    assert play.members(present) == {"mei", f"salesforce_{ann}"}


def test_the_conversation_is_there_over_all_lives(play):
    group, case = play.open(connector="salesforce")
    play.chat.say(group, "mei", "in the first life")
    play.salesforce.close(case)
    play.rest()
    play.salesforce.reopen(case)
    play.rest()
    ((present, _),) = play.chat.groups.items()
    play.chat.say(present, "mei", "in the second")
    play.rest()
    _, page = play.as_server("/case/messages", {"userId": "mei"})
    said = [(one["life"], one["seq"]) for one in page["messages"]]
    assert said == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]
    _, older = play.as_server("/case/messages", {"userId": "mei", "before": "2.1", "limit": 2})
    assert [(one["life"], one["seq"]) for one in older["messages"]] == [(1, 2), (1, 3)]
    assert older["before"] == "1.2"


def test_what_was_told_of_an_old_life_does_not_touch_the_present_one(play):
    group, case = play.open(connector="salesforce")
    play.salesforce.close(case)
    play.rest()
    play.salesforce.reopen(case)
    play.rest()
    ((present, _),) = play.chat.groups.items()
    play.chat.sneak_in(present, "mallory")
    old = play.chat.destroyed[group]
    assert play.case(present).life == 2
    assert old.members is not None
    play.rest()
    assert play.members(present) == {"mei"}


def test_news_of_an_old_life_has_nobody_look_into_the_present_one(play):
    group, case = play.open(connector="salesforce")
    box = play.world.boxes["tencent_chat"]
    play.chat.sneak_in(group, "mallory")
    late, box.waiting = box.waiting, []
    play.salesforce.close(case)
    play.rest()
    play.salesforce.reopen(case)
    play.rest()
    looks = play.calls(play.chat, "get_group_member_info")
    box.waiting = [(play.world.clock.now, number, callback) for number, (_, _, callback) in enumerate(late)]
    play.rest()
    assert late != []
    assert play.calls(play.chat, "get_group_member_info") == looks

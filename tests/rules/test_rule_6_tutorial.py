"""The tutorials' callbacks have no version: they count until something with a version says otherwise."""

import pytest


@pytest.fixture
def opened(play):
    group, case = play.open(connector="salesforce")
    return play, group, case, play.salesforce.add_user("Ann"), play.salesforce.add_user("Bob")


def test_join_adds_and_leave_removes(opened):
    play, group, case, ann, bob = opened
    for name in (group, case):
        for agent in (ann, bob):
            assert play.as_tutorial("/salesforce/joingroup", {"groupId": name, "userId": agent})[0] == 200
        assert play.members(group) == {"mei", f"salesforce_{ann}", f"salesforce_{bob}"}
        for agent in (ann, bob):
            assert play.as_tutorial("/salesforce/leavegroup", {"groupId": name, "userId": agent})[0] == 200
        assert play.members(group) == {"mei"}


def test_an_id_of_15_characters_is_the_same_agent(opened):
    play, group, _, ann, _ = opened
    play.as_tutorial("/salesforce/joingroup", {"groupId": group, "userId": ann[:15]})
    assert play.members(group) == {"mei", f"salesforce_{ann}"}


def test_a_later_owner_with_a_version_replaces_whom_callbacks_put_in(opened):
    play, group, case, ann, bob = opened
    play.as_tutorial("/salesforce/joingroup", {"groupId": group, "userId": ann})
    play.rest(2)
    play.salesforce.assign(case, bob)
    play.rest()
    assert play.members(group) == {"mei", f"salesforce_{bob}"}


def test_delete_ends_the_group_and_holds_until_the_case_is_changed_to_open(opened):
    play, group, case, ann, _ = opened
    status, _ = play.as_tutorial("/salesforce/deletegroup", {"groupId": case})
    assert status == 200
    assert not play.chat.groups
    play.salesforce.assign(case, ann)
    play.rest()
    assert not play.chat.groups
    play.salesforce.close(case)
    play.rest(2)
    play.salesforce.reopen(case)
    play.rest()
    assert len(play.chat.groups) == 1
    assert group not in play.chat.groups


def test_the_whole_tutorial_plays_with_its_own_callbacks(play):
    play.salesforce.speaks = "tutorial"
    group, case = play.open(connector="salesforce")
    ann, bob = play.salesforce.add_user("Ann"), play.salesforce.add_user("Bob")
    play.salesforce.assign(case, ann)
    play.rest()
    assert play.members(group) == {"mei", f"salesforce_{ann}"}
    play.salesforce.assign(case, bob)
    play.rest()
    assert play.members(group) == {"mei", f"salesforce_{bob}"}
    play.salesforce.delete(case)
    play.rest()
    assert group in play.chat.destroyed


def test_another_connectors_case_is_unknown(opened):
    play, group, case, _, _ = opened
    for name in (group, case):
        status, answer = play.as_tutorial("/zendesk/joingroup", {"groupId": name, "userId": "12"})
        assert (status, answer["error"]["code"]) == (404, "no_case")


def test_the_account_is_always_the_connectors(opened):
    play, group, _, _, _ = opened
    for user in ("administrator", "mei", "zendesk_12"):
        status, _ = play.as_tutorial("/salesforce/joingroup", {"groupId": group, "userId": user})
        assert status == 422
    assert play.members(group) == {"mei"}


def test_what_cannot_be_done_within_three_seconds_is_kept_and_done_later(opened):
    play, group, _, ann, _ = opened
    play.chat.down = True
    status, answer = play.as_tutorial("/salesforce/joingroup", {"groupId": group, "userId": ann})
    assert (status, answer["status"]) == (202, "pending")
    play.chat.down = False
    play.rest(20)
    assert play.members(group) == {"mei", f"salesforce_{ann}"}


def test_delete_holds_while_the_case_is_solved_and_ends_when_it_is_opened_again(play):
    group, ticket = play.open()
    play.as_tutorial("/zendesk/deletegroup", {"groupId": group})
    assert group in play.chat.destroyed
    play.zendesk.solve(ticket)
    play.rest()
    assert play.chat.groups == {}
    play.zendesk.reopen(ticket)
    play.rest()
    assert ["mei" in one.members for one in play.chat.groups.values()] == [True]

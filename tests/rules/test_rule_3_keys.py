"""A key belongs to one case for good, and a record to the case whose key it bears first."""

from caseroom.bridge.model import Case


def bear(play, key: str) -> int:
    """A ticket that bears a key because somebody wrote it there."""
    admin = play.zendesk.admin
    ticket = play.zendesk.create(admin, admin, "Copied.", external_id=key).id
    play.rest()
    return ticket


def test_a_key_that_was_answered_with_an_open_case_leads_to_it_after_its_end_too(play):
    group, ticket = play.open()
    assert play.ask(reuse=True, requestId="k")["GroupId"] == group
    play.zendesk.soft_delete(ticket)
    play.rest()
    assert play.ask(reuse=True, requestId="k")["GroupId"] == group
    assert len(play.find(Case)) == 1


def test_a_wish_for_the_open_case_is_about_the_same_helpdesk(play):
    play.open(connector="salesforce")
    answer = play.ask(connector="zendesk", reuse=True)
    assert play.case(answer["GroupId"]).helpdesk == "zendesk"
    assert len(play.find(Case)) == 2


def test_a_second_ticket_with_the_key_of_a_case_is_not_that_case(play):
    group, ticket = play.open()
    copy = bear(play, play.case(group).key)
    play.zendesk.soft_delete(copy)
    play.rest()
    assert play.members(group) == {"mei"}
    assert play.case(group).ref == str(ticket)


def test_a_ticket_with_the_key_of_another_helpdesks_case_is_not_that_case(play):
    play.salesforce.down = True
    group = play.ask(connector="salesforce")["GroupId"]
    copy = bear(play, play.case(group).key)
    play.zendesk.soft_delete(copy)
    play.rest()
    assert play.members(group) == {"mei"}
    assert play.case(group).ref is None
    play.salesforce.down = False
    play.rest(60)
    assert play.case(group).ref in play.salesforce.cases

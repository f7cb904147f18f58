"""The link to a customer's page is written into the record once, and only where he has no other door."""

import pytest

from caseroom.bridge.model import Account, Case, Known
from sandbox.faults import Fault

FIELD = 9_100_000_000_402
SETTINGS = {
    "PUBLIC_URL": "https://chat.example",
    "ZENDESK_LINK_FIELD": str(FIELD),
    "SALESFORCE_LINK_FIELD": "Caseroom_Link__c",
}


@pytest.fixture
def play(play_with):
    return linked(play_with(**SETTINGS))


def linked(play):
    assert play.zendesk.add_ticket_field("Chat link") == FIELD
    play.salesforce.add_field("Caseroom_Link__c")
    return play


def open_inside(play, connector="zendesk"):
    if connector == "zendesk":
        return play.zendesk.open_ticket("By phone", "She called.", "Rosa", "rosa@x.test", tags=("chat",))
    return play.salesforce.open_case("By phone", "She called.", "Rosa", "rosa@x.test")


def links(play, connector="zendesk"):
    """Every link that ever stood in a record, as often as it was changed."""
    if connector == "salesforce":
        return [case["Caseroom_Link__c"] for case in play.salesforce.cases.values() if case["Caseroom_Link__c"]]
    return [one["value"] for ticket in play.zendesk.tickets.values() for one in ticket.custom_fields if one["value"]]


def writes(play, connector):
    call = {"zendesk": "update_ticket", "salesforce": "update"}[connector]
    return sum(name == call for name, _ in getattr(play, connector).calls)


@pytest.mark.parametrize("connector", ["zendesk", "salesforce"])
def test_a_case_opened_inside_the_helpdesk_gets_its_link_once(play, connector):
    open_inside(play, connector)
    play.rest(60)
    assert len(links(play, connector)) == 1
    assert links(play, connector)[0].startswith("https://chat.example/c/")
    assert writes(play, connector) == 1
    assert play.parked() == {}


@pytest.mark.parametrize("connector", ["zendesk", "salesforce"])
def test_a_case_that_came_through_an_intake_gets_none(play, connector):
    play.open(connector=connector)
    play.rest(60)
    assert writes(play, connector) == 0


@pytest.mark.parametrize("connector", ["zendesk", "salesforce"])
def test_a_write_that_was_not_answered_ends_with_the_same_link(play, connector):
    play.meet(connector, {"zendesk": "update_ticket", "salesforce": "update"}[connector], Fault.UNANSWERED, Fault.LOST)
    open_inside(play, connector)
    play.rest(120)
    assert len(links(play, connector)) == 1
    assert writes(play, connector) == 3
    if connector == "zendesk":
        (ticket,) = play.zendesk.tickets.values()
        assert len(ticket.audits) == 2, "it was opened, and changed once"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_the_write_leaves_one_link(play, when):
    open_inside(play)
    is_due = iter([when])

    def strike():
        return next(is_due, "") if is_writing(play) else ""

    play.world.cut.strikes = strike
    play.rest(180)
    assert next(is_due, None) is None, "the crash came"
    assert len(links(play)) == 1
    (ticket,) = play.zendesk.tickets.values()
    assert len(ticket.audits) == 2


def is_writing(play):
    return any(case.seen.link is Known.UNKNOWN for case in play.find(Case))


def test_while_the_helpdesk_is_down_the_link_waits_and_the_group_does_not(play):
    ticket = open_inside(play)
    play.world.boxes["zendesk"].deliver(play.world.clock.now + 5)
    play.zendesk.down = True
    play.rest(60)
    assert len(play.chat.groups) == 1
    assert links(play) == []
    play.zendesk.down = False
    play.rest(60)
    assert len(links(play)) == 1
    assert ticket in play.zendesk.tickets


@pytest.mark.parametrize("missing", ["PUBLIC_URL", "ZENDESK_LINK_FIELD"])
def test_without_an_address_or_a_field_nothing_is_written(play_with, missing):
    play = linked(play_with(**{**SETTINGS, missing: ""}))
    open_inside(play)
    play.rest(60)
    assert len(play.chat.groups) == 1
    assert writes(play, "zendesk") == 0


def test_a_case_that_is_erased_gets_none(play):
    open_inside(play)
    play.world.boxes["zendesk"].deliver(play.world.clock.now + 5)
    play.zendesk.down = True
    play.rest(1)
    (case,) = play.find(Case)
    with play.world.store.transaction() as tx:
        play.world.house.eraser.forget(tx, tx.get(Account, case.account), play.world.clock.now)
    play.zendesk.down = False
    play.rest(120)
    assert writes(play, "zendesk") == 0
    assert links(play) == []


def test_a_case_that_is_over_gets_none_and_a_reopened_one_keeps_its_own(play):
    ticket = open_inside(play)
    play.rest()
    before = links(play)
    play.zendesk.solve(ticket)
    play.zendesk.reopen(ticket)
    play.rest(60)
    assert links(play) == before
    assert writes(play, "zendesk") == 1


def test_a_field_that_is_refused_waits_for_a_person_and_the_conversation_goes_on(play):
    play.salesforce.case_fields = {
        name: field for name, field in play.salesforce.case_fields.items() if name != "Caseroom_Link__c"
    }
    open_inside(play, "salesforce")
    play.rest(60)
    assert play.parked() == {"link_case": "INVALID_FIELD"}
    assert len(play.chat.groups) == 1


def test_a_follow_up_of_another_doors_case_gets_none(play):
    """Its customer is known by another account, which no link may open."""
    group, ticket = play.open()
    play.zendesk.tag(ticket, "chat")
    play.zendesk.solve(ticket)
    play.zendesk.close(ticket)
    play.rest(30)
    play.zendesk.follow_up(ticket)
    play.rest(60)
    assert group in play.chat.destroyed
    assert len(play.chat.groups) == 1
    assert links(play) == []

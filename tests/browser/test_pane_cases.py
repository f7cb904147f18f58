"""An agent has his cases in his helpdesk: he reads them whole, answers, hands over, and ends what he may end."""

import pytest
from playwright.sync_api import expect

from tests.browser.panes import SETTINGS as PANES
from tests.browser.panes import Offices, write

SETTINGS = PANES


@pytest.fixture
def offices(street, people):
    return Offices(street, people)


@pytest.fixture
def ann(street):
    return street.zendesk.add_agent("Ann Berg")


@pytest.fixture
def bob(street):
    return street.zendesk.add_agent("Bob Okafor")


def test_an_agent_of_zendesk_sees_the_case_and_what_was_said_before_he_came(offices, street, ann):
    case = offices.case(desc="My teapot drips at the spout.")
    case.say("Is anybody there?")
    street.zendesk.assign(int(case.ref), ann)
    _, pane = offices.sidebar(ann, case)
    expect(pane.get_by_role("heading", name="Mei Lin")).to_be_visible()
    log = pane.get_by_role("log")
    expect(log).to_contain_text("My teapot drips at the spout.")
    expect(log).to_contain_text("Is anybody there?")


def test_what_he_answers_reaches_the_customer_once_and_what_the_customer_says_reaches_him(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    write(pane, "Good morning, I am Ann.")
    case.hears("Good morning, I am Ann.")
    expect(pane.locator(".said.out")).to_contain_text("Sent")
    case.say("Hello Ann!")
    expect(pane.get_by_role("log")).to_contain_text("Hello Ann!")


def test_a_case_that_goes_to_somebody_else_is_gone_for_the_first_and_whole_for_the_second(offices, street, ann, bob):
    case = offices.ticket_for(ann)
    _, first = offices.sidebar(ann, case)
    write(first, "I pass you on to Bob.")
    case.hears("I pass you on to Bob.")
    street.zendesk.assign(int(case.ref), bob)
    expect(first.get_by_role("main")).to_contain_text("This case is with somebody else now.", timeout=25_000)
    expect(first.get_by_role("main")).not_to_contain_text("I pass you on to Bob.")
    expect(first.get_by_role("textbox", name="Write a message")).to_be_hidden()
    _, second = offices.sidebar(bob, case)
    expect(second.get_by_role("log")).to_contain_text("I pass you on to Bob.")
    write(second, "Bob here.")
    case.hears("Bob here.")


def test_an_agent_of_salesforce_opens_the_pane_in_a_frame_without_an_origin(offices, street):
    agent = street.salesforce.add_user("Carla Diaz")
    case = offices.case("salesforce", desc="The lid does not fit.")
    street.salesforce.assign(case.ref, agent)
    page, (pane,) = offices.salesforce(agent)
    expect(pane.get_by_role("navigation")).to_contain_text("The teapot drips")
    page.evaluate("ref => tell(0, {type: 'case', ref})", case.ref)
    expect(pane.get_by_role("log")).to_contain_text("The lid does not fit.")
    write(pane, "Hello from Salesforce.")
    case.hears("Hello from Salesforce.")
    assert pane.locator("body").evaluate("() => self.origin") == "null"


def test_taking_a_case_assigns_it_at_the_helpdesk(offices, street, ann):
    case = offices.case(desc="Nobody has this one.")
    _, pane = offices.sidebar(ann, case)
    pane.get_by_role("button", name="Take the case").click()
    expect(pane.get_by_role("log")).to_contain_text("Nobody has this one.")
    assert street.zendesk.tickets[int(case.ref)].assignee_id == ann


def test_a_case_of_somebody_else_cannot_be_taken(offices, street, ann, bob):
    case = offices.ticket_for(bob)
    _, pane = offices.sidebar(ann, case)
    pane.get_by_role("button", name="Take the case").click()
    expect(pane.get_by_text("Somebody else has this case")).to_be_visible()
    assert street.zendesk.tickets[int(case.ref)].assignee_id == bob


def test_solving_a_case_solves_it_at_the_helpdesk(offices, street, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    pane.get_by_role("button", name="Solve").click()
    expect(pane.get_by_text("The case is solved.")).to_be_visible()
    assert street.zendesk.tickets[int(case.ref)].status == "solved"
    expect(pane.get_by_role("button", name="Solve", exact=True)).to_be_hidden()


def test_a_customer_is_blocked_only_after_a_question(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    pane.locator("summary[aria-label=More]").click()
    pane.get_by_role("button", name="Block the customer").click()
    question = pane.get_by_role("dialog")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    assert case.user in case.members
    pane.locator("summary[aria-label=More]").click()
    pane.get_by_role("button", name="Block the customer").click()
    question.get_by_role("button", name="Block for a day").click()
    expect(pane.get_by_text("The customer is blocked for a day.")).to_be_visible()
    assert case.user not in case.members


def test_the_other_open_cases_are_listed_with_what_is_unread_in_them(offices, ann):
    case = offices.ticket_for(ann)
    other = offices.ticket_for(ann, user="kenji", name="Kenji Tanaka", subject="Where is my order?")
    _, pane = offices.sidebar(ann, case)
    expect(pane.get_by_role("log")).to_be_visible()
    other.say("Hello?")
    other.say("It says delivered.")
    expect(pane.get_by_role("button", name="Your open cases, 2 unread messages")).to_be_visible()
    pane.get_by_role("button", name="Your open cases").click()
    row = pane.get_by_role("button", name="Kenji Tanaka")
    expect(row).to_contain_text("It says delivered.")
    row.click()
    expect(pane.get_by_role("log")).to_contain_text("Hello?")
    expect(pane.get_by_role("button", name="Your open cases", exact=True)).to_be_visible()


def test_the_customer_is_shown_with_what_is_known_of_him(offices, ann):
    case = offices.ticket_for(ann, page="https://shop.example/teapots", locale="ja")
    _, pane = offices.sidebar(ann, case)
    pane.get_by_role("button", name="Customer").click()
    known = pane.get_by_role("region", name="Customer")
    for text in ("Mei Lin", "mei@customer.example", "verified", "shop.example/teapots", "Japanese", "Ann Berg"):
        expect(known).to_contain_text(text)

"""The same from Salesforce: cases in a console, and the pane in a frame without an origin, in the utility bar."""

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import Shopper

SETTINGS = {"SHOPIFY_HELPDESK": "salesforce"}
QUESTION = "Is the ink teapot back in stock?"


@pytest.fixture
def shopper(open_shop):
    return Shopper(open_shop("/products/ink"))


def write(pane, text):
    box = pane.get_by_role("textbox", name="Write a message")
    box.fill(text)
    box.press("Enter")


def see(page):
    """Open the case, and the pane in the utility bar."""
    page.get_by_role("row", name=QUESTION).get_by_role("button").click()
    page.locator("#utilities button").click()


def test_from_the_question_to_the_end_with_two_agents(shopper, street, open_console, pane_in, picture):
    ann, bob = street.salesforce.add_user("Ann Arbor"), street.salesforce.add_user("Bob Bell")
    anns, bobs = open_console(ann), open_console(bob)
    shopper.open().ask(QUESTION, name="Kofi Mensah", email="kofi@customer.example")

    see(anns)
    anns.get_by_role("button", name="Take").click()
    shopper.sees("Ann Arbor joined the chat")
    pane = pane_in(anns)
    expect(pane.get_by_role("log")).to_contain_text(QUESTION)
    assert pane.locator("body").evaluate("() => self.origin") == "null"
    write(pane, "It is, since this morning.")
    shopper.sees("It is, since this morning.")
    shopper.say("Then I take two.")
    expect(pane.get_by_role("log")).to_contain_text("Then I take two.")
    picture(anns, "salesforce")

    anns.get_by_label("Case Owner").select_option("Bob Bell")
    shopper.sees("Bob Bell joined the chat")
    see(bobs)
    expect(pane_in(bobs).get_by_role("log")).to_contain_text("It is, since this morning.")
    write(pane_in(bobs), "Bob here: they are on their way.")
    shopper.sees("Bob here: they are on their way.")
    expect(pane.get_by_text("It is, since this morning.")).to_have_count(0)

    bobs.get_by_role("button", name="Close Case").click()
    expect(shopper.button("Start a new chat")).to_be_visible()


def test_the_utility_bar_tells_how_much_is_unread(street, open_console):
    agent = street.salesforce.add_user("Cleo Chen")
    street.salesforce.open_case("Oolong", "Do you sell it?", "Noor", "noor@customer.example", owner=agent)
    account = f"salesforce_{agent}"
    group = street.until(lambda: next((key for key, one in street.chat.groups.items() if account in one.members), None))
    page = open_console(agent)
    street.until(lambda: any(line.user_id == account for line in street.chat.sdk.lines.of.values()))
    customer = next(one for one in street.chat.groups[group].members if one != account)
    street.chat.say(group, customer, "Anybody there?")
    expect(page.locator("#utilities button")).to_contain_text("Caseroom (1)")
    pane = page.locator("#utility iframe").content_frame
    page.locator("#utilities button").click()
    pane.get_by_role("button", name="Noor").click()
    expect(pane.get_by_role("log")).to_contain_text("Anybody there?")
    expect(page.locator("#utilities button")).to_have_text("Caseroom")

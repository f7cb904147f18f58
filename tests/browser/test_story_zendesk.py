"""The whole story on the screens of those who play in it: a shopper at the shop, two agents in Zendesk."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import Shopper

QUESTION = "Does the moss teapot drip?"


@pytest.fixture
def shopper(open_shop):
    return Shopper(open_shop("/products/moss"))


def write(pane, text):
    box = pane.get_by_role("textbox", name="Write a message")
    box.fill(text)
    box.press("Enter")


def ticket_in(page):
    return int(re.search(r"ticket=(\d+)", page.url)[1])


def test_from_the_question_to_the_end_with_two_agents(shopper, street, open_ticket, pane_in, picture):
    ann, bob = street.zendesk.add_agent("Ann Abel"), street.zendesk.add_agent("Bob Berg")
    anns, bobs = open_ticket(ann), open_ticket(bob)
    shopper.open().ask(QUESTION, name="Mei Lin", email="mei@customer.example")

    # The ticket appears on Ann's screen; she takes it, and answers beside it.
    anns.get_by_role("button", name=QUESTION).click()
    anns.get_by_role("button", name="take it").click()
    anns.get_by_role("button", name="Submit as Open").click()
    shopper.sees("Ann Abel joined the chat")
    pane = pane_in(anns)
    expect(pane.get_by_role("log")).to_contain_text(QUESTION)
    write(pane, "It pours clean to the last drop.")
    shopper.sees("It pours clean to the last drop.")
    shopper.say("Lovely, thank you!")
    expect(pane.get_by_role("log")).to_contain_text("Lovely, thank you!")
    picture(shopper.page, "shop")
    picture(anns, "zendesk")

    # She hands it to Bob, who reads all of it; she no longer does.
    anns.get_by_label("Assignee").select_option("Bob Berg")
    anns.get_by_role("button", name="Submit as Open").click()
    shopper.sees("Bob Berg joined the chat")
    shopper.sees("Ann Abel left the chat")
    bobs.get_by_role("button", name=QUESTION).click()
    expect(pane_in(bobs).get_by_role("log")).to_contain_text("It pours clean to the last drop.")
    write(pane_in(bobs), "Bob here: it comes with a basket.")
    shopper.sees("Bob here: it comes with a basket.")
    expect(pane.get_by_text("It pours clean to the last drop.")).to_have_count(0)

    # Solved is said, closed ends it.
    bobs.get_by_role("button", name="Submit as Solved").click()
    shopper.sees("solved")
    bobs.get_by_role("button", name="Close", exact=True).click()
    expect(shopper.button("Start a new chat")).to_be_visible()
    assert street.zendesk.tickets[ticket_in(bobs)].status == "closed"


def test_five_tickets_open_at_once_are_five_panes_and_one_login(street, open_ticket, pane_in):
    agent = street.zendesk.add_agent("Cara Cole")
    for n in range(5):
        mail = f"guest{n}@customer.example"
        number = street.zendesk.open_ticket(f"Pot {n}", f"Pot {n} drips.", f"Guest {n}", mail, ("chat",))
        street.zendesk.assign(number, agent)
    account = f"zendesk_{agent}"
    street.until(lambda: sum(account in group.members for group in street.chat.groups.values()) == 5)
    page = open_ticket(agent)
    for n in range(5):
        page.get_by_role("button", name="Views").click()
        page.get_by_role("button", name=f"Pot {n}", exact=True).click()
        write(pane_in(page), f"Hello, guest {n}.")
        street.until(lambda n=n: any(f"Hello, guest {n}." in street.texts(group) for group in street.chat.groups))
    assert page.get_by_role("tab").count() == 5
    lines = [line for line in street.chat.sdk.lines.of.values() if line.user_id == account and not line.ended]
    assert len(lines) == 1


def test_the_icon_above_counts_what_waits_in_any_ticket_and_shows_it(street, open_ticket):
    agent = street.zendesk.add_agent("Dora Diaz")
    number = street.zendesk.open_ticket("Blue one", "Is there a blue one?", "Kofi", "kofi@customer.example", ("chat",))
    street.zendesk.assign(number, agent)
    account = f"zendesk_{agent}"
    group = street.until(lambda: next((key for key, one in street.chat.groups.items() if account in one.members), None))
    page = open_ticket(agent)
    street.until(lambda: any(line.user_id == account for line in street.chat.sdk.lines.of.values()))
    customer = next(one for one in street.chat.groups[group].members if one != account)
    street.chat.say(group, customer, "Hello?")
    icon = page.locator("#app-icon")
    expect(icon.locator("b")).to_have_text("1")
    icon.click()
    pane = page.locator("#popover iframe").content_frame
    pane.get_by_role("button", name="Blue one").click()
    expect(pane.get_by_role("log")).to_contain_text("Hello?")
    expect(icon.locator("b")).to_be_hidden()

"""The chat as a page of its own, for the customer of a case that was opened inside the helpdesk."""

import pytest
from playwright.sync_api import expect

from sandbox.town import Town
from tests.browser.shopper import Shopper


def first_field():
    """The number that the first ticket field of any Zendesk stand-in gets."""
    town = Town()
    try:
        return town.zendesk.add_ticket_field("Chat link")
    finally:
        town.close()


FIELD = first_field()
SETTINGS = {"ZENDESK_LINK_FIELD": str(FIELD)}


class Page(Shopper):
    """The customer at his own page."""

    def __init__(self, page):
        super().__init__(page)
        self.element = page.locator("#chat")
        self.panel = self.element.locator(".panel")
        self.banner = self.element.locator(".banner")
        self.text = self.element.get_by_role("textbox", name="Write a message")
        self.log = self.element.get_by_role("log")


@pytest.fixture(scope="module")
def link(street):
    """The link in a ticket that was opened inside Zendesk, and its group."""
    assert street.zendesk.add_ticket_field("Chat link") == FIELD
    ticket = street.zendesk.open_ticket(
        "By phone", "She called about the lid.", "Rosa", "rosa@customer.example", tags=("chat",)
    )
    values = street.until(
        lambda: [
            one["value"] for one in street.zendesk.tickets[ticket].custom_fields if one["id"] == FIELD and one["value"]
        ]
    )
    (group,) = street.until(lambda: list(street.chat.groups.values()))
    return values[0], ticket, group


def test_the_holder_of_a_link_talks_in_the_case_on_a_page_of_its_own(link, street, people, axe, picture):
    url, ticket, group = link
    page = people().new_page()
    told = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(url)
    chat = Page(page).online()
    chat.say("It is Rosa, about the lid.")
    chat.sent("It is Rosa, about the lid.")
    assert group.messages[-1].text == "It is Rosa, about the lid."
    assert group.messages[-1].sender.startswith("c_")
    agent = street.zendesk.add_agent("Ann")
    street.zendesk.assign(ticket, agent)
    street.until(lambda: f"zendesk_{agent}" in group.members)
    street.chat.say(group.group_id, f"zendesk_{agent}", "We have another lid for you.")
    chat.sees("We have another lid for you.")
    assert axe(page) == []
    assert [line for line in told if "Content Security Policy" in line] == []
    picture(page, "widget-link")
    page.reload()
    chat.sees("We have another lid for you.")
    chat.sees("It is Rosa, about the lid.")


def test_the_page_offers_neither_a_new_case_nor_to_forget(link, people):
    page = people().new_page()
    page.goto(link[0])
    chat = Page(page).online()
    chat.button("More").click()
    expect(chat.element.locator(".menu").get_by_role("button")).to_have_text(["End chat"])


def test_a_link_that_is_no_longer_good_says_so(link, people):
    page = people().new_page()
    page.goto(link[0][:-3] + "abc")
    expect(page.locator("#chat").get_by_role("alert")).to_contain_text("This link is no longer valid.")
    expect(page.locator("#chat").get_by_role("button", name="Try again")).to_be_visible()

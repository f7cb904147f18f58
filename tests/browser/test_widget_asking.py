"""A shopper asks and is answered: from the form to the ticket, over pages and reloads, to the end and again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import QUESTION, Room, Shopper


@pytest.fixture
def shopper(shop_page):
    return Shopper(shop_page)


def test_a_shoppers_question_becomes_a_ticket_and_the_agent_answers_in_the_widget(shopper, street, picture):
    shopper.open().ask("Do you ship to Norway?")
    room = Room(street, "Do you ship to Norway?")
    ticket = street.zendesk.tickets[room.ticket]
    assert ticket.description.startswith("Do you ship to Norway?")
    assert street.zendesk.users[ticket.requester_id].email == "ada@customer.example"
    shopper.sees("Do you ship to Norway?")
    shopper.sees("Thank you for your message")
    ann = room.assign("Ann")
    shopper.sees("Ann joined the chat")
    room.say(ann, "We do, within three days.")
    shopper.sees("We do, within three days.")
    expect(shopper.message("We do, within three days.").locator(".meta b")).to_have_text("Ann")
    expect(shopper.message("We do, within three days.").locator("time")).to_have_text(re.compile(r"\d{1,2}:\d\d"))
    expect(shopper.panel.locator(".titles p")).to_have_text("Ann is here")
    shopper.say("Wonderful!")
    shopper.sent("Wonderful!")
    room.hears("Wonderful!")
    picture(shopper.page, "widget-talk")


def test_the_history_is_there_on_every_page_of_the_shop_and_after_a_reload(shopper, street):
    shopper.open().ask("Which tea goes with the jade one?")
    room = Room(street, "Which tea goes with the jade one?")
    ann = room.assign("Ann")
    room.say(ann, "Sencha does.")
    shopper.sees("Sencha does.")
    shopper.page.reload()
    for text in ("Which tea goes with the jade one?", "Thank you for your message", "Sencha does."):
        shopper.sees(text)
    expect(shopper.message("Sencha does.").locator(".meta b")).to_have_text("Ann")
    shopper.page.goto(f"{street.urls['shop']}/products/amber")
    shopper.sees("Sencha does.")
    shopper.online().say("And with the amber one?")
    room.hears("And with the amber one?")


def test_the_form_says_what_is_missing_and_takes_one_there(shopper):
    shopper.open()
    shopper.button("Start the chat").click()
    for text in ("Please enter your name.", "Please enter an e-mail address", "Please write your question."):
        expect(shopper.element.get_by_text(text)).to_be_visible()
    expect(shopper.element.get_by_label("Your name")).to_be_focused()
    shopper.element.get_by_label("Your name").fill("Ada")
    shopper.element.get_by_label("E-mail").fill("ada at home")
    shopper.button("Start the chat").click()
    expect(shopper.element.get_by_label("E-mail")).to_be_focused()


def test_a_shop_that_wants_no_form_lets_visitors_ask_straight_away(street, open_shop):
    street.shop.pages.embed.settings["form"] = False
    try:
        shopper = Shopper(open_shop()).open()
    finally:
        street.shop.pages.embed.settings.clear()
    expect(shopper.element.get_by_label("Your question")).to_be_focused()
    assert shopper.element.get_by_label("E-mail").count() == 0
    shopper.ask("Straight away?", name="")
    assert Room(street, "Straight away?").account.startswith("v_")


def test_a_signed_in_customer_is_known_and_not_asked_for_his_name(street, open_shop):
    page = open_shop("/account/login?customer=7001")
    shopper = Shopper(page).open()
    assert shopper.element.get_by_label("Your name").count() == 0
    shopper.ask("Where is my order?", name="")
    room = Room(street, "Where is my order?")
    assert room.account.startswith("s_")
    shopper.say("It is number 12.")
    room.hears("It is number 12.")
    page.reload()
    shopper.sees("It is number 12.")


def test_who_signs_out_leaves_nothing_of_the_customer_behind(street, open_shop):
    page = open_shop("/account/login?customer=7002")
    shopper = Shopper(page).open().ask("A secret between us", name="")
    page.goto(f"{street.urls['shop']}/account/logout")
    expect(shopper.element.get_by_label("Your name")).to_be_visible()
    assert "A secret between us" not in shopper.panel.inner_text()


def test_a_closed_chat_says_so_and_another_one_can_be_started(shopper, street):
    shopper.open().ask("Is it closed?")
    room = Room(street, "Is it closed?")
    room.assign()
    street.zendesk.solve(room.ticket)
    shopper.sees("marked as solved")
    street.zendesk.close(room.ticket)
    expect(shopper.panel.get_by_text("This chat is closed.")).to_be_visible()
    assert shopper.text.count() == 0
    shopper.button("Start a new chat").click()
    shopper.ask("Is it open again?", name="")
    shopper.say("It is.")
    other = Room(street, "Is it open again?")
    other.hears("It is.")
    assert other.group_id != room.group_id


def test_who_ends_the_chat_is_out_of_it_and_in_again_when_he_asks_again(shopper, street):
    shopper.open().ask("Shall we end it?")
    room = Room(street, "Shall we end it?")
    room.assign()
    shopper.menu("End chat")
    shopper.button("Cancel").click()
    expect(shopper.text).to_be_visible()
    shopper.menu("End chat")
    shopper.element.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
    expect(shopper.panel.get_by_text("You have left the chat.")).to_be_visible()
    assert room.account not in room.members
    shopper.page.reload()
    expect(shopper.panel.get_by_text("You have left the chat.")).to_be_visible()
    shopper.button("Start a new chat").click()
    shopper.ask("One more thing", name="")
    room.hears("One more thing")
    assert room.account in room.members


def test_who_wants_to_be_forgotten_is(shopper, street):
    shopper.open().ask("Will you remember me?")
    room = Room(street, "Will you remember me?")
    shopper.menu("Forget me")
    dialog = shopper.element.get_by_role("alertdialog")
    expect(dialog).to_contain_text("cannot be undone")
    dialog.get_by_role("button", name="Erase everything").click()
    expect(shopper.element.get_by_text("Everything has been erased.")).to_be_visible()
    kept = shopper.kept()
    assert kept == {"local": [], "session": []}
    street.until(lambda: room.account not in street.chat.accounts or room.group_id in street.chat.destroyed)
    shopper.page.reload()
    shopper.open()
    expect(shopper.element.get_by_label("Your name")).to_have_value("")
    assert QUESTION not in shopper.panel.inner_text()


def test_the_consent_line_leads_to_the_shops_policy(shopper):
    shopper.open()
    link = shopper.element.get_by_role("link", name="privacy policy")
    expect(link).to_have_attribute("href", "/policies/privacy-policy")


def test_a_service_that_is_away_is_told_in_words_and_asked_again(street, shopper):
    street.town.shop.service_url = "http://127.0.0.1:9"
    try:
        shopper.open()
        shopper.element.get_by_label("Your name").fill("Ada")
        shopper.element.get_by_label("E-mail").fill("ada@customer.example")
        shopper.element.get_by_label("Your question").fill("Is anybody there?")
        shopper.button("Start the chat").click()
        expect(shopper.element.get_by_role("alert")).to_contain_text("cannot be reached right now")
    finally:
        street.town.shop.service_url = street.urls["service"]
    shopper.button("Try again").click()
    shopper.online()
    Room(street, "Is anybody there?")
    assert len([one for one in street.zendesk.tickets.values() if "Is anybody there?" in one.description]) == 1


def test_a_chat_that_is_not_set_up_says_so(street, shopper):
    street.town.shop.path_prefix = "/apps/elsewhere"
    try:
        shopper.open()
        shopper.element.get_by_label("Your name").fill("Ada")
        shopper.element.get_by_label("E-mail").fill("ada@customer.example")
        shopper.element.get_by_label("Your question").fill("Are you set up?")
        shopper.button("Start the chat").click()
        expect(shopper.element.get_by_role("alert")).to_contain_text("not set up yet")
        expect(shopper.button("Try again")).to_be_visible()
    finally:
        street.town.shop.path_prefix = "/apps/chat"

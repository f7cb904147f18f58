"""What the widget does when the line to the chat cloud breaks, ends, or belongs to another tab."""

import re

import pytest
from playwright.sync_api import expect

from chat_ui.build import DIST
from tests.browser.shopper import Room, Shopper


@pytest.fixture
def talk(street, open_shop, people, request):
    """A person with a chat that may be remembered, his first tab, and the room."""
    question = f"About {request.node.name[5:70]}"
    person = people()
    person.add_cookies([{"name": "consent", "value": "yes", "url": street.urls["shop"]}])
    shopper = Shopper(open_shop(person=person)).open().ask(question)
    return person, shopper, Room(street, question)


def test_a_second_tab_follows_the_first_and_nobody_is_kicked_out(talk, street, open_shop):
    person, first, room = talk
    ann = room.assign("Ann")
    second = Shopper(open_shop("/products/amber", person=person)).open().online()
    second.say("From the second tab")
    second.sent("From the second tab")
    first.sees("From the second tab")
    first.say("From the first tab")
    second.sees("From the first tab")
    room.say(ann, "I see both.")
    for tab in (first, second):
        tab.sees("I see both.")
    room.hears("From the second tab")
    assert len([line for line in street.chat.sdk.lines.of.values() if line.user_id == room.account]) == 1
    first.page.close()
    second.say("The first tab is gone")
    second.sent("The first tab is gone")
    room.hears("The first tab is gone")
    room.say(ann, "And I still hear you.")
    second.sees("And I still hear you.")


def test_what_was_missed_while_the_network_was_away_is_fetched_and_what_waited_is_sent_once(talk, without_network):
    _, shopper, room = talk
    ann = room.assign("Ann")
    with without_network(shopper.page):
        shopper.say("Written in a tunnel")
        expect(shopper.message("Written in a tunnel").locator(".state")).to_contain_text("Sending…")
        expect(shopper.banner).to_contain_text("You are offline.")
        room.say(ann, "Said meanwhile")
    shopper.sent("Written in a tunnel")
    shopper.sees("Said meanwhile")
    room.hears("Written in a tunnel")
    expect(shopper.banner).to_be_hidden()


def test_a_line_that_is_cut_comes_back_by_itself_and_nothing_is_missing_or_doubled(talk, street):
    _, shopper, room = talk
    ann = room.assign("Ann")
    street.cut(room.account, 3)
    for number in range(4):
        room.say(ann, f"During the cut {number}")
    for number in range(4):
        shopper.sees(f"During the cut {number}")
    shopper.online().say("Back again")
    room.hears("Back again")


def test_what_was_not_sent_before_a_reload_is_sent_after_it_once(talk):
    _, shopper, room = talk
    shopper.page.route("**/sdk/send", lambda route: route.abort())
    shopper.say("Kept over a reload")
    expect(shopper.message("Kept over a reload").locator(".state")).to_contain_text("Sending…")
    shopper.page.unroute("**/sdk/send")
    shopper.page.reload()
    shopper.sent("Kept over a reload")
    room.hears("Kept over a reload")
    shopper.page.reload()
    shopper.online().sees("Kept over a reload")
    room.hears("Kept over a reload")


def test_a_message_whose_answer_was_lost_is_looked_up_and_not_said_twice(talk):
    _, shopper, room = talk

    def deliver_and_lose(route):
        if "Heard or not" in (route.request.post_data or ""):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    shopper.page.route("**/sdk/send", deliver_and_lose)
    with shopper.page.expect_event("requestfailed"):
        shopper.say("Heard or not?")
    room.hears("Heard or not?")
    shopper.page.unroute("**/sdk/send")
    shopper.page.reload()
    shopper.sent("Heard or not?")
    room.hears("Heard or not?")


def test_a_usersig_that_ends_is_renewed_and_what_is_typed_stays(talk, street):
    _, shopper, room = talk
    shopper.text.fill("Half a sentence")
    before = set(street.chat.sdk.lines.of)
    street.expire(room.account)
    street.until(
        lambda: any(
            line.user_id == room.account and key not in before for key, line in street.chat.sdk.lines.of.items()
        )
    )
    shopper.online()
    expect(shopper.text).to_have_value("Half a sentence")
    shopper.text.press("Enter")
    room.hears("Half a sentence")


def test_the_usersig_is_renewed_before_it_ends(talk, street, people, open_shop):
    shopper = Shopper(open_shop(person=people())).open()

    def soon_over(route):
        answer = route.fetch()
        body = answer.json()
        route.fulfill(response=answer, json={**body, "expiresAt": int(shopper.page.evaluate("Date.now() / 1000")) + 8})

    shopper.page.route("**/apps/chat/usersig", soon_over)
    shopper.ask("Will it be renewed?")
    room = Room(street, "Will it be renewed?")
    (first,) = [key for key, line in street.chat.sdk.lines.of.items() if line.user_id == room.account]
    street.until(lambda: first not in street.chat.sdk.lines.of)
    shopper.say("It was")
    shopper.sent("It was")


def test_a_chat_that_is_used_elsewhere_says_so_and_comes_back_on_demand(talk, street, people):
    _, shopper, room = talk
    with street.chat.sdk.lines.news:
        for line in street.chat.sdk.lines.of.values():
            line.ended = line.ended or "multipleAccount"
        street.chat.sdk.lines.news.notify_all()
    expect(shopper.panel.get_by_text("open in another window or on another device")).to_be_visible()
    shopper.page.wait_for_timeout(1500)
    assert not [line for line in street.chat.sdk.lines.of.values() if line.user_id == room.account and not line.ended]
    shopper.button("Use it here").click()
    shopper.online().say("Here again")
    room.hears("Here again")


def test_an_idle_chat_is_paused_says_so_and_goes_on_with_a_click(street, people, open_shop):
    page = open_shop(person=people())
    page.evaluate("document.querySelector('caseroom-chat').dataset.idleMinutes = '0.02'")
    shopper = Shopper(page).open()
    shopper.ask("Are you idle?")
    room = Room(street, "Are you idle?")
    expect(shopper.panel.get_by_text("The chat is paused")).to_be_visible()
    assert not [line for line in street.chat.sdk.lines.of.values() if line.user_id == room.account]
    shopper.button("Go on").click()
    shopper.say("No longer")
    room.hears("No longer")


def test_a_cloud_that_cannot_be_reached_is_told_and_tried_again(talk, open_shop, people, street):
    page = open_shop(person=people())
    page.route("**/sdk/login", lambda route: route.abort())
    shopper = Shopper(page).open()
    shopper.element.get_by_label("Your name").fill("Ada")
    shopper.element.get_by_label("E-mail").fill("ada@customer.example")
    shopper.element.get_by_label("Your question").fill("Where is the cloud?")
    shopper.button("Start the chat").click()
    expect(shopper.banner).to_contain_text("You are offline.")
    shopper.sees("Where is the cloud?")
    shopper.say("Written without a line")
    page.unroute("**/sdk/login")
    shopper.banner.get_by_role("button", name="Try again").click()
    shopper.sent("Written without a line")
    Room(street, "Where is the cloud?").hears("Written without a line")


def test_the_real_sdk_is_loaded_created_and_given_up_at_our_own_limit(open_shop, people):
    page = open_shop(person=people())
    sdk = (DIST / "sdk.js").read_bytes()
    page.route("**/real-sdk.js", lambda route: route.fulfill(body=sdk, content_type="text/javascript"))
    page.route(re.compile(r"\.(com|cn)(:\d+)?/"), lambda route: route.abort())
    page.evaluate(
        "Object.assign(document.querySelector('caseroom-chat').dataset, { sdk: '/real-sdk.js', seconds: '4' })"
    )
    shopper = Shopper(page).open()
    with page.expect_response("**/real-sdk.js"):
        shopper.element.get_by_label("Your name").fill("Ada")
        shopper.element.get_by_label("E-mail").fill("ada@customer.example")
        shopper.element.get_by_label("Your question").fill("Is this real?")
        shopper.button("Start the chat").click()
    expect(shopper.banner).to_contain_text("Connecting takes too long.")
    expect(shopper.banner.get_by_role("button", name="Try again")).to_be_visible()
    shopper.sees("Thank you for your message")

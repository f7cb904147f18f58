"""What an agent says and how: texts, emoji, files, quotations, canned replies, and signs of who writes and reads."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.panes import SETTINGS as PANES
from tests.browser.panes import Offices, box, online, write
from tests.browser.shopper import Room, Shopper

SUPERVISOR = 9100000000402
SETTINGS = PANES | {"SUPERVISORS": f"zendesk_{SUPERVISOR}"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def boss(street):
    """The first agent there is; the settings name him as a supervisor."""
    agent = street.zendesk.add_agent("Boss")
    assert agent == SUPERVISOR
    # The service asks for macros once in five minutes, so this one is there before.
    street.zendesk.add_macro("Opening hours", {"field": "comment_value", "value": "We are here from 9 to 5."})
    return agent


@pytest.fixture
def offices(street, people, boss):
    return Offices(street, people)


@pytest.fixture
def ann(street, boss):
    return street.zendesk.add_agent("Ann Berg")


def message(pane, text):
    return pane.locator("li.said").filter(has_text=text)


@pytest.fixture
def pair(street, offices, ann, open_shop):
    """A shopper at the widget and Ann at her pane, in one chat."""
    question = f"Does the jade pot drip, {ann}?"
    shopper = Shopper(open_shop()).open().ask(question)
    room = Room(street, question)
    street.zendesk.assign(room.ticket, ann)
    street.until(lambda: f"zendesk_{ann}" in room.members)

    class Its:
        ref, group = str(room.ticket), room.group_id

    page, pane = offices.sidebar(ann, Its)
    online(pane)
    expect(pane.get_by_role("log")).to_contain_text(question)
    return shopper, room, page, pane


def test_shopper_and_agent_talk_and_each_sees_that_the_other_writes_and_has_read(pair):
    shopper, room, _, pane = pair
    box(pane).press_sequentially("It does ")
    expect(shopper.log.locator(".typing")).to_be_visible()
    box(pane).press_sequentially("not.")
    box(pane).press("Enter")
    shopper.sees("It does not.")
    expect(shopper.log.locator(".typing")).to_be_hidden()
    expect(message(pane, "It does not.").locator(".state")).to_have_text("Read")
    shopper.text.press_sequentially("And the amb")
    expect(pane.locator(".typing")).to_contain_text("Ada Lovelace")
    shopper.say("And the amber one?")
    expect(message(pane, "And the amber one?")).to_be_visible()
    expect(pane.locator(".typing")).to_be_hidden()
    expect(shopper.message("And the amber one?").locator(".state")).to_have_text("Read")
    room.hears("It does not.")


def test_an_answer_quotes_what_it_answers_on_both_sides(pair):
    shopper, _, _, pane = pair
    shopper.say("Which one is larger?")
    asked = message(pane, "Which one is larger?")
    asked.hover()
    asked.get_by_role("button", name="Reply to: Which one is larger?").click()
    expect(pane.locator(".quoting")).to_contain_text("Which one is larger?")
    expect(box(pane)).to_be_focused()
    write(pane, "The jade one.")
    expect(message(pane, "The jade one.").locator(".quoted")).to_contain_text("Which one is larger?")
    expect(pane.locator(".quoting")).to_be_hidden()
    expect(shopper.message("The jade one.").locator(".quoted")).to_contain_text("Which one is larger?")


def test_a_picture_and_a_file_go_both_ways(pair):
    shopper, _, _, pane = pair
    files = [
        {"name": "lid.png", "mimeType": "image/png", "buffer": PNG},
        {"name": "label.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + b"x" * 2000},
    ]
    pane.locator("input[type=file]").set_input_files(files)
    expect(shopper.log.locator("li.said .attached")).to_contain_text("label.pdf")
    expect(shopper.log.locator("li.said img")).to_have_count(1)
    expect(pane.locator("li.said.sending")).to_have_count(0)
    link = pane.locator("li.said .attached")
    status = "(_, url) => fetch(url).then((answer) => answer.status)"
    assert pane.locator("body").evaluate(status, link.get_attribute("href")) == 200
    shopper.element.locator("input[type=file]").set_input_files(files[1:])
    expect(pane.locator("li.said.in .attached")).to_contain_text("label.pdf")


def test_a_file_that_is_too_large_is_refused_in_words(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    online(pane)
    pane.locator("input[type=file]").set_input_files([{"name": "empty.txt", "mimeType": "text/plain", "buffer": b""}])
    expect(pane.locator(".word")).to_contain_text("empty.txt")


def test_an_emoji_goes_where_one_writes(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    box(pane).fill("Done ")
    pane.get_by_role("button", name="Emoji", exact=True).click()
    pane.get_by_role("button", name="🎉").click()
    box(pane).press("Enter")
    case.hears("Done 🎉")


def test_a_canned_reply_is_found_by_typing_and_put_where_one_writes(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    box(pane).press("/")
    find = pane.get_by_role("combobox", name="Find a reply")
    expect(find).to_be_focused()
    expect(pane.get_by_role("option")).to_have_count(4)
    find.press("ArrowDown")
    expect(pane.get_by_role("option", name="Ask for a picture")).to_have_attribute("aria-selected", "true")
    find.press_sequentially("greet")
    expect(pane.get_by_role("option")).to_have_count(1)
    find.press("Enter")
    expect(box(pane)).to_have_value("Hello Mei Lin, thank you for writing to us.")
    expect(box(pane)).to_be_focused()
    assert not [text for text in case.texts if "thank you for writing" in text]
    box(pane).press("Enter")
    case.hears("Hello Mei Lin, thank you for writing to us.")


def test_macros_of_zendesk_are_canned_replies_too(offices, ann):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    pane.get_by_role("button", name="Canned replies").click()
    pane.get_by_role("combobox", name="Find a reply").fill("hours")
    pane.get_by_role("option", name="Opening hours").click()
    expect(box(pane)).to_have_value("We are here from 9 to 5.")


def test_what_is_typed_in_one_case_stays_there_while_another_is_looked_at(offices, ann):
    case = offices.ticket_for(ann)
    other = offices.ticket_for(ann, user="kenji", name="Kenji Tanaka")
    page = offices.full(ann, case.ref)
    box(page).fill("For Mei")
    page.get_by_role("button", name=re.compile("Kenji Tanaka")).click()
    expect(page.get_by_role("heading", name="Kenji Tanaka")).to_be_visible()
    expect(box(page)).to_have_value("")
    write(page, "For Kenji")
    other.hears("For Kenji")
    page.get_by_role("button", name=re.compile("Mei Lin")).click()
    expect(box(page)).to_have_value("For Mei")


def test_a_supervisor_reads_a_case_and_has_nothing_to_write_with(offices, ann, boss):
    case = offices.ticket_for(ann)
    case.say("I want to speak to the boss")
    _, pane = offices.sidebar(boss, case)
    expect(pane.get_by_role("log")).to_contain_text("I want to speak to the boss")
    expect(pane.get_by_text("You read this case as a supervisor.")).to_be_visible()
    expect(box(pane)).to_be_hidden()
    expect(pane.get_by_role("button", name="Solve", exact=True)).to_be_hidden()
    case.say("Now!")
    expect(pane.get_by_role("log")).to_contain_text("Now!")


def test_who_cannot_read_a_case_reads_nothing_of_it(offices, street, ann):
    case = offices.ticket_for(ann)
    case.say("Between Ann and me")
    other = street.zendesk.add_agent("Eve")
    _, pane = offices.sidebar(other, case)
    expect(pane.get_by_role("main")).to_contain_text("You are not in this case.")
    expect(pane.locator("body")).not_to_contain_text("Between Ann and me")
    expect(pane.locator("body")).not_to_contain_text("Mei Lin")


def test_the_sound_and_the_title_tell_of_a_message_and_can_be_turned_off(offices, ann):
    case = offices.ticket_for(ann)
    other = offices.ticket_for(ann, user="kenji", name="Kenji Tanaka")
    person = offices.person()
    person.add_init_script(
        "window.rang = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...at) { window.rang += 1; return start.apply(this, at); };"
    )
    page = offices.full(ann, case.ref, person=person)
    online(page)
    expect(box(page)).to_be_visible()
    box(page).click()
    other.say("Hello?")
    expect(page).to_have_title("(1) Customer chats")
    page.wait_for_timeout(1000)
    assert page.evaluate("rang") == 2, "two tones"
    page.locator("summary[aria-label=More]").click()
    page.get_by_label("with a sound").uncheck()
    page.get_by_label("in the title of this page").uncheck()
    expect(page).to_have_title("Customer chats")
    other.say("Anybody?")
    expect(page.get_by_role("button", name=re.compile("2 unread messages"))).to_be_visible()
    page.wait_for_timeout(1000)
    assert page.evaluate("rang") == 2
    expect(page).to_have_title("Customer chats")


def test_a_notification_comes_when_the_page_is_hidden_and_was_asked_for(offices, ann):
    case = offices.ticket_for(ann)
    person = offices.person()
    person.add_init_script(
        "window.shown = []; window.Notification = class { constructor(...told) { shown.push(told); }"
        " static permission = 'default'; static async requestPermission() { return 'granted'; } close() {} };"
    )
    page = offices.full(ann, person=person)
    online(page)
    page.locator("summary[aria-label=More]").click()
    page.get_by_label("on the desktop").check()
    case.say("You see me")
    page.wait_for_timeout(1500)
    assert page.evaluate("shown") == []
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    case.say("You do not see me")
    case.street.until(lambda: page.evaluate("shown.length"))
    title, options = page.evaluate("shown[0]")
    assert (title, options["body"]) == ("Mei Lin · The teapot drips", "You do not see me")


def test_a_notification_that_the_browser_refuses_is_told_so(offices, street):
    agent = street.salesforce.add_user("Carla Diaz")
    _, (pane,) = offices.salesforce(agent)
    pane.locator("summary[aria-label=More]").click()
    pane.get_by_label("on the desktop").click()
    expect(pane.get_by_text("Your browser does not allow this here.")).to_be_visible()
    expect(pane.get_by_label("on the desktop")).not_to_be_checked()

"""Tencent's own SDK from npm, with no Tencent to reach: it loads, its names are there, and our time limit speaks."""

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import Shopper

SETTINGS = {"TENCENT_SDK_URL": ""}  # the service has the SDK from npm
LIMIT = 30_000
# Loads the SDK, makes a chat, and tells which of our names it has.
LOOK = """async ([url, methods, events]) => {
  const { default: TencentCloudChat, Upload } = await import(url);
  const chat = TencentCloudChat.create({ SDKAppID: 1400000000 });
  chat.setLogLevel(4);
  chat.registerPlugin({ 'tim-upload-plugin': Upload });
  const { EVENT, VERSION } = TencentCloudChat;
  const without = [methods.filter((name) => typeof chat[name] !== 'function'), events.filter((name) => !EVENT[name])];
  return { version: VERSION, missing: without.flat(), isReady: chat.isReady() };
}"""
METHODS = [
    *("login", "logout", "destroy", "on", "off", "isReady", "sendMessage", "setMessageRead"),
    *("createTextMessage", "createImageMessage", "createFileMessage", "createCustomMessage"),
    *("getMessageList", "getMessageListHopping", "getGroupMemberList"),
]
EVENTS = [
    *("SDK_READY", "MESSAGE_RECEIVED", "MESSAGE_REVOKED", "MESSAGE_MODIFIED"),
    *("KICKED_OUT", "NET_STATE_CHANGE", "ERROR"),
]


@pytest.fixture
def alone(people):
    """A browser that reaches nothing but loopback, and does not even ask."""
    person = people()
    person.route(lambda url: "//127.0.0.1" not in url, lambda route: route.abort())
    return person


@pytest.fixture
def shop_with_sdk(street, open_shop, alone):
    street.shop.pages.sdk_url = ""
    return open_shop(person=alone)


def look(frame, url):
    return frame.evaluate(LOOK, [url, METHODS, EVENTS])


def test_it_loads_in_a_page_of_the_shop_from_the_extensions_assets(shop_with_sdk):
    url = shop_with_sdk.locator("caseroom-chat").get_attribute("data-sdk")
    assert look(shop_with_sdk, url) == {"version": "3.6.6", "missing": [], "isReady": False}


def test_it_loads_in_a_frame_without_an_origin_from_the_service(street, open_website, alone):
    page = open_website(person=alone)
    page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('iframe'),"
        " { sandbox: 'allow-scripts', srcdoc: '<p>frame</p>' }))"
    )
    frame = page.locator("iframe").element_handle().content_frame()
    frame.wait_for_selector("p")
    assert frame.evaluate("origin") == "null"
    assert look(frame, f"{street.urls['service']}/ui/sdk.js")["missing"] == []


def test_a_shopper_is_told_within_our_own_time_limit_that_it_takes_too_long(shop_with_sdk):
    shopper = Shopper(shop_with_sdk).open()
    shopper.element.get_by_label("Your name").fill("Ada")
    shopper.element.get_by_label("E-mail").fill("ada@customer.example")
    shopper.element.get_by_label("Your question").fill("Is anybody there?")
    shopper.button("Start the chat").click()
    expect(shopper.banner).to_contain_text("Connecting takes too long", timeout=LIMIT)
    expect(shopper.button("Try again")).to_be_visible()
    shopper.sees("Is anybody there?")


def test_an_agent_in_a_frame_of_salesforce_goes_on_without_the_line(street, open_console, alone):
    agent = street.salesforce.add_user("Carla Diaz")
    case = street.salesforce.open_case("Oolong", "Do you sell it?", "Kofi", "kofi@customer.example")
    street.salesforce.assign(case, agent)
    street.until(lambda: any(f"salesforce_{agent}" in group.members for group in street.chat.groups.values()))
    pane = open_console(agent, case, person=alone).locator("#utility iframe").content_frame
    expect(pane.get_by_text("The chat cannot be reached directly")).to_be_visible(timeout=LIMIT)
    box = pane.get_by_role("textbox", name="Write a message")
    box.fill("We do, since today.")
    box.press("Enter")
    street.until(lambda: any("We do, since today." in street.texts(group) for group in street.chat.groups))

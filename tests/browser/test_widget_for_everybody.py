"""The widget for everybody: by keyboard alone, read aloud, in any language, colour, size and contrast."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.shopper import Room, Shopper

ACCENTS = ["#0e5c4a", "#ffe600", "#ff5a36", "#777777", "#ffffff", "#000000"]


@pytest.fixture
def findings(street, people, axe):
    """What axe finds in a page and not in the same page without the chat."""
    person = people()

    def look(page):
        bare = person.new_page()
        embed, street.shop.pages.embed = street.shop.pages.embed, None
        try:
            bare.goto(page.url)
        finally:
            street.shop.pages.embed = embed
        problems = sorted(set(axe(page)) - set(axe(bare)))
        bare.close()
        return problems

    return look


@pytest.fixture
def talk(street, shop_page, request):
    question = f"For everybody: {request.node.name[5:70]}"
    shopper = Shopper(shop_page).open().ask(question)
    return shopper, Room(street, question)


def test_axe_finds_nothing_in_any_state(street, open_shop, findings, picture, without_network):
    page = open_shop()
    shopper = Shopper(page)
    found = {"closed": findings(page)}
    shopper.open()
    found["form"] = findings(page)
    picture(page, "widget-form")
    shopper.button("Start the chat").click()
    found["form with errors"] = findings(page)
    shopper.ask("Is it accessible?")
    room = Room(street, "Is it accessible?")
    ann = room.assign("Ann")
    room.say(ann, "It is. 👍")
    shopper.sees("It is. 👍")
    shopper.message("It is. 👍").hover()
    found["talk"] = findings(page)
    shopper.message("It is. 👍").get_by_role("button", name=re.compile("Reply to")).click()
    shopper.button("Emoji").click()
    found["quoting, with emoji"] = findings(page)
    picture(page, "widget-emoji")
    shopper.button("Emoji").click()
    with without_network(page):
        shopper.say("Can you see this?")
        expect(shopper.banner).to_be_visible()
        page.wait_for_timeout(1200)
        picture(page, "widget-offline")
    shopper.sent("Can you see this?")
    found["after a break"] = findings(page)
    shopper.button("More").click()
    found["menu"] = findings(page)
    page.bring_to_front()
    shopper.element.locator(".menu").get_by_role("button", name="Forget me").click()
    page.wait_for_timeout(400)
    found["confirmation"] = findings(page)
    picture(page, "widget-forget")
    shopper.button("Cancel").click()
    street.zendesk.solve(room.ticket)
    street.zendesk.close(room.ticket)
    expect(shopper.panel.get_by_text("This chat is closed.")).to_be_visible()
    found["closed chat"] = findings(page)
    picture(page, "widget-closed")
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.parametrize("accent", ACCENTS)
def test_any_accent_leaves_everything_readable(street, open_shop, findings, accent):
    page = open_shop("/?design=1")
    page.evaluate("accent => { document.querySelector('caseroom-chat').dataset.accent = accent; }", accent)
    page.evaluate("document.querySelector('caseroom-chat').connectedCallback()")
    shopper = Shopper(page).open()
    shopper.sees("Hello! Yes, in two shades of green.")
    shopper.say("In my colour")
    assert findings(page) == []


def test_the_keyboard_alone_is_enough(street, open_shop):
    page = open_shop()
    shopper = Shopper(page)
    keys = page.keyboard
    for _ in range(40):
        keys.press("Tab")
        if page.evaluate("document.activeElement.localName") == "caseroom-chat":
            break
    expect(shopper.bubble).to_be_focused()
    assert shopper.bubble.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    keys.press("Enter")
    expect(shopper.element.get_by_label("Your name")).to_be_focused()
    for text in ("Ada", "ada@customer.example", "By keyboard alone?"):
        keys.type(text)
        keys.press("Tab")
    keys.press("Enter")
    expect(shopper.text).to_be_focused()
    keys.type("Typed")
    keys.press("Enter")
    shopper.sent("Typed")
    Room(street, "By keyboard alone?").hears("Typed")
    for _ in range(3):
        keys.press("Shift+Tab")
    expect(shopper.log.get_by_role("button", name="Reply to: Typed")).to_be_focused()
    keys.press("Enter")
    keys.type("About that")
    keys.press("Enter")
    expect(shopper.message("About that").locator(".quoted")).to_contain_text("Typed")
    shopper.button("More").focus()
    keys.press("Enter")
    expect(shopper.element.locator(".menu").get_by_role("button").first).to_be_focused()
    keys.press("Escape")
    expect(shopper.button("More")).to_be_focused()
    keys.press("Escape")
    expect(shopper.panel).to_be_hidden()
    expect(shopper.bubble).to_be_focused()


def test_what_others_say_is_read_aloud_once_and_history_is_not(talk):
    shopper, room = talk
    ann = room.assign("Ann")
    aloud = shopper.element.locator("p[aria-live=polite]")
    expect(shopper.panel.locator(".titles p")).to_have_text("Ann is here")
    room.say(ann, "Aloud, please")
    expect(aloud).to_have_text("Ann: Aloud, please")
    shopper.page.reload()
    shopper.sees("Aloud, please")
    expect(aloud).to_have_text("")
    expect(shopper.element.get_by_role("dialog", name="Sunny Teapots")).to_be_visible()


def test_arabic_is_read_from_right_to_left(street, open_shop, findings, picture):
    page = open_shop("/?locale=ar")
    shopper = Shopper(page).open()
    form = shopper.element.get_by_label("اسمك")
    form.fill("ليلى")
    shopper.element.get_by_label("البريد الإلكتروني").fill("layla@customer.example")
    shopper.element.get_by_label("سؤالك").fill("هل الإبريق آمن؟")
    assert findings(page) == []
    picture(page, "widget-arabic-form")
    shopper.element.get_by_role("button", name="ابدأ المحادثة").click()
    text = shopper.element.get_by_role("textbox", name="اكتب رسالة")
    text.fill("ممتاز")
    text.press("Enter")
    mine = shopper.message("ممتاز")
    expect(mine).to_have_class(re.compile(r"\bsent\b"))
    room = Room(street, "هل الإبريق آمن؟")
    ann = room.assign("Ann")
    room.say(ann, "نعم، بالتأكيد.")
    shopper.sees("نعم، بالتأكيد.")
    panel = shopper.panel.bounding_box()
    middle = panel["x"] + panel["width"] / 2
    assert mine.locator(".body").bounding_box()["x"] < middle
    theirs = shopper.message("نعم، بالتأكيد.").locator(".body").bounding_box()
    assert theirs["x"] + theirs["width"] > middle
    assert findings(page) == []
    picture(page, "widget-arabic")


@pytest.mark.parametrize(("tag", "start"), [("zh-CN", "开始聊天"), ("ja", "チャットを始める")])
def test_other_languages_are_spoken(open_shop, tag, start):
    shopper = Shopper(open_shop(f"/?locale={tag}"))
    shopper.open()
    expect(shopper.button(start)).to_be_visible()
    assert "widget." not in shopper.panel.inner_text()
    assert "core." not in shopper.panel.inner_text()


SCREENS = {
    "a phone": (390, 844),
    "a narrow phone": (320, 568),
    "a desktop at 200 %": (640, 400),
    "a desktop at 400 %": (320, 256),
}


@pytest.mark.parametrize("size", SCREENS.values(), ids=SCREENS)
def test_a_small_screen_is_filled_and_nothing_is_out_of_reach(street, open_shop, findings, picture, size):
    page = open_shop(viewport={"width": size[0], "height": size[1]})
    shopper = Shopper(page).open()
    box = shopper.panel.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *size)
    expect(shopper.bubble).to_be_hidden()
    expect(shopper.element.get_by_role("dialog")).to_have_attribute("aria-modal", "true")
    question = f"On {size[0]} by {size[1]}?"
    shopper.ask(question)
    room = Room(street, question)
    ann = room.assign("Ann")
    room.say(
        ann,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft https://example.com/"
        + "a" * 90,
    )
    shopper.sees("Donaudampf")
    wide = "element => element.scrollWidth <= element.clientWidth"
    assert shopper.log.evaluate(wide)
    assert shopper.panel.evaluate(wide)
    assert findings(page) == []
    targets = shopper.panel.locator("button:visible").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).map(({ width, height }) => Math.min(width, height))"
    )
    assert min(targets) >= 24
    picture(page, f"widget-{size[0]}x{size[1]}")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "caseroom-chat"
    page.keyboard.press("Escape")
    expect(shopper.bubble).to_be_focused()


def test_forced_colours_and_reduced_motion_are_respected(street, open_shop, picture):
    page = open_shop("/?design=1", forced_colors="active", reduced_motion="reduce")
    shopper = Shopper(page).open()
    shopper.sees("Hello! Yes, in two shades of green.")
    moving = "all => all.filter((one) => getComputedStyle(one).animationName !== 'none').length"
    assert shopper.panel.locator("*").evaluate_all(moving) == 0
    assert shopper.panel.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
    assert shopper.log.locator(".body").first.evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"
    picture(page, "widget-forced-colours")

"""What the widget costs and does to the page that it is on."""

import gzip

import pytest
from playwright.sync_api import expect

from chat_ui.build import DIST
from tests.browser.shopper import Room, Shopper

GLOBALS = "Object.getOwnPropertyNames(window).filter((name) => !/^\\d+$/.test(name))"
# Shifts that follow a click at once are the visitor's own and count for nothing (web.dev/articles/cls).
SHIFTS = """() => new Promise((done) => {
  const own = (list) => list.getEntries().filter((entry) => !entry.hadRecentInput);
  new PerformanceObserver((list) => done(own(list).reduce((sum, entry) => sum + entry.value, 0)))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(0), 1500);
})"""


def size(*names):
    return sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names)


def test_the_launcher_is_the_smallest_of_its_kind(chromium):
    content = (DIST / "launcher.js").read_bytes()
    assert len(content) <= 7_000
    assert size("launcher.js") <= 2_600


@pytest.mark.parametrize("tag", ["en", "zh-CN", "ja", "ar"])
def test_widget_shared_code_and_a_locale_are_no_more_than_35_kilobytes(chromium, tag):
    assert size("launcher.js", "widget.js", f"locale.{tag}.json") <= 35_000


def test_before_the_first_click_nothing_is_asked_for_and_nothing_is_stored(street, people):
    page = people().new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(street.urls["shop"])
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    assert [url for url in asked if "extensions" in url] == [url for url in asked if url.endswith("/launcher.js")]
    assert [url for url in asked if "/apps/chat" in url or street.urls["tencent_chat"] in url] == []
    assert Shopper(page).kept() == {"local": [], "session": []}
    assert page.context.cookies() == []
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0


def test_no_layout_shifts_and_no_global_is_touched(street, people):
    with_chat, without = people().new_page(), people().new_page()
    with_chat.goto(street.urls["shop"])
    assert with_chat.evaluate(SHIFTS) == 0
    Shopper(with_chat).open()
    assert with_chat.evaluate(SHIFTS) == 0
    embed, street.shop.pages.embed = street.shop.pages.embed, None
    try:
        without.goto(street.urls["shop"])
    finally:
        street.shop.pages.embed = embed
    assert set(with_chat.evaluate(GLOBALS)) - set(without.evaluate(GLOBALS)) == set()
    changed = (
        "[history.pushState, window.fetch, Element.prototype.attachShadow].every((one) => /native code/.test(one))"
    )
    assert with_chat.evaluate(changed)


def test_a_theme_at_its_worst_changes_nothing(open_shop, picture):
    shopper = Shopper(open_shop("/?hostile=1"))
    expect(shopper.bubble).to_be_visible()
    box = shopper.bubble.bounding_box()
    assert (box["width"], box["height"]) == (60, 60)
    assert (box["x"] + box["width"], box["y"] + box["height"]) == (1260, 780)
    shopper.open().ask("Is this theme hostile?")
    shopper.say("Calm in here")
    shopper.sent("Calm in here")
    styles = (
        shopper.message("Calm in here")
        .locator(".words")
        .evaluate(
            "one => ['textTransform', 'letterSpacing', 'color', 'float'].map((name) => getComputedStyle(one)[name])"
        )
    )
    assert styles == ["none", "normal", "rgb(255, 255, 255)", "none"]
    assert shopper.panel.bounding_box()["width"] == 392


def test_the_theme_editor_renders_again_and_there_is_one_bubble_that_works(open_shop):
    page = open_shop("/?design=1")
    render_again = """() => {
      const old = document.querySelector('caseroom-chat');
      const fresh = document.createElement('div');
      fresh.innerHTML = old.outerHTML;
      old.replaceWith(fresh.firstChild);
    }"""
    for _ in range(3):
        page.evaluate(render_again)
    shopper = Shopper(page).open()
    expect(shopper.panel).to_have_count(1)
    page.evaluate(render_again)
    expect(shopper.panel).to_have_count(0)
    shopper.open()
    page.evaluate("""() => {
      const script = document.querySelector('script[src*="launcher.js"]');
      document.body.append(Object.assign(document.createElement('script'), { src: script.src + '?again' }));
      document.body.append(document.querySelector('caseroom-chat').cloneNode());
    }""")
    page.wait_for_timeout(300)
    expect(page.locator("caseroom-chat >> .bubble:visible")).to_have_count(1)
    page.evaluate("document.querySelector('caseroom-chat').remove()")
    expect(page.locator("caseroom-chat >> .bubble:visible")).to_have_count(1)


def test_design_mode_shows_a_preview_without_the_service(open_shop, requests_of, picture):
    page = open_shop("/?design=1")
    asked = requests_of(page)
    page.locator("caseroom-chat").dispatch_event("shopify:block:select")
    shopper = Shopper(page)
    shopper.sees("Is the lampshade available in green?")
    shopper.sees("Hello! Yes, in two shades of green.")
    shopper.say("A try")
    shopper.sees("A try")
    assert [url for url in asked if "/apps/chat" in url or "sdk" in url] == []
    assert shopper.kept() == {"local": [], "session": []}


def test_who_does_not_want_to_be_remembered_is_not(street, people, open_shop):
    person = people()
    person.add_cookies([{"name": "consent", "value": "no", "url": street.urls["shop"]}])
    shopper = Shopper(open_shop(person=person)).open().ask("Will you remember?")
    shopper.say("Please don't")
    shopper.sent("Please don't")
    kept = shopper.kept()
    assert kept["local"] == []
    assert "caseroom:token" in kept["session"]
    other = Shopper(open_shop(person=person)).open()
    expect(other.element.get_by_label("Your name")).to_be_visible()


def test_consent_that_comes_or_goes_later_counts_from_then_on(street, people, open_shop):
    shopper = Shopper(open_shop(person=people())).open().ask("Now or later?")
    assert shopper.kept()["local"] == []
    shopper.page.evaluate("consent('yes')")
    assert "caseroom:token" in shopper.kept()["local"]
    shopper.page.evaluate("consent('no')")
    assert shopper.kept()["local"] == []


def test_with_an_open_case_and_consent_the_bubble_tells_of_unread_messages_by_itself(street, people, open_shop):
    person = people()
    person.add_cookies([{"name": "consent", "value": "yes", "url": street.urls["shop"]}])
    shopper = Shopper(open_shop(person=person)).open().ask("Will you write to me?")
    room = Room(street, "Will you write to me?")
    ann = room.assign("Ann")
    shopper.page.close()
    room.say(ann, "Here I am.")
    later = Shopper(open_shop("/products/amber", person=person))
    expect(later.bubble.locator("b")).to_have_text("1")
    expect(later.panel).to_be_hidden()


def test_scripts_of_the_page_may_use_the_chat_where_the_shop_says_so(street, open_shop):
    assert open_shop().evaluate("window.Caseroom") is None
    street.shop.pages.embed.settings["api"] = True
    try:
        page = open_shop()
    finally:
        street.shop.pages.embed.settings.clear()
    page.evaluate("""() => {
      window.heard = [];
      for (const name of ['open', 'close', 'message', 'unread', 'error']) {
        Caseroom.addEventListener(`caseroom:${name}`, ({ detail }) => heard.push([name, detail]));
      }
    }""")
    page.evaluate("Caseroom.open()")
    shopper = Shopper(page)
    shopper.ask("Is there an interface?")
    room = Room(street, "Is there an interface?")
    ann = room.assign("Ann")
    page.evaluate("Caseroom.close()")
    room.say(ann, "There is.")
    expect(shopper.bubble.locator("b")).to_have_text("1")
    heard = page.evaluate("heard")
    assert [name for name, _ in heard][:2] == ["open", "close"]
    assert ["message", {"count": 1}] in heard
    assert "There is." not in str(heard)
    page.evaluate("Caseroom.shutdown()")
    expect(page.locator("caseroom-chat")).to_have_count(0)
    street.until(lambda: not [line for line in street.chat.sdk.lines.of.values() if line.user_id == room.account])


def test_a_page_of_no_shop_has_the_same_chat_by_one_script_tag(street, open_website):
    shopper = Shopper(open_website()).open().ask("Do you rent kilns?")
    shopper.say("By the shelf?")
    room = Room(street, "Do you rent kilns?")
    room.hears("By the shelf?")
    assert shopper.kept()["local"] == []


def test_a_widget_that_cannot_be_loaded_is_told_in_words_and_tried_again(open_shop):
    page = open_shop()
    page.route("**/widget.js*", lambda route: route.abort())
    shopper = Shopper(page)
    shopper.bubble.click()
    expect(shopper.element.get_by_role("alert")).to_have_text("The chat cannot be loaded. Please try again.")
    page.unroute("**/widget.js*")
    shopper.open()
    expect(shopper.element.get_by_label("Your name")).to_be_focused()

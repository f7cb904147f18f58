"""The pane as it is met: in every width, scheme and language, by keyboard alone, and with axe at hand in each state."""

import json
import re

import pytest
from playwright.sync_api import expect

from chat_ui import build
from tests.browser.panes import SETTINGS as PANES
from tests.browser.panes import Offices, box, online

SUPERVISOR = 9100000000402
SETTINGS = PANES | {"SUPERVISORS": f"zendesk_{SUPERVISOR}"}
SIZES = {"sidebar": (320, 640), "utility": (380, 500), "half": (820, 640), "full": (1360, 800)}
SCHEMES = ["light", "dark"]


@pytest.fixture(scope="module")
def boss(street):
    agent = street.zendesk.add_agent("Boss")
    assert agent == SUPERVISOR
    return agent


@pytest.fixture
def offices(street, people, boss):
    return Offices(street, people)


@pytest.fixture
def ann(street, boss):
    return street.zendesk.add_agent("Ann Berg")


def sized(name, **more):
    width, height = SIZES[name]
    return {"viewport": {"width": width, "height": height}, **more}


@pytest.fixture
def desk(offices, street, ann):
    """Ann with a talk behind her and another customer who waits."""
    case = offices.case(
        page="https://sunny-teapots.example/products/jade", desc="The lid of my teapot broke in the post."
    )
    case.say("It is the jade one: https://sunny-teapots.example/orders/1042")
    street.zendesk.assign(int(case.ref), ann)
    street.until(lambda: f"zendesk_{ann}" in case.members)
    other = offices.ticket_for(ann, user="kenji", name="Kenji Tanaka", subject="Where is my order 1077?")
    other.say("It says delivered, but nothing is here.")
    street.chat.say(case.group, f"zendesk_{ann}", "I am sorry to hear that. Shall I send you a new one?")
    case.say("Yes please! Before the weekend, if you can: my grandmother comes to visit, and she gave it to me.")
    return case


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_a_talk_fits_and_axe_finds_nothing(*, offices, ann, desk, axe, picture, size, scheme):
    page = offices.full(ann, desk.ref, **sized(size, color_scheme=scheme))
    online(page)
    expect(page.get_by_role("log")).to_contain_text("Before the weekend")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    picture(page, f"pane-{size}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_any_state(*, offices, ann, desk, axe, picture, scheme):
    page = offices.full(ann, **sized("sidebar", color_scheme=scheme))
    online(page)
    assert axe(page) == [], "the list"
    page.get_by_role("button", name=re.compile("Mei Lin")).click()
    expect(box(page)).to_be_focused()
    box(page).press("/")
    expect(page.get_by_role("option")).to_have_count(3)
    assert axe(page) == [], "canned replies"
    picture(page, f"pane-replies-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Emoji", exact=True).click()
    assert axe(page) == [], "emoji"
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("Reply to: Yes please")).click()
    assert axe(page) == [], "quoting"
    page.get_by_role("button", name="Customer").click()
    assert axe(page) == [], "the customer"
    picture(page, f"pane-customer-{scheme}")
    page.locator("summary[aria-label=More]").click()
    assert axe(page) == [], "more"
    page.get_by_role("button", name="Block the customer").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == [], "the question"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_where_something_is_wrong(*, offices, street, ann, boss, desk, axe, scheme):
    refused = offices.person(**sized("utility", color_scheme=scheme)).new_page()
    refused.goto(f"{offices.url}/agent#wrong")
    expect(refused.get_by_role("alert")).to_be_visible()
    assert axe(refused) == [], "refused"
    stranger = offices.full(street.zendesk.add_agent("Eve"), desk.ref, **sized("utility", color_scheme=scheme))
    expect(stranger.get_by_text("You are not in this case.")).to_be_visible()
    assert axe(stranger) == [], "not his case"
    reader = offices.full(boss, desk.ref, **sized("utility", color_scheme=scheme))
    expect(reader.get_by_text("You read this case as a supervisor.")).to_be_visible()
    assert axe(reader) == [], "a supervisor"
    page = offices.full(ann, desk.ref, **sized("utility", color_scheme=scheme))
    online(page)
    online(offices.full(ann, desk.ref))
    expect(page.get_by_role("button", name="Use here")).to_be_visible()
    assert axe(page) == [], "elsewhere"


def test_an_agent_works_by_keyboard_alone(*, offices, street, ann, desk):
    page = offices.full(ann, **sized("sidebar"))
    online(page)
    keys = page.keyboard

    def go_to(locator, most=12):
        for _ in range(most):
            if locator.evaluate("element => element === document.activeElement"):
                return
            keys.press("Tab")
        raise AssertionError("the focus never came there")

    go_to(page.get_by_role("button", name=re.compile("^Mei Lin")))
    keys.press("Enter")
    expect(box(page)).to_be_focused()
    keys.type("By keyboard")
    keys.press("Enter")
    desk.hears("By keyboard")
    keys.press("/")
    keys.type("day")
    keys.press("Enter")
    expect(box(page)).to_have_value("Have a lovely day!")
    keys.press("Enter")
    desk.hears("Have a lovely day!")
    keys.press("Shift+Tab")
    expect(page.get_by_role("button", name="Canned replies")).to_be_focused()
    keys.press("Enter")
    keys.press("Escape")
    expect(box(page)).to_be_focused()
    go_to(page.get_by_role("button", name=re.compile("^Your open cases")), most=40)
    keys.press("Enter")
    expect(page.get_by_role("button", name=re.compile("Kenji"))).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Your open cases"))).to_be_focused()
    go_to(page.locator("summary[aria-label=More]"))
    keys.press("Enter")
    go_to(page.get_by_role("button", name="Block the customer"))
    keys.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    go_to(page.get_by_role("button", name="Solve", exact=True), most=40)
    keys.press("Enter")
    expect(page.get_by_text("The case is solved.")).to_be_visible()
    assert street.zendesk.tickets[int(desk.ref)].status == "solved"


@pytest.mark.parametrize("language", ["ar", "ja", "zh-CN"])
def test_the_pane_speaks_the_agents_language(*, offices, ann, desk, axe, picture, language):
    page = offices.full(ann, desk.ref, **sized("half", locale=language))
    online(page)
    expect(page.get_by_role("log")).to_contain_text("Before the weekend")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        language,
        "rtl" if language == "ar" else "ltr",
    ]
    assert not re.search(r"\b(pane|core|widget)\.", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    picture(page, f"pane-{language.lower()}")


def test_large_text_and_forced_colours_leave_everything_in_its_place(*, offices, ann, desk, picture):
    page = offices.full(ann, desk.ref, **sized("half", forced_colors="active"))
    online(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box(page).fill("Still room to write")
    box(page).press("Enter")
    desk.hears("Still room to write")
    picture(page, "pane-forced-colours")


def test_the_pane_stays_within_its_budget(chromium):
    packed = {name: size for name, (_, size) in build.sizes().items()}
    longest = max(size for name, size in packed.items() if name.startswith("pane.locale."))
    assert packed["pane.js"] + longest <= 60_000


def texts_of(language):
    texts = json.loads((build.HOME / f"locales/{language}.json").read_text("utf-8"))
    return {key: text for key, text in texts.items() if key.startswith(("pane.", "core."))}


@pytest.mark.parametrize("language", ["zh-CN", "ja", "ar"])
def test_each_language_says_what_english_says(language):
    texts = {name: texts_of(name) for name in ("en", language)}

    def keys(name):
        return {re.sub(r"\.(zero|one|two|few|many|other)$", "", key) for key in texts[name]}

    def gaps(text):
        return sorted(re.findall(r"\{\w+\}", text))

    assert keys(language) == keys("en")
    same = [key for key in texts["en"].keys() & texts[language].keys() if not key.endswith(".one")]
    assert [key for key in same if gaps(texts["en"][key]) != gaps(texts[language][key])] == []


def test_every_text_that_the_pane_asks_for_is_there():
    known = texts_of("en")
    source = "".join(path.read_text("utf-8") for path in (build.HOME / "pane").glob("*.js"))
    asked = set(re.findall(r"'((?:pane|core)\.[a-z_.]+)'", source)) - {"pane.locale", "pane.activated"}
    assert [key for key in asked if key not in known and f"{key}.other" not in known] == []

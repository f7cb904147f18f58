"""One login per agent: however many panes he has open, one holds the line, none fights, none loses what he types."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.panes import SETTINGS as PANES
from tests.browser.panes import Offices, box, online, write

SETTINGS = PANES


@pytest.fixture
def offices(street, people):
    return Offices(street, people)


@pytest.fixture
def ann(street):
    return street.zendesk.add_agent("Ann Berg")


@pytest.fixture
def lines(street):
    """The pages that an account is logged in from now, and how often it was logged in at all."""
    opened = []
    genuine = street.chat.sdk.lines.open

    def noted(user_id, *more):
        opened.append(user_id)
        return genuine(user_id, *more)

    street.chat.sdk.lines.open = noted

    class Lines:
        def live(self, account):
            every = list(street.chat.sdk.lines.of.values())
            return [one for one in every if one.user_id == account and not one.ended]

        def logins(self, account):
            return opened.count(account)

    yield Lines()
    street.chat.sdk.lines.open = genuine


def test_five_panes_of_one_agent_share_one_login(offices, street, ann, lines):
    cases = [offices.ticket_for(ann, user=f"customer{n}", name=f"Customer {n}") for n in range(4)]
    frames = [("top_bar", None), *(("ticket_sidebar", case.ref) for case in cases)]
    _, (bar, *panes) = offices.zendesk(ann, *frames, viewport={"width": 1700, "height": 700})
    for case, pane in zip(cases, panes, strict=True):
        expect(pane.get_by_role("log")).to_be_visible()
        online(pane)
        write(pane, f"Answer to {case.user}")
        case.hears(f"Answer to {case.user}")
        case.say(f"Thanks from {case.user}")
        expect(pane.get_by_role("log")).to_contain_text(f"Thanks from {case.user}")
    expect(bar.get_by_role("navigation")).to_contain_text("Thanks from")
    assert (len(lines.live(f"zendesk_{ann}")), lines.logins(f"zendesk_{ann}")) == (1, 1)


def test_the_top_bar_counts_on_zendesks_icon_what_is_unread(offices, ann):
    case = offices.ticket_for(ann)
    page, (bar,) = offices.zendesk(ann, ("top_bar", None))
    expect(bar.get_by_role("button", name="Mei Lin")).to_be_visible()
    online(bar)
    symbol = lambda: page.frame("pane0").evaluate("zendesk.set.at(-1)?.join(' ')")  # noqa: E731
    case.say("Hello?")
    case.street.until(lambda: symbol() == "iconSymbol unread-1")
    bar.get_by_role("button", name="Mei Lin").click()
    case.street.until(lambda: symbol() == "iconSymbol default")


def test_when_the_pane_that_holds_the_line_is_closed_another_one_takes_it(offices, ann, lines):
    case = offices.ticket_for(ann)
    person = offices.person()
    first, (bar,) = offices.zendesk(ann, ("top_bar", None), person=person)
    online(bar)
    _, (pane,) = offices.zendesk(ann, ("ticket_sidebar", case.ref), person=person)
    expect(pane.get_by_role("log")).to_be_visible()
    online(pane)
    first.close()
    case.street.until(lambda: lines.logins(f"zendesk_{ann}") == 2)
    case.say("Still there?")
    expect(pane.get_by_role("log")).to_contain_text("Still there?")


def test_who_is_logged_in_elsewhere_is_told_so_and_does_not_fight(offices, ann, lines, street):
    case = offices.ticket_for(ann)
    _, here = offices.sidebar(ann, case)
    online(here)
    street.until(lambda: lines.logins(f"zendesk_{ann}") == 1)
    box(here).fill("I was just writing")
    _, there = offices.sidebar(ann, case)
    expect(here.get_by_text("You are logged in to the chat in another window.")).to_be_visible(timeout=30_000)
    online(there)
    expect(box(here)).to_have_value("I was just writing")
    # Without the line it goes by the service: what is said here is said, and what is said there comes.
    box(here).press("Enter")
    case.hears("I was just writing")
    case.say("I see you in both")
    expect(here.get_by_role("log")).to_contain_text("I see you in both")
    assert lines.logins(f"zendesk_{ann}") == 2
    here.get_by_role("button", name="Use here").click()
    expect(there.get_by_text("You are logged in to the chat in another window.")).to_be_visible()
    online(here)
    assert (len(lines.live(f"zendesk_{ann}")), lines.logins(f"zendesk_{ann}")) == (1, 3)


def test_panes_without_an_origin_hand_the_login_on_and_all_of_them_work(offices, street, lines):
    agent = street.salesforce.add_user("Carla Diaz")
    case = offices.case("salesforce")
    street.salesforce.assign(case.ref, agent)
    street.until(lambda: len(case.members) == 2)
    (account,) = case.members - {case.user}
    page, panes = offices.salesforce(agent, frames=3, viewport={"width": 1300, "height": 700})
    for n, pane in enumerate(panes):
        expect(pane.get_by_role("navigation")).to_contain_text("Mei Lin")
        page.evaluate("([n, ref]) => tell(n, {type: 'case', ref})", [n, case.ref])
        expect(pane.get_by_role("log")).to_be_visible()
    street.until(lambda: lines.logins(account) == 3 and len(lines.live(account)) == 1)
    for n, pane in enumerate(panes):
        write(pane, f"From pane {n}")
        case.hears(f"From pane {n}")
        expect(pane.get_by_role("log")).to_contain_text(f"From pane {n}")
    assert lines.logins(account) == 3
    assert [message["type"] for message in page.evaluate("heard")].count("ready") == 3


def test_a_usersig_that_ends_is_renewed_without_a_reload_and_the_typed_text_stays(offices, street, ann, lines):
    case = offices.ticket_for(ann)
    _, pane = offices.sidebar(ann, case)
    online(pane)
    street.until(lambda: lines.logins(f"zendesk_{ann}") == 1)
    box(pane).fill("Half a sentence")
    street.expire(f"zendesk_{ann}")
    street.until(lambda: lines.logins(f"zendesk_{ann}") == 2)
    online(pane)
    expect(box(pane)).to_have_value("Half a sentence")
    box(pane).press("Enter")
    case.hears("Half a sentence")


def soon_over(route):
    """A session that ends in some seconds."""
    answer = route.fetch()
    session = answer.json()
    route.fulfill(response=answer, json={**session, "expiresAt": session["expiresAt"] - 890})


def test_a_token_is_renewed_before_it_ends_without_a_reload(offices, ann, requests_of):
    case = offices.ticket_for(ann)
    person = offices.person()
    person.route("**/agent/session", soon_over)
    page, pane = offices.sidebar(ann, case, person=person)
    box(pane).fill("Half a sentence")
    asked = requests_of(page)
    page.wait_for_event("response", lambda answer: answer.url.endswith("/agent/renew") and answer.status == 200)
    assert not [url for url in asked if "/zendesk/agent" in url]
    expect(box(pane)).to_have_value("Half a sentence")


def test_a_lost_session_is_had_again_by_a_code_from_salesforce(offices, street):
    agent = street.salesforce.add_user("Carla Diaz")
    case = offices.case("salesforce")
    street.salesforce.assign(case.ref, agent)
    person = offices.person()
    page, (pane,) = offices.salesforce(agent, person=person)
    expect(pane.get_by_role("navigation")).to_be_visible()
    page.evaluate("ref => tell(0, {type: 'case', ref})", case.ref)
    box(pane).fill("Half a sentence")
    refused = {"error": {"code": "token_refused", "message": "", "requestId": "1"}}
    headers = {"Access-Control-Allow-Origin": "null"}
    person.route("**/agent/replies", lambda route: route.fulfill(status=401, json=refused, headers=headers), times=1)
    pane.get_by_role("button", name="Canned replies").click()
    expect(pane.get_by_role("option", name="Greeting")).to_be_visible()
    assert "need-code" in [message["type"] for message in page.evaluate("heard")]
    expect(box(pane)).to_have_value("Half a sentence")


def test_a_lost_session_in_zendesk_is_told_with_what_to_do(offices, ann):
    case = offices.ticket_for(ann)
    person = offices.person()
    _, pane = offices.sidebar(ann, case, person=person)
    box(pane).fill("Half a sentence")
    refused = {"error": {"code": "token_refused", "message": "", "requestId": "1"}}
    person.route("**/agent/case*/**", lambda route: route.fulfill(status=401, json=refused))
    person.route("**/agent/cases", lambda route: route.fulfill(status=401, json=refused))
    expect(pane.get_by_text("Press Zendesk’s button “Reload apps”")).to_be_visible(timeout=40_000)
    expect(box(pane)).to_have_value("Half a sentence")


def test_a_session_that_nobody_renews_is_not_asked_for_without_end(offices, street):
    agent = street.salesforce.add_user("Carla Diaz")
    person = offices.person()
    page, (pane,) = offices.salesforce(agent, person=person)
    expect(pane.get_by_role("navigation")).to_be_visible()
    refused = {"error": {"code": "token_refused", "message": "", "requestId": "1"}}
    headers = {"Access-Control-Allow-Origin": "null"}
    person.route("**/agent/*", lambda route: route.fulfill(status=401, json=refused, headers=headers))
    expect(pane.get_by_text("Your session has ended.")).to_be_visible(timeout=40_000)
    page.wait_for_timeout(16_000)
    assert [message["type"] for message in page.evaluate("heard")].count("need-code") == 1
    person.unroute("**/agent/*")
    pane.get_by_role("button", name="Try again").click()
    expect(pane.get_by_text("Your session has ended.")).to_be_hidden()


def test_without_a_network_the_pane_says_so_and_sends_later(offices, ann, without_network):
    case = offices.ticket_for(ann)
    page, pane = offices.sidebar(ann, case)
    online(pane)
    with without_network(page):
        write(pane, "Said in a tunnel")
        expect(pane.locator(".said.sending")).to_contain_text("Said in a tunnel")
        expect(pane.locator(".banner")).to_be_visible(timeout=30_000)
    case.hears("Said in a tunnel")
    expect(pane.locator(".said.sending")).to_have_count(0)
    expect(pane.locator(".pane[data-line=online]")).to_be_visible(timeout=30_000)


def test_a_code_that_was_used_is_told_with_a_way_on(offices, ann):
    code = offices.code(ann)
    page = offices.person().new_page()
    page.goto(f"{offices.url}/agent#code={code}")
    expect(page.get_by_role("heading", name="Customer chats")).to_be_visible()
    assert "#" not in page.url
    other = offices.person().new_page()
    other.goto(f"{offices.url}/agent#{code}")
    expect(other.get_by_role("alert")).to_contain_text("This link has been used or has ended.")
    expect(other.get_by_role("button", name="Try again")).to_be_visible()


def test_nothing_is_stored_in_the_browser(offices, ann):
    case = offices.ticket_for(ann)
    page = offices.full(ann, case.ref)
    write(page, "Hello")
    case.hears("Hello")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert json.loads(kept) == [{}, {}, ""]


def test_a_message_of_another_window_or_an_unknown_origin_is_not_heard(offices, ann):
    case = offices.ticket_for(ann)
    page = offices.full(ann)
    expect(page.get_by_role("navigation")).to_be_visible()
    page.evaluate("ref => postMessage({caseroom: 1, type: 'case', ref}, '*')", case.ref)
    expect(page.get_by_role("main")).to_contain_text("Choose a case to read it.")

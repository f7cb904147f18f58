"""A link opens the chat of one case, for a time, and nothing else."""

import pytest

from caseroom.bridge.model import Account, Case
from caseroom.web.tokens import Tokens

DAY = 86_400
REFUSED = (401, "link_refused")
ROUTES = ["usersig", "case", "case/messages", "case/end"]
PUBLIC = "https://chat.sunny-teapots.example"


def number_of_the_field(site_with):
    return site_with().zendesk.add_ticket_field("Chat link")


@pytest.fixture
def site(site_with):
    """A site where tickets have a field for links; it is the first thing made there."""
    field = number_of_the_field(site_with)
    made = site_with(PUBLIC_URL=f"{PUBLIC}/", ZENDESK_LINK_FIELD=str(field))
    assert made.zendesk.add_ticket_field("Chat link") == field
    made.field = field
    return made


def opened(site, name="Rosa", tags=("chat",)):
    """A ticket that was opened inside Zendesk; returns its number."""
    number = site.zendesk.open_ticket("By phone", "She called.", name, f"{name}@x.test".lower(), tags=tags)
    site.rest()
    return number


def link_of(site, ticket):
    return {one["id"]: one["value"] for one in site.zendesk.tickets[ticket].custom_fields}.get(site.field)


def code_of(site, ticket):
    return link_of(site, ticket).removeprefix(f"{PUBLIC}/c/")


def ask(site, route, code, **more):
    return site.send(f"/c/{route}", {"code": code, **more})


def test_the_link_in_the_ticket_leads_to_a_page_without_any_data(site):
    link = link_of(site, opened(site))
    assert link.startswith(f"{PUBLIC}/c/")
    assert len(link) < 255
    answer = site.send(link.removeprefix(PUBLIC), method="GET")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert '<script type="module"' in answer.get_data(as_text=True)
    assert "/ui/page.js" in answer.get_data(as_text=True)
    assert f'<div id="chat" data-code="{link.removeprefix(f"{PUBLIC}/c/")}">' in answer.get_data(as_text=True)
    assert "Rosa" not in answer.get_data(as_text=True)


def test_the_page_is_not_kept_not_indexed_not_framed_and_tells_nobody_its_address(site):
    answer = site.send("/c/whatever", method="GET")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "wss://*.im.qcloud.com" in policy
    assert "zdassets" not in policy


def test_its_holder_is_the_customer_of_the_case_and_talks_in_its_group(site):
    code = code_of(site, opened(site))
    ((group, room),) = site.chat.groups.items()
    ticket = ask(site, "usersig", code).get_json()
    assert ticket["userID"] in room.members
    assert ticket["userID"].startswith("c_")
    assert "visitorToken" not in ticket
    site.chat.login(ticket["userID"], ticket["userSig"])
    site.chat.say(group, ticket["userID"], "Hello?")
    site.rest()
    case = ask(site, "case", code).get_json()
    assert (case["GroupId"], case["state"], case["userID"]) == (group, "open", ticket["userID"])
    told = ask(site, "case/messages", code, limit=1).get_json()
    assert [message["body"][0]["MsgContent"]["Text"] for message in told["messages"]] == ["Hello?"]
    assert told["before"] == "1.2"
    earlier = ask(site, "case/messages", code, before=told["before"]).get_json()
    assert [message["sender"] for message in earlier["messages"]] == ["administrator"]
    assert len(ask(site, "case/messages", code, after="1.1").get_json()["messages"]) == 1


def test_who_ends_his_chat_is_out_and_comes_back_with_his_next_login(site):
    code = code_of(site, opened(site))
    ((group, _),) = site.chat.groups.items()
    site.agent("Ann").has(next(iter(site.zendesk.tickets)))
    me = ask(site, "case", code).get_json()["userID"]
    assert ask(site, "case/end", code).status_code == 200
    assert me not in site.members(group)
    assert ask(site, "usersig", code).status_code == 200
    assert me in site.members(group)


@pytest.fixture
def codes(site):
    """Codes that open nothing."""
    good = code_of(site, opened(site))
    ours, forger = Tokens(site.house.settings.secret_key), Tokens(["another secret"])
    return {
        "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "forged": forger.for_link(ours.link(good)),
        "of no case": ours.for_link("cr_nobody"),
        "a visitor's token": site.visitor()["visitorToken"],
        "an agent's token": site.agent().token,
        "rubbish": "rubbish",
        "empty": "",
        "none": None,
    }


CODES = ["changed", "forged", "of no case", "a visitor's token", "an agent's token", "rubbish", "empty", "none"]


def test_no_wrong_code_opens_any_of_its_doors(site, codes, problem):
    assert set(CODES) == codes.keys()
    for code in codes.values():
        for route in ROUTES:
            with site.unchanged():
                assert problem(ask(site, route, code)) == REFUSED


def test_a_link_is_good_for_the_days_that_the_operator_gives_it(site, problem):
    code = code_of(site, opened(site))
    site.wait(14 * DAY - 60)
    assert [ask(site, route, code).status_code for route in ROUTES[:3]] == [200] * 3
    site.wait(60)
    for route in ROUTES:
        assert problem(ask(site, route, code)) == REFUSED


def test_a_link_is_dead_once_its_case_is_erased(site, problem):
    code = code_of(site, opened(site))
    account = ask(site, "case", code).get_json()["userID"]
    with site.world.store.transaction() as tx:
        site.house.eraser.forget(tx, tx.get(Account, account), site.world.clock.now)
    for route in ROUTES:
        assert problem(ask(site, route, code)) == REFUSED
    site.rest(30)
    for route in ROUTES:
        assert problem(ask(site, route, code)) == REFUSED


def test_a_code_of_a_case_that_came_through_another_door_opens_nothing(site, problem):
    group, _ = site.open("mei")
    token = site.visitor()["visitorToken"]
    site.as_page("/zendesk/createticket", {"visitorToken": token, "caseInfo": site.info})
    keys = [case.key for case in site.find(Case)]
    assert len(keys) == 2
    for key in keys:
        code = Tokens(site.house.settings.secret_key).for_link(key)
        for route in ROUTES:
            assert problem(ask(site, route, code)) == REFUSED
    assert group in site.chat.groups


def test_a_link_opens_its_own_case_and_no_other_of_the_same_customer(site):
    first, second = (code_of(site, opened(site)) for _ in range(2))
    one, two = (ask(site, "case", code).get_json() for code in (first, second))
    assert one["userID"] == two["userID"]
    assert one["GroupId"] != two["GroupId"]
    assert ask(site, "case/messages", first).get_json()["messages"][0]["GroupId"] == one["GroupId"]


def test_a_blocked_customer_gets_no_login_by_his_link_but_may_read(site, problem):
    ticket = opened(site)
    code = code_of(site, ticket)
    ann = site.agent("Ann").has(ticket)
    assert ann.do(ticket, "block").status_code == 200
    assert problem(ask(site, "usersig", code)) == (403, "blocked")
    assert ask(site, "case/messages", code).status_code == 200
    site.wait(DAY + 1)
    assert ask(site, "usersig", code).status_code == 200


def test_holders_of_links_are_counted(site_with, problem):
    field = number_of_the_field(site_with)
    site = site_with(PUBLIC_URL=PUBLIC, ZENDESK_LINK_FIELD=str(field), REQUESTS_PER_MINUTE="20")
    site.field = site.zendesk.add_ticket_field("Chat link")
    code = code_of(site, opened(site))
    answers = [ask(site, "case", code) for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [200] * 20
    assert problem(answers[20]) == (429, "too_many_requests")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null"])
def test_what_is_no_json_is_no_code(site, problem, body):
    assert problem(site.send("/c/case", body)) == (400, "not_json")


@pytest.mark.parametrize("origin", ["null", "https://www.sunny-teapots.example", "https://any.example"])
def test_no_other_page_may_read_what_a_link_opens(site, origin):
    code = code_of(site, opened(site))
    for route in ROUTES:
        answer = site.send(f"/c/{route}", {"code": code}, {"Origin": origin})
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_both_secret_keys_are_accepted_while_they_are_exchanged(site):
    ours = site.house.settings.secret_key
    code = code_of(site, opened(site))
    assert Tokens(["new", *ours]).link(code) == Tokens(ours).link(code)

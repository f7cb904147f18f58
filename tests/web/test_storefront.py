"""A shop's storefront and its compliance webhooks, through the real web application and its worker.

Tencent Chat and Zendesk are stand-ins over HTTP. Time goes on as it does, and may be shifted.
"""

import json
import sqlite3
from contextlib import closing
from urllib.parse import urlencode

import pytest
import time_machine

import app as hall
from caseroom.settings import load
from caseroom.web import front
from caseroom.worker import Worker
from sandbox.mailbox import Mailbox, Outgoing
from sandbox.shopify import Shop
from sandbox.stand_in import Server
from sandbox.tencent_chat import TencentChat, TencentError
from sandbox.zendesk import Zendesk

QUIET, LOUD = "quiet.myshopify.com", "loud.myshopify.com"
NEW, OLD = "hush-new", "hush-old"
ORIGIN = "https://shop.example"
ANN = 8_765_432_101
BOB = 8_765_432_102
ABOUT = {"subject": "My lamp flickers", "desc": "It does so at night.", "name": "Ann Smith", "email": "Ann@x.test"}
ROUTES = ("usersig", "createticket", "case", "case/messages", "case/end", "case/forget")
LOOK_AGAIN = 3.0
REINSTALLED = 301.0


class Town:
    """The service between its stand-ins; nothing happens but when `settle` is called."""

    def __init__(self, file, now, **changes):
        self.file, self.now = file, now
        self.mailbox = Mailbox(send=self.status)
        self.chat = TencentChat(
            sdk_app_id=1_400_000_000, secret_key="k" * 64, callback_token="token", mailbox=self.mailbox
        )
        self.zendesk = Zendesk(client_id="id", client_secret="s", webhook_secret="w", mailbox=self.mailbox)
        self.servers = [Server(self.chat), Server(self.zendesk)]
        self.shops = {name: Shop(name, NEW) for name in (QUIET, LOUD)}
        self.changes = changes
        self.start()

    def start(self):
        """Start the service, or start it anew on what it kept."""
        values = {
            "CONNECTORS": "shopify,zendesk",
            "SECRET_KEY": "s" * 32,
            "ALLOWED_ORIGINS": ORIGIN,
            "DATABASE_URL": f"sqlite:///{self.file}",
            "TENCENT_SDK_APP_ID": "1400000000",
            "TENCENT_SECRET_KEY": "k" * 64,
            "TENCENT_API_URL": self.servers[0].url,
            "TENCENT_CALLBACK_TOKEN": "token",
            "ZENDESK_URL": self.servers[1].url,
            "ZENDESK_CLIENT_ID": "id",
            "ZENDESK_CLIENT_SECRET": "s",
            "ZENDESK_WEBHOOK_SECRETS": "w",
            "SHOPIFY_API_SECRETS": f"{NEW},{OLD}",
            "SHOPIFY_SHOPS": f"{QUIET},{LOUD}",
            "SHOPIFY_AGENTS": "ann",
            **self.changes,
        }
        self.house = hall.build(load(values, hall.installed()))
        self.app = front.make(self.house)
        self.browser = self.app.test_client()
        self.worker = Worker(self.house, 2)

    def close(self):
        self.house.close()
        for server in self.servers:
            server.close()

    def send(self, outgoing):
        """Something that reaches the service; returns the answer."""
        return self.browser.post(outgoing.path, data=outgoing.body, headers=outgoing.headers)

    def status(self, outgoing):
        return self.send(outgoing).status_code

    def ask(self, route, body=None, customer=None, *, shop=QUIET, token=None):
        """What the storefront of a shop asks for."""
        body = {**(body or {}), **({"visitorToken": token} if token else {})}
        return self.send(self.shops[shop].proxied(route, body, customer))

    def visitor(self, shop=QUIET):
        """The token of somebody new."""
        return self.ask("usersig", shop=shop).get_json()["visitorToken"]

    def open(self, customer=None, *, shop=QUIET, token=None, **changes):
        """A case; returns the answer's body."""
        about = {**ABOUT, **changes.pop("about", {})}
        answer = self.ask("createticket", {"caseInfo": about, **changes}, customer, shop=shop, token=token)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def settle(self):
        """Let callbacks arrive and the worker work until there is nothing left to do."""
        for _ in range(1_000):
            moved = self.mailbox.deliver(self.house.clock()) + self.worker.step()
            due = self.worker.next_due()
            if not moved and (due is None or due > self.house.clock()):
                return
        raise AssertionError("there is no end to it")

    def later(self, seconds):
        """Some time goes by."""
        self.now.shift(seconds)
        self.settle()

    def members(self, group_id):
        return set(self.chat.group(group_id).members)

    def speak(self, group_id, ticket, text):
        """Somebody logs in with his UserSig and says something."""
        self.chat.login(ticket["userID"], ticket["userSig"])
        self.chat.say(group_id, ticket["userID"], text)
        self.settle()

    def rows(self, table):
        with closing(sqlite3.connect(self.file)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 -- ours

    def everything(self):
        """Every value of every column of every table, as text."""
        with closing(sqlite3.connect(self.file)) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: json.dumps(self.rows(name), default=str, ensure_ascii=False) for name in names}

    def where(self, text):
        """The tables in which a text stands, in whatever case."""
        return {name for name, values in self.everything().items() if text.lower() in values.lower()}

    def left_of(self, texts):
        """Those of these texts that stand anywhere, with where."""
        return {text: found for text in texts if (found := self.where(text))}


@pytest.fixture
def now():
    # The first second of a minute: limits count by the minute.
    with time_machine.travel("2027-01-15T08:00:01+00:00", tick=True) as traveller:
        yield traveller


@pytest.fixture
def build(tmp_path, now):
    built = []

    def make(**changes):
        built.append(Town(tmp_path / f"{len(built)}.db", now, **changes))
        return built[-1]

    yield make
    for town in built:
        town.close()


@pytest.fixture
def town(build):
    return build()


def problem(answer):
    """Status and code of a refusal."""
    error = answer.get_json()["error"]
    assert set(error) >= {"code", "message", "requestId"}
    return answer.status_code, error["code"]


# The routes


def test_these_are_all_the_routes_behind_the_proxy(town):
    rules = {rule.rule for rule in town.app.url_map.iter_rules() if rule.rule.startswith("/shopify/proxy")}
    assert rules == {f"/shopify/proxy/{route}" for route in ROUTES}


def test_looking_at_one_shows_that_the_proxy_works(town):
    for route in ROUTES:
        assert problem(town.browser.get(f"/shopify/proxy/{route}")) == (405, "method_not_allowed")


@pytest.mark.parametrize("customer", [ANN, None], ids=["customer", "visitor"])
def test_a_shopper_walks_through_all_of_them(town, customer):
    ticket = town.ask("usersig", {}, customer).get_json()
    token = ticket.get("visitorToken")
    assert ticket["userID"].startswith("s_" if customer else "v_")
    assert (token is None) == (customer is not None)
    assert ticket["sdkAppID"] == 1_400_000_000
    assert town.chat.calls == []
    assert town.ask("usersig", {}, customer, token=token).get_json()["userID"] == ticket["userID"]
    assert problem(town.ask("case", {}, customer, token=token)) == (404, "no_case")

    case = town.open(customer, token=token)
    assert (case["userID"], case["ActionStatus"]) == (ticket["userID"], "OK")
    assert town.members(case["GroupId"]) == {ticket["userID"], "shopify_ann"}
    assert town.chat.group(case["GroupId"]).name == ABOUT["subject"]
    town.settle()
    town.speak(case["GroupId"], ticket, "Is anybody there?")

    known = town.ask("case", {}, customer, token=token).get_json()
    assert (known["GroupId"], known["caseId"], known["state"]) == (case["GroupId"], case["caseId"], "open")
    said = town.ask("case/messages", {"limit": 10}, customer, token=token).get_json()["messages"]
    assert [message["sender"] for message in said] == ["administrator", ticket["userID"]]
    assert said[1]["body"][0]["MsgContent"]["Text"] == "Is anybody there?"

    assert town.ask("case/end", {}, customer, token=token).get_json()["GroupId"] == case["GroupId"]
    assert town.members(case["GroupId"]) == {"shopify_ann"}
    assert town.open(customer, token=token)["GroupId"] == case["GroupId"]
    assert town.members(case["GroupId"]) == {ticket["userID"], "shopify_ann"}

    assert town.ask("case/forget", {}, customer, token=token).get_json() == {"status": "forgotten"}
    town.later(LOOK_AGAIN)
    assert case["GroupId"] in town.chat.destroyed
    assert ticket["userID"] in town.chat.people.deleted
    assert town.left_of([*ABOUT.values(), "Is anybody there?"]) == {}


def test_after_being_forgotten_a_customer_is_a_new_one_and_a_visitors_token_has_ended(town):
    token, first = town.visitor(), town.ask("usersig", {}, ANN).get_json()["userID"]
    for customer, held in ((ANN, None), (None, token)):
        assert town.ask("case/forget", {}, customer, token=held).status_code == 200
    for route in ROUTES:
        body = {"caseInfo": ABOUT} if route == "createticket" else {}
        assert problem(town.ask(route, body, token=token)) == (401, "token_refused")
    assert town.ask("usersig", {}, ANN).get_json()["userID"] not in {first, None}


@pytest.mark.parametrize("route", ROUTES[1:])
def test_a_visitor_without_a_token_is_nobody(town, route):
    body = {"caseInfo": ABOUT} if route == "createticket" else {}
    assert problem(town.ask(route, body)) == (422, "invalid_field")


def test_a_shopper_cannot_name_himself(town):
    ann = town.ask("usersig", {}, ANN).get_json()["userID"]
    for claim in ({"userID": ann}, {"userId": ann}, {"userID": "administrator"}, {"userID": "shopify_ann"}):
        assert town.ask("usersig", claim, BOB).get_json()["userID"] not in {ann, *claim.values()}
        assert town.ask("usersig", claim).get_json()["userID"] not in {ann, *claim.values()}
    case = town.open(BOB, userId=ann)
    assert case["userID"] == town.ask("usersig", {}, BOB).get_json()["userID"]


def test_the_same_customer_of_two_shops_is_two_people(town):
    accounts = {town.ask("usersig", {}, ANN, shop=shop).get_json()["userID"] for shop in (QUIET, LOUD)}
    assert len(accounts) == 2
    town.open(ANN)
    assert problem(town.ask("case", {}, ANN, shop=LOUD)) == (404, "no_case")


def test_a_double_click_opens_one_case(town):
    assert len({town.open(ANN, requestId=key)["GroupId"] for key in ("a", "a", "b")}) == 1
    assert len(town.rows("cases")) == 1
    assert town.open(ANN, new=True, requestId="c")["GroupId"] != town.open(ANN, requestId="a")["GroupId"]


def test_a_storefront_sets_no_fields_of_the_helpdesk(build):
    town = build(SHOPIFY_HELPDESK="zendesk")
    body = {"caseInfo": {**ABOUT, "fields": {"priority": "urgent"}}}
    assert problem(town.ask("createticket", body, ANN)) == (422, "invalid_field")
    assert town.rows("cases") == []


# Who is believed


def test_a_token_of_one_shop_is_refused_in_another(town):
    token = town.visitor(QUIET)
    assert problem(town.ask("usersig", shop=LOUD, token=token)) == (401, "token_refused")
    assert problem(town.ask("case", shop=LOUD, token=token)) == (401, "token_refused")
    assert town.ask("usersig", shop=QUIET, token=token).status_code == 200


def test_a_token_of_a_web_site_is_refused_in_a_shop_and_the_other_way_round(town):
    site = {"Origin": ORIGIN}
    of_site = town.browser.post("/usersig", json={}, headers=site).get_json()["visitorToken"]
    assert problem(town.ask("usersig", token=of_site)) == (401, "token_refused")
    answer = town.browser.post("/usersig", json={"visitorToken": town.visitor()}, headers=site)
    assert problem(answer) == (401, "token_refused")


@pytest.mark.parametrize("token", ["of the visitor", "rubbish"])
def test_who_is_signed_in_is_who_asks_whatever_token_comes_along(town, token):
    if token != "rubbish":
        token = town.visitor()
        town.open(token=token, about={"subject": "A visitor's"})
    ann = town.ask("usersig", {}, ANN).get_json()["userID"]
    answer = town.ask("usersig", {}, ANN, token=token).get_json()
    assert (answer["userID"], answer.get("visitorToken")) == (ann, None)
    assert problem(town.ask("case", {}, ANN, token=token)) == (404, "no_case")
    assert town.open(ANN, token=token)["userID"] == ann


def test_a_visitors_token_is_renewed_with_every_answer(town, now):
    token = town.visitor()
    now.shift(29 * 86_400)
    renewed = town.ask("usersig", token=token).get_json()["visitorToken"]
    now.shift(2 * 86_400)
    assert problem(town.ask("usersig", token=token)) == (401, "token_refused")
    assert town.ask("usersig", token=renewed).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_only_json_is_read(town, kind):
    headers = {"Content-Type": kind} if kind else {}
    before = town.everything()
    for route in ROUTES:
        outgoing = town.shops[QUIET].proxied(route, {"caseInfo": ABOUT}, ANN)
        assert problem(town.send(Outgoing(outgoing.path, outgoing.body, headers))) == (415, "unsupported_media_type")
    assert town.everything() == before


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.api+json"])
def test_json_may_be_called_so_in_more_than_one_way(town, kind):
    outgoing = town.shops[QUIET].proxied("usersig", {}, ANN)
    assert town.send(Outgoing(outgoing.path, outgoing.body, {"Content-Type": kind})).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_called_json_has_to_be_an_object(town, body):
    outgoing = town.shops[QUIET].proxied("usersig", {}, ANN)
    assert problem(town.send(Outgoing(outgoing.path, body, outgoing.headers))) == (400, "not_json")


@pytest.mark.parametrize("route", ROUTES)
def test_no_page_of_another_origin_may_read_an_answer(town, route):
    outgoing = town.shops[QUIET].proxied(route, {}, ANN)
    good = town.browser.post(outgoing.path, data=outgoing.body, headers={**outgoing.headers, "Origin": ORIGIN})
    bad = town.browser.post(f"/shopify/proxy/{route}", json={}, headers={"Origin": ORIGIN})
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    before = town.browser.options(outgoing.path, headers=asking)
    for answer in (good, bad, before):
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    assert bad.status_code == 401
    assert good.headers["Cache-Control"] == "no-store"


def test_an_intake_key_opens_no_door_of_the_proxy(build):
    town = build(INTAKE_KEYS="key")
    answer = town.browser.post("/shopify/proxy/usersig", json={"userID": "x"}, headers={"Authorization": "Bearer key"})
    assert problem(answer) == (401, "not_proven")


def tampered(town, **changes):
    """A proxied request whose query was changed after it was signed."""
    shop = town.shops[QUIET]
    query = [(name, changes.get(name, value)) for name, value in shop.signed_query([], ANN)]
    path = f"/shopify/proxy/createticket?{urlencode(query)}"
    return Outgoing(path, json.dumps({"caseInfo": ABOUT}).encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    "changes",
    [
        {"logged_in_customer_id": str(BOB)},
        {"logged_in_customer_id": ""},
        {"shop": LOUD},
        {"path_prefix": "/apps/other"},
        {"timestamp": "1800000000"},
        {"signature": "0" * 64},
        {"signature": ""},
    ],
)
def test_a_query_that_was_tampered_with_leaves_nothing_behind(town, changes):
    before = town.everything()
    assert problem(town.send(tampered(town, **changes))) == (401, "not_proven")
    assert town.everything() == before
    assert town.chat.calls == []


@pytest.mark.parametrize(("seconds", "code"), [(-91, "stale"), (91, "stale"), (-88, None), (88, None)])
def test_a_query_is_good_for_ninety_seconds_and_a_stale_one_leaves_nothing_behind(town, now, seconds, code):
    outgoing = town.shops[QUIET].proxied("createticket", {"caseInfo": ABOUT}, ANN)
    before = town.everything()
    now.shift(seconds)
    answer = town.send(outgoing)
    if code is None:
        assert answer.status_code == 200
    else:
        assert problem(answer) == (401, code)
        assert town.everything() == before


@pytest.mark.parametrize("name", ["shop", "timestamp", "signature", "logged_in_customer_id"])
def test_what_a_visitor_appends_to_the_address_decides_nothing(town, name):
    forged = {"shop": LOUD, "logged_in_customer_id": str(ANN)}.get(name, "1")
    query = town.shops[QUIET].signed_query([(name, forged)], None)
    headers = {"Content-Type": "application/json"}
    answer = town.send(Outgoing(f"/shopify/proxy/usersig?{urlencode(query)}", b"{}", headers))
    assert problem(answer) == (401, "not_proven")


def test_a_query_that_no_browser_sends_is_refused_like_any_other(town):
    for query in ("%ff=%ff", "a=%", "a;b=1", "=", "&&&", "shop=%00", "%ED%A0%80=1"):
        answer = town.browser.post(f"/shopify/proxy/usersig?{query}", json={})
        assert problem(answer) == (401, "not_proven")
    for raw in ("\xff=1", "a=\xe9"):
        environ = {"QUERY_STRING": raw, "REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json"}
        answer = town.browser.open("/shopify/proxy/usersig", environ_overrides=environ)
        assert problem(answer) == (400, "bad_request")


def test_a_shop_that_is_not_listed_is_not_served(town):
    town.shops["third.myshopify.com"] = third = Shop("third.myshopify.com", NEW)
    before = town.everything()
    assert problem(town.ask("usersig", {}, ANN, shop=third.domain)) == (401, "unknown_shop")
    for outgoing in (third.uninstall(), third.redact_shop(), third.redact_customer(ANN, "")):
        assert problem(town.send(outgoing)) == (401, "unknown_shop")
    assert town.everything() == before


def test_both_secrets_are_good_while_they_are_exchanged(town):
    for secret in (NEW, OLD):
        town.shops[QUIET].api_secret = secret
        assert town.ask("usersig", {}, ANN).status_code == 200
        assert town.status(town.shops[QUIET].request_data(ANN, "")) == 200
    town.shops[QUIET].api_secret = "another"
    assert problem(town.ask("usersig", {}, ANN)) == (401, "not_proven")
    assert problem(town.send(town.shops[QUIET].request_data(ANN, ""))) == (401, "not_proven")


def test_a_customer_who_asks_too_much_is_told_when_to_come_back_and_nobody_else_is(build):
    town = build(REQUESTS_PER_MINUTE="20")
    assert [town.ask("usersig", {}, ANN).status_code for _ in range(20)] == [200] * 20
    refused = town.ask("usersig", {}, ANN)
    assert problem(refused) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert town.ask("usersig", {}, BOB).status_code == 200
    assert town.ask("usersig", {}, ANN, shop=LOUD).status_code == 200
    town.later(61)
    assert town.ask("usersig", {}, ANN).status_code == 200


@pytest.mark.parametrize("route", ["usersig", "case"])
def test_a_visitor_who_asks_too_much_is_told_when_to_come_back_and_nobody_else_is(build, route):
    town = build(REQUESTS_PER_MINUTE="20")
    token = town.visitor()
    answers = [town.ask(route, token=token) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == ({200} if route == "usersig" else {404})
    assert problem(answers[20]) == (429, "too_many_requests")
    assert int(answers[20].headers["Retry-After"]) >= 1
    assert town.ask("usersig", token=town.visitor()).status_code == 200


def from_address(town, number, shop):
    """A customer of his own, seen from an address."""
    return town.send(town.shops[shop].proxied("usersig", {}, 7_000 + number, f"198.51.100.{number}")).status_code


def test_a_shop_is_limited_from_all_addresses_together_and_another_shop_is_not(build):
    town = build(REQUESTS_PER_MINUTE_AND_ORIGIN="20", TRUSTED_PROXIES="127.0.0.0/8")
    assert [from_address(town, number, QUIET) for number in range(21)] == [200] * 20 + [429]
    assert from_address(town, 99, LOUD) == 200


def test_an_address_is_limited_in_all_shops_together_and_another_address_is_not(build):
    town = build(REQUESTS_PER_MINUTE_AND_ORIGIN="20", TRUSTED_PROXIES="127.0.0.0/8")
    proxied = [town.shops[(QUIET, LOUD)[n % 2]].proxied("usersig", {}, 7_000 + n, "198.51.100.1") for n in range(21)]
    assert [town.status(outgoing) for outgoing in proxied] == [200] * 20 + [429]
    assert from_address(town, 99, LOUD) == 200


def test_there_is_a_ceiling_for_a_shop_and_one_for_new_visitors(build):
    town = build(REQUESTS_PER_MINUTE_AND_ORIGIN="20")
    statuses = [town.ask("usersig", {}, 7_000 + number).status_code for number in range(21)]
    assert statuses == [200] * 20 + [429]
    town = build(VISITORS_PER_MINUTE="3")
    assert [town.ask("usersig").status_code for _ in range(4)] == [200] * 3 + [429]
    assert town.ask("usersig", {}, ANN).status_code == 200


# Who answers


def test_a_case_is_handed_to_the_helpdesk_and_assigned_there(build):
    town = build(SHOPIFY_HELPDESK="zendesk", SHOPIFY_AGENTS="")
    case = town.open(ANN, wait="case")
    ticket = town.zendesk.tickets[int(case["caseId"])]
    (kept,) = town.rows("cases")
    assert ticket.external_id == kept["key"]
    assert (ticket.subject, ticket.assignee_id) == (ABOUT["subject"], None)
    assert "caseroom_unverified_email" in ticket.tags
    assert town.members(case["GroupId"]) == {case["userID"]}

    agent = town.zendesk.add_agent("Rosa")
    town.zendesk.assign(ticket.id, agent)
    town.settle()
    assert town.members(case["GroupId"]) == {case["userID"], f"zendesk_{agent}"}
    assert town.chat.accounts[f"zendesk_{agent}"].nick == "Rosa"
    assert len(town.zendesk.tickets) == 1

    town.zendesk.solve(ticket.id)
    town.settle()
    assert town.ask("case", {}, ANN).get_json()["state"] == "solved"
    town.zendesk.close(ticket.id)
    town.settle()
    assert town.ask("case", {}, ANN).get_json()["state"] == "closed"
    assert case["GroupId"] in town.chat.destroyed


def test_a_customer_is_served_while_the_helpdesk_is_down_and_the_ticket_follows(build):
    town = build(SHOPIFY_HELPDESK="zendesk")
    town.zendesk.down = True
    case = town.open(ANN)
    assert case["caseId"] is None
    assert town.members(case["GroupId"]) == {case["userID"]}
    town.zendesk.down = False
    for _ in range(10):
        town.later(10)
    (ticket,) = town.zendesk.tickets.values()
    assert town.ask("case", {}, ANN).get_json()["caseId"] == str(ticket.id)


def test_with_a_helpdesk_nobody_answers_in_turn(build):
    town = build(SHOPIFY_HELPDESK="zendesk", SHOPIFY_AGENTS="ann,bob")
    case = town.open(ANN, about={"preferredAgent": "shopify_bob"})
    town.settle()
    assert town.members(case["GroupId"]) == {case["userID"]}


def agents_of(town, case):
    return town.members(case["GroupId"]) - {case["userID"]}


def test_where_there_is_no_helpdesk_agents_answer_in_turn_and_the_turn_is_kept(build):
    town = build(SHOPIFY_AGENTS="ann,zendesk_12,bob")
    first = [agents_of(town, town.open(7_000 + number)) for number in range(2)]
    town.house.close()
    town.start()
    rest = [agents_of(town, town.open(7_002 + number)) for number in range(2)]
    assert [*first, *rest] == [{"shopify_ann"}, {"zendesk_12"}, {"shopify_bob"}, {"shopify_ann"}]


def test_an_agent_whom_the_customer_prefers_takes_nobodys_turn(build):
    town = build(SHOPIFY_AGENTS="ann,bob")
    wishes = [None, "shopify_ann", "shopify_bob", None, None]
    cases = [
        town.open(7_000 + number, about={"preferredAgent": wish} if wish else {}) for number, wish in enumerate(wishes)
    ]
    found = [agents_of(town, case) for case in cases]
    assert found == [{"shopify_ann"}, {"shopify_ann"}, {"shopify_bob"}, {"shopify_bob"}, {"shopify_ann"}]


@pytest.mark.parametrize("wish", ["administrator", "shopify_eve", "zendesk_12", "@TLS#NOT_FOUND", "v_x"])
def test_a_wish_for_somebody_who_does_not_answer_here_is_not_heard(town, wish):
    assert agents_of(town, town.open(ANN, about={"preferredAgent": wish})) == {"shopify_ann"}


def test_a_case_of_no_helpdesk_goes_by_a_name_of_ours(town):
    case = town.open(ANN, wait="case")
    (kept,) = town.rows("cases")
    assert case["caseId"] == kept["key"] == kept["ref"]
    assert town.ask("case", {}, ANN).get_json()["caseId"] == kept["key"]
    town.settle()
    assert town.zendesk.tickets == {}


def test_a_helpdesk_that_is_not_enabled_stops_the_start(build):
    with pytest.raises(Exception, match="SHOPIFY_HELPDESK: salesforce is not in CONNECTORS"):
        build(SHOPIFY_HELPDESK="salesforce")


def test_agents_of_no_helpdesk_may_be_moved_by_callbacks_where_there_is_a_key_for_them(build):
    town = build(SHOPIFY_CALLBACK_KEYS="key")
    case = town.open(ANN)

    def call(name, who, key="key"):
        body = {"groupId": case["caseId"], "userId": who}
        return town.browser.post(f"/shopify/{name}", json=body, headers={"Authorization": f"Bearer {key}"})

    assert call("joingroup", "bob").get_json()["GroupId"] == case["GroupId"]
    assert call("leavegroup", "ann").status_code == 200
    assert agents_of(town, case) == {"shopify_bob"}
    assert problem(call("joingroup", "eve", "another")) == (401, "not_proven")
    town.house.close()
    town.changes = {}
    town.start()
    assert problem(call("joingroup", "eve")) == (401, "not_proven")


# What Shopify asks for


def conversation(town, customer=None, token=None, *, shop=QUIET, text="Please call me back."):
    """A case in which something was said; returns account and group."""
    ticket = town.ask("usersig", {}, customer, shop=shop, token=token).get_json()
    case = town.open(customer, token=token, shop=shop, about={"page": "https://quiet.example/lamps?for=ann"})
    town.settle()
    town.speak(case["GroupId"], ticket, text)
    town.chat.say(case["GroupId"], next(iter(agents_of(town, case)), ticket["userID"]), "We will, dear Ann Smith.")
    town.settle()
    return ticket["userID"], case["GroupId"]


PERSONAL = (*ABOUT.values(), "Please call me back.", "dear Ann", "lamps?for=ann", str(ANN))


@pytest.mark.parametrize("helpdesk", ["", "zendesk"])
def test_after_a_customer_is_redacted_nothing_of_him_is_left_anywhere(build, helpdesk):
    town = build(SHOPIFY_HELPDESK=helpdesk)
    account, group = conversation(town, ANN)
    town.ask("case/messages", {}, ANN)
    town.status(town.shops[QUIET].request_data(ANN, ABOUT["email"]))
    assert [text for text in PERSONAL if not town.where(text)] == []

    assert town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"])) == 200
    assert town.left_of(PERSONAL) == {}

    town.later(LOOK_AGAIN)
    assert group in town.chat.destroyed
    assert account in town.chat.people.deleted
    assert [message for message in town.chat.destroyed[group].messages if message.sender == account] != []
    assert all(message.recalled for message in town.chat.destroyed[group].messages if message.sender == account)
    town.later(1_000)
    assert town.left_of(PERSONAL) == {}
    with pytest.raises(TencentError):
        town.chat.people.require([account])


def test_a_customer_who_was_redacted_may_come_back_as_somebody_else(town):
    account, group = conversation(town, ANN)
    webhook = town.shops[QUIET].redact_customer(ANN, ABOUT["email"])
    town.status(webhook)
    town.later(LOOK_AGAIN)
    assert problem(town.ask("case", {}, ANN)) == (404, "no_case")
    again, other = conversation(town, ANN)
    assert again != account
    assert other != group
    assert town.status(webhook) == 200
    town.later(LOOK_AGAIN)
    assert town.ask("case", {}, ANN).get_json()["GroupId"] == other


def test_visitors_who_gave_the_customers_address_are_redacted_too_and_nobody_else(town):
    visitor, stranger = town.visitor(), town.visitor()
    elsewhere = town.visitor(LOUD)
    account, group = conversation(town, token=visitor)
    _, others = conversation(town, shop=LOUD, token=elsewhere)
    bobs = town.open(BOB, about={"email": "bob@x.test"})["GroupId"]
    town.ask("usersig", token=stranger)
    town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"].upper()))
    town.later(LOOK_AGAIN)
    assert group in town.chat.destroyed
    assert account in town.chat.people.deleted
    assert {others, bobs} <= set(town.chat.groups)
    assert problem(town.ask("case", token=visitor)) == (401, "token_refused")
    assert town.ask("usersig", token=stranger).status_code == 200


def test_a_customer_whom_nobody_here_knows_is_redacted_without_a_word(town):
    assert town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"])) == 200
    assert town.rows("parked") == []
    assert town.where(str(ANN)) == set()


def test_a_redaction_that_the_chat_cloud_does_not_take_at_once_is_done_when_it_is_back(town):
    account, group = conversation(town, ANN)
    town.chat.down = True
    assert town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"])) == 200
    assert town.left_of(PERSONAL) == {}
    town.later(LOOK_AGAIN)
    assert group in town.chat.groups
    town.chat.down = False
    for _ in range(10):
        town.later(10)
    assert group in town.chat.destroyed
    assert account in town.chat.people.deleted


def test_what_is_said_while_a_customer_is_being_redacted_is_not_kept(town):
    _, group = conversation(town, ANN)
    town.chat.say(group, "shopify_ann", "Ann Smith, are you there?")
    town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"]))
    town.later(LOOK_AGAIN)
    assert town.where("Ann Smith") == set()


def interrupt(town, monkeypatch, verb, happens):
    """Let something happen while the answer of a call to the chat cloud is on its way."""
    gateway = type(town.house.settler.ports.chat)
    call, calls = getattr(gateway, verb), []

    def interrupted(*arguments):
        result = call(*arguments)
        if not calls:
            calls.append(arguments)
            happens()
        return result

    monkeypatch.setattr(gateway, verb, interrupted)
    return calls


def test_a_history_that_is_being_read_while_a_customer_is_redacted_is_not_kept(town, monkeypatch):
    account, group = conversation(town, ANN)
    redaction = town.shops[QUIET].redact_customer(ANN, ABOUT["email"])
    calls = interrupt(town, monkeypatch, "read_history", lambda: town.status(redaction))
    town.chat.say(group, account, "Ann Smith again.")
    town.mailbox.waiting.clear()
    town.chat.say(group, account, "Hello?")
    town.settle()
    town.later(LOOK_AGAIN + 1)
    assert calls != []
    assert group in town.chat.destroyed
    assert town.left_of([*PERSONAL, "Ann Smith", "Hello?"]) == {}


def test_an_account_that_is_being_imported_while_a_customer_is_redacted_is_deleted_after_it(town, monkeypatch):
    redaction = town.shops[QUIET].redact_customer(ANN, ABOUT["email"])
    gateway = type(town.house.settler.ports.chat)
    call = gateway.import_account

    def late(chat, account, name):
        if account.startswith("s_"):
            town.status(redaction)
            town.settle()
        call(chat, account, name)

    monkeypatch.setattr(gateway, "import_account", late)
    account = town.ask("usersig", {}, ANN).get_json()["userID"]
    town.ask("createticket", {"caseInfo": ABOUT}, ANN)
    monkeypatch.undo()
    for _ in range(3):
        town.later(LOOK_AGAIN)
    assert account in town.chat.people.deleted
    assert account not in town.chat.accounts
    assert town.left_of(PERSONAL) == {}


def test_a_wish_for_an_export_waits_for_a_person_with_the_accounts_that_it_is_about(town):
    account, _ = conversation(town, ANN)
    visitor, _ = conversation(town, token=town.visitor())
    assert town.status(town.shops[QUIET].request_data(ANN, ABOUT["email"])) == 200
    assert town.status(town.shops[QUIET].request_data(ANN, ABOUT["email"])) == 200
    (wish,) = town.rows("parked")
    assert (wish["action"], wish["reason"]) == ("export_person", "asked")
    detail = json.loads(wish["detail"])
    assert (detail["shop"], detail["customer"]) == (QUIET, str(ANN))
    assert set(detail["accounts"]) == {account, visitor}
    assert "x.test" not in str(wish).lower()
    town.status(town.shops[QUIET].redact_customer(ANN, ABOUT["email"]))
    assert town.rows("parked") == []


def test_when_a_shop_is_redacted_everything_of_its_shoppers_goes_and_nothing_of_anothers(town):
    people = [conversation(town, ANN), conversation(town, token=town.visitor())]
    other = town.open(BOB, shop=LOUD, about={"name": "Bob"})["GroupId"]
    town.status(town.shops[QUIET].request_data(ANN, ""))
    town.status(town.shops[LOUD].request_data(BOB, ""))
    town.status(town.shops[QUIET].uninstall())
    town.later(48 * 3_600)
    assert town.status(town.shops[QUIET].redact_shop()) == 200
    town.later(LOOK_AGAIN)
    for account, group in people:
        assert account in town.chat.people.deleted
        assert group in town.chat.destroyed
    gone = ("flickers at night", "Please call me back.", "dear Ann", "lamps?for=ann", str(ANN))
    assert town.left_of(gone) == {}
    assert other in town.chat.groups
    assert town.ask("case", {}, BOB, shop=LOUD).get_json()["GroupId"] == other
    assert [json.loads(wish["detail"])["shop"] for wish in town.rows("parked")] == [LOUD]


def test_a_shop_that_took_the_app_away_is_not_served_and_another_one_is(town):
    token = town.visitor()
    assert town.status(town.shops[QUIET].uninstall()) == 200
    for customer, held in ((ANN, None), (None, token), (None, None)):
        assert problem(town.ask("usersig", {}, customer, token=held)) == (403, "shop_uninstalled")
    town.later(REINSTALLED - 10)
    assert problem(town.ask("usersig", {}, ANN)) == (403, "shop_uninstalled")
    assert town.ask("usersig", {}, ANN, shop=LOUD).status_code == 200


def test_a_shop_that_comes_back_is_served_again_but_tokens_from_before_stay_refused(town):
    ann = town.ask("usersig", {}, ANN).get_json()["userID"]
    token = town.visitor()
    town.status(town.shops[QUIET].uninstall())
    town.later(REINSTALLED)
    assert problem(town.ask("usersig", token=token)) == (401, "token_refused")
    assert town.ask("usersig", {}, ANN).get_json()["userID"] == ann
    fresh = town.visitor()
    assert town.ask("usersig", token=fresh).status_code == 200
    for route in ROUTES:
        body = {"caseInfo": ABOUT} if route == "createticket" else {}
        assert problem(town.ask(route, body, token=token)) == (401, "token_refused")
    assert town.open(token=fresh)["ActionStatus"] == "OK"
    assert town.status(town.shops[QUIET].uninstall()) == 200
    assert problem(town.ask("usersig", token=fresh)) == (403, "shop_uninstalled")


def test_an_old_uninstallation_that_is_delivered_again_changes_nothing(town):
    webhook = town.shops[QUIET].uninstall()
    town.status(webhook)
    town.later(REINSTALLED)
    token = town.visitor()
    assert town.status(webhook) == 200
    assert town.ask("usersig", token=token).status_code == 200


def test_conversations_go_on_while_a_shop_is_away(town):
    account, group = conversation(town, ANN)
    town.status(town.shops[QUIET].uninstall())
    town.later(LOOK_AGAIN)
    assert account in town.members(group)


@pytest.mark.parametrize("make", ["uninstall", "redact_shop", "redact", "export"])
def test_a_webhook_with_a_wrong_signature_is_refused_and_leaves_nothing_behind(town, make):
    conversation(town, ANN)
    shop = town.shops[QUIET]
    outgoing = {
        "uninstall": shop.uninstall,
        "redact_shop": shop.redact_shop,
        "redact": lambda: shop.redact_customer(ANN, ""),
        "export": lambda: shop.request_data(ANN, ""),
    }[make]()
    before = town.everything()
    for headers in (
        {**outgoing.headers, "X-Shopify-Hmac-Sha256": "AAAA"},
        {name: value for name, value in outgoing.headers.items() if name != "X-Shopify-Hmac-Sha256"},
    ):
        assert problem(town.send(Outgoing(outgoing.path, outgoing.body, headers))) == (401, "not_proven")
    assert problem(town.send(Outgoing(outgoing.path, outgoing.body + b" ", outgoing.headers))) == (401, "not_proven")
    assert town.everything() == before


def test_a_body_of_one_shop_is_not_turned_against_another(town):
    _, group = conversation(town, ANN, shop=LOUD)
    outgoing = town.shops[QUIET].redact_customer(ANN, "")
    headers = {**outgoing.headers, "X-Shopify-Shop-Domain": LOUD}
    assert town.status(Outgoing(outgoing.path, outgoing.body, headers)) == 200
    town.later(LOOK_AGAIN)
    assert group in town.chat.groups
    (parked,) = town.rows("parked")
    assert (parked["action"], parked["about"]) == ("read_delivery", "shopify")
    assert parked["reason"].startswith("shop_domain:")


def test_a_webhook_that_cannot_be_put_into_our_words_waits_for_a_person(town):
    assert town.status(town.shops[QUIET].webhook("customers/redact", {"shop_domain": QUIET})) == 200
    (parked,) = town.rows("parked")
    assert parked["reason"] == "customer.id: is missing or no number"
    assert json.loads(parked["detail"])["topic"] == "customers/redact"


def test_a_webhook_that_we_did_not_ask_for_is_answered_and_left(town):
    assert town.status(town.shops[QUIET].webhook("orders/create", {"email": ABOUT["email"]})) == 200
    assert town.rows("parked") == []
    assert town.where(ABOUT["email"]) == set()


def test_a_signed_webhook_that_is_no_json_is_rejected(town):
    assert problem(town.send(town.shops[QUIET].webhook("shop/redact", [1]))) == (400, "not_json")

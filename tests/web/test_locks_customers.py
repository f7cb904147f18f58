"""No wrong key opens a door of customers or of the tutorials' callbacks, and none leaves anything behind."""

import pytest

from caseroom.web.tokens import AgentToken, Tokens
from sandbox.town import INTAKE_KEY, ORIGIN

OTHER = "https://www.quiet-lamps.example"
SETTINGS = {
    "ZENDESK_CALLBACK_KEYS": "zendesk-key",
    "SALESFORCE_CALLBACK_KEYS": "salesforce-key",
    "OPERATOR_KEYS": "ops",
    "ALLOWED_ORIGINS": f"{ORIGIN},{OTHER}",
}
CUSTOMERS = ["/usersig", "/case", "/case/messages", "/case/end", "/case/forget", "/zendesk/createticket"]
TUTORIALS = [
    f"/{name}/{verb}" for name in ("zendesk", "salesforce") for verb in ("joingroup", "leavegroup", "deletegroup")
]
PROVEN, TOKEN, FORBIDDEN = (401, "not_proven"), (401, "token_refused"), (403, "origin_not_allowed")
WRONG = {
    "nothing": ({}, PROVEN),
    "a wrong key": ({"Authorization": "Bearer wrong"}, PROVEN),
    "no key at all": ({"Authorization": "Bearer "}, PROVEN),
    "half of the key": ({"Authorization": f"Bearer {INTAKE_KEY[:-1]}"}, PROVEN),
    "the key in another scheme": ({"Authorization": f"Basic {INTAKE_KEY}"}, PROVEN),
    "the key alone": ({"Authorization": INTAKE_KEY}, PROVEN),
    "a tutorial's key": ({"Authorization": "Bearer zendesk-key"}, PROVEN),
    "an operator's key": ({"Authorization": "Bearer ops"}, PROVEN),
    "a wrong key from an allowed page": ({"Authorization": "Bearer wrong", "Origin": ORIGIN}, PROVEN),
    "the page's address alone": ({"Referer": f"{ORIGIN}/teapots"}, PROVEN),
    "another origin": ({"Origin": "https://evil.example"}, FORBIDDEN),
    "an origin that is none": ({"Origin": "null"}, FORBIDDEN),
    "the origin on another port": ({"Origin": f"{ORIGIN}:8443"}, FORBIDDEN),
    "the origin without its s": ({"Origin": ORIGIN.replace("https", "http")}, FORBIDDEN),
    "an origin that begins like it": ({"Origin": f"{ORIGIN}.evil.example"}, FORBIDDEN),
}


@pytest.fixture(scope="module")
def mei(standing):
    """The group of a customer of a trusted server."""
    return standing.open("mei")[0]


@pytest.fixture(scope="module")
def tokens(standing):
    """Tokens that a visitor of a page cannot come in with."""
    now = int(standing.world.clock.now)
    ours, forger = Tokens(standing.house.settings.secret_key), Tokens(["another secret"])
    account = standing.visitor()
    old = account["visitorToken"]
    standing.wait(30 * 86_400 + 1)
    return {
        "ended": old,
        "of another site": standing.as_page("/usersig", {}, OTHER).get_json()["visitorToken"],
        "forged": forger.for_visitor(account["userID"], ORIGIN),
        "an agent's": ours.for_agent(AgentToken("zendesk", "12", now)),
        "of nobody": ours.for_visitor("v_nobody", ORIGIN),
        "of a customer by name": ours.for_visitor("kofi", ORIGIN),
        "rubbish": "rubbish",
        "empty": "",
        "a key": INTAKE_KEY,
    }


TOKENS = [
    "ended",
    "of another site",
    "forged",
    "an agent's",
    "of nobody",
    "of a customer by name",
    "rubbish",
    "empty",
    "a key",
]


def body(site, route, **more):
    return {**more, **({"caseInfo": site.info} if "createticket" in route else {})}


@pytest.mark.parametrize("route", CUSTOMERS)
@pytest.mark.parametrize("key", WRONG)
def test_no_wrong_key_opens_a_customers_door(standing, mei, problem, route, key):
    headers, refusal = WRONG[key]
    asked = body(standing, route, userId="mei", userID="mei")
    with standing.unchanged():
        assert problem(standing.send(route, asked, headers)) == refusal


@pytest.mark.parametrize("route", CUSTOMERS)
@pytest.mark.parametrize("token", TOKENS)
def test_no_wrong_token_makes_a_page_a_visitors(standing, tokens, problem, route, token):
    asked = body(standing, route, visitorToken=tokens[token])
    with standing.unchanged():
        assert problem(standing.as_page(route, asked)) == TOKEN


@pytest.mark.parametrize("route", CUSTOMERS)
def test_the_right_keys_open_every_customers_door(standing, route):
    user, token = route.strip("/").replace("/", "-"), standing.visitor()["visitorToken"]
    standing.ask(user)
    named, held = (body(standing, route, **who) for who in ({"userId": user, "userID": user}, {"visitorToken": token}))
    standing.as_page("/zendesk/createticket", {"visitorToken": token, "caseInfo": standing.info})
    assert standing.as_server(route, named, Origin="https://evil.example").status_code == 200
    assert standing.as_page(route, held).status_code == 200


WRONG_CALLBACKS = {
    "nothing": {},
    "a wrong key": {"Authorization": "Bearer wrong"},
    "an empty key": {"Authorization": "Bearer"},
    "an intake key": {"Authorization": f"Bearer {INTAKE_KEY}"},
    "an allowed page": {"Origin": ORIGIN},
    "the other connector's key": None,
}


@pytest.mark.parametrize("route", TUTORIALS)
@pytest.mark.parametrize("key", WRONG_CALLBACKS)
def test_no_wrong_key_opens_a_tutorials_door(standing, mei, problem, route, key):
    other = "salesforce-key" if route.startswith("/zendesk") else "zendesk-key"
    headers = WRONG_CALLBACKS[key] if WRONG_CALLBACKS[key] is not None else {"Authorization": f"Bearer {other}"}
    asked = {"groupId": mei, "userId": "12"}
    with standing.unchanged():
        assert problem(standing.send(route, asked, headers)) == PROVEN


@pytest.mark.parametrize("route", TUTORIALS)
def test_the_right_key_opens_a_tutorials_door(standing, problem, route):
    own = "zendesk-key" if route.startswith("/zendesk") else "salesforce-key"
    agent = "12" if route.startswith("/zendesk") else standing.salesforce.add_user("Dee")
    answer = standing.as_tutorial(route, {"groupId": "unknown", "userId": agent}, own)
    assert problem(answer) == (404, "no_case")

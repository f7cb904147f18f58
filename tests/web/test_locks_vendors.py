"""No wrong signature opens a door of vendors or agents, and none leaves anything behind."""

import json

import pytest

from caseroom.web.tokens import AgentToken, Tokens
from sandbox.town import AGENT_SECRET, INTAKE_KEY, SDK_APP_ID, WEBHOOK_SECRET

PROVEN, TOKEN, STALE = (401, "not_proven"), (401, "token_refused"), (401, "stale")
PROXIED = ["usersig", "createticket", "case", "case/messages", "case/end", "case/forget"]


# Agents


@pytest.fixture(scope="module")
def ann(standing):
    return standing.zendesk.add_agent("Ann")


@pytest.fixture(scope="module")
def tokens(standing, ann):
    """Tokens that no agent comes in with."""
    old = standing.zendesk_agent(ann)["agentToken"]
    standing.wait(901)
    now = int(standing.world.clock.now)
    ours, forger = Tokens(standing.house.settings.secret_key), Tokens(["another secret"])
    return {
        "ended": old,
        "forged": forger.for_agent(AgentToken("zendesk", str(ann), now)),
        "of a connector that is not enabled": ours.for_agent(AgentToken("acme", "1", now)),
        "a visitor's": standing.visitor()["visitorToken"],
        "an intake key": INTAKE_KEY,
        "rubbish": "rubbish",
        "empty": "",
    }


TOKENS = ["ended", "forged", "of a connector that is not enabled", "a visitor's", "an intake key", "rubbish", "empty"]
AGENTS = ["/agent/renew", "/agent/cases", "/agent/case?ref=101", "/agent/case/101/messages", "/agent/replies"]
DEEDS = [f"/agent/case/101/{deed}" for deed in ("messages", "take", "solve", "block")]
ASKED = [("POST" if route == "/agent/renew" else "GET", route) for route in AGENTS] + [("POST", deed) for deed in DEEDS]


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
@pytest.mark.parametrize("token", TOKENS)
def test_no_wrong_token_opens_an_agents_door(standing, tokens, problem, asked, token):
    method, route = asked
    with standing.unchanged():
        answer = standing.as_agent(route, tokens[token], method)
    assert problem(answer) == TOKEN
    with standing.unchanged():
        answer = standing.send(route, b"", {"X-Agent-Token": tokens[token]}, method)
    assert problem(answer) == TOKEN


def test_the_right_token_opens_every_agents_door(standing, ann):
    token = standing.zendesk_agent(ann)["agentToken"]
    assert [standing.as_agent(route, token).status_code for route in AGENTS[1:]] == [200, 404, 404, 200]
    assert [standing.as_agent(deed, token, "POST").status_code for deed in DEEDS] == [400, 404, 404, 404]
    assert standing.as_agent("/agent/renew", token, "POST").status_code == 200


@pytest.mark.parametrize("code", ["wrong", "x" * 128, "\x00"])
def test_a_wrong_code_opens_no_session(standing, problem, code):
    with standing.unchanged():
        answer = standing.send("/agent/session", {"code": code})
    assert problem(answer) == (401, "code_refused")


# What vendors sign


@pytest.fixture
def signed(standing):
    """One request of each vendor that would be accepted."""
    number = standing.zendesk.open_ticket("By mail", "He wrote.", "Karl", "karl@x.test")
    standing.zendesk.tag(number, "seen")
    box = standing.world.boxes["zendesk"]
    event = box.waiting[0][2].make()
    box.waiting.clear()
    dee = standing.salesforce.add_user("Dee")
    return {
        "zendesk": event,
        "salesforce": standing.salesforce.apex.signed("/salesforce/events", WEBHOOK_SECRET, {"events": []}),
        "code": standing.salesforce.agent_code_request(dee, "Dee", f"nonce-{dee}", AGENT_SECRET),
        "shopify": standing.world.shop.webhook("orders/create", {}),
    }


def damaged(outgoing, how):
    """The request with something wrong about it: its body and its headers."""
    proofs = [name for name in outgoing.headers if "Hmac" in name or name.endswith("Signature")]
    bare = {name: value for name, value in outgoing.headers.items() if name not in proofs}
    turned = {name: outgoing.headers[name][1:] + outgoing.headers[name][0] for name in proofs}
    return {
        "no signature": (outgoing.body, bare),
        "an empty signature": (outgoing.body, {**bare, **dict.fromkeys(proofs, "")}),
        "another signature": (outgoing.body, {**bare, **turned}),
        "another body": (outgoing.body + b" ", outgoing.headers),
        "no body": (b"", outgoing.headers),
        "an intake key": (outgoing.body, {**bare, "Authorization": f"Bearer {INTAKE_KEY}"}),
    }[how]


DAMAGES = ["no signature", "an empty signature", "another signature", "another body", "no body", "an intake key"]


@pytest.mark.parametrize("vendor", ["zendesk", "salesforce", "code", "shopify"])
@pytest.mark.parametrize("how", DAMAGES)
def test_what_a_vendor_has_not_signed_is_refused_and_what_it_has_signed_is_not(standing, signed, problem, vendor, how):
    outgoing = signed[vendor]
    body, headers = damaged(outgoing, how)
    with standing.unchanged():
        assert problem(standing.send(outgoing.path, body, headers)) == PROVEN
    assert standing.passed_on(outgoing).status_code in {200, 202}


@pytest.mark.parametrize("vendor", ["zendesk", "salesforce", "code"])
@pytest.mark.parametrize("seconds", [301, 3_600])
def test_what_a_vendor_signed_too_long_ago_is_refused(standing, signed, problem, vendor, seconds):
    standing.wait(seconds)
    with standing.unchanged():
        assert problem(standing.passed_on(signed[vendor])) == STALE


@pytest.mark.parametrize("wrong", [AGENT_SECRET, INTAKE_KEY, "sandbox-shopify-secret", ""])
def test_salesforces_door_takes_the_secret_of_no_other_door(standing, problem, wrong):
    with standing.unchanged():
        assert problem(standing.salesforce_events([], wrong)) == PROVEN
    secret = WEBHOOK_SECRET if wrong == AGENT_SECRET else wrong
    with standing.unchanged():
        assert problem(standing.salesforce_code("x", secret=secret)) == PROVEN


@pytest.mark.parametrize("form", [b"", b"token=", b"token=a.b.c", b"token=a&token=b", b"\xff\xfe", b"code=1"])
def test_nobody_is_an_agent_of_zendesk_without_zendesks_word(standing, problem, form):
    with standing.unchanged():
        answer = standing.send("/zendesk/agent", form)
    assert problem(answer) == (PROVEN if form == b"token=a.b.c" else (422, "invalid_field"))


# The chat cloud

TENCENT = {
    "another token": ({"secret": "wrong"}, 0, PROVEN),
    "no token": ({"secret": ""}, 0, PROVEN),
    "another app": ({"SdkAppid": SDK_APP_ID + 1}, 0, PROVEN),
    "no app": ({"SdkAppid": ""}, 0, PROVEN),
    "no signature": ({"Sign": ""}, 0, PROVEN),
    "the signature of another time": ({"RequestTime": 1_795_000_000}, 1, PROVEN),
    "a time that is none": ({"at": "now"}, 0, PROVEN),
    "more than a minute ago": ({}, -61, STALE),
    "in more than a minute": ({}, 61, STALE),
}


@pytest.mark.parametrize("how", TENCENT)
def test_what_tencent_has_not_signed_just_now_is_refused(standing, problem, how):
    changes, seconds, refusal = TENCENT[how]
    told = {"CallbackCommand": "Group.CallbackAfterNewMemberJoin", "GroupId": standing.open("mei")[0]}
    at = changes.get("at", int(standing.world.clock.now) + seconds)
    with standing.unchanged():
        answer = standing.tencent(told, **{**changes, "at": at})
    assert problem(answer) == refusal
    assert standing.tencent(told).status_code == 200


@pytest.mark.parametrize("query", ["", "?Sign=&RequestTime=&SdkAppid=", f"?SdkAppid={SDK_APP_ID}"])
def test_what_tencent_has_not_signed_at_all_is_refused(standing, problem, query):
    body = json.dumps({"CallbackCommand": "Group.CallbackBeforeCreateGroup"}).encode()
    with standing.unchanged():
        assert problem(standing.send(f"/tencent/callback{query}", body)) == PROVEN


# The app proxy


@pytest.mark.parametrize("route", PROXIED)
@pytest.mark.parametrize("wrong", ["nothing", "another signature", "an intake key"])
def test_the_proxys_door_opens_to_nobody_else(standing, problem, route, wrong):
    outgoing = standing.world.shop.proxied(route, {"caseInfo": standing.info}, 7)
    path, query = outgoing.path.split("?")
    asked = f"{path}?{query[:-1]}{'0' if query[-1] != '0' else '1'}" if wrong == "another signature" else path
    key = {"Authorization": f"Bearer {INTAKE_KEY}"} if wrong == "an intake key" else {}
    headers = {**outgoing.headers, **key}
    with standing.unchanged():
        assert problem(standing.send(asked, outgoing.body, headers)) == PROVEN

"""Agents: how they prove to be one, what they see then, and what they do not."""

import re
import time
from threading import BoundedSemaphore

import jwt
import pytest

from caseroom.bridge.records import Once
from caseroom.web.tokens import AgentToken, Tokens
from sandbox.town import ORIGIN, TENCENT_KEY
from sandbox.user_sig import read_user_sig

REFUSED, GONE = (401, "code_refused"), (404, "no_case")


def code_of(site, agent):
    """A fresh code for an agent of Zendesk."""
    return site.code_in(site.at_zendesk(site.zendesk_proof(agent)))


def assigned(site, agent, user="mei"):
    """A case that an agent has; returns its group and its ref."""
    group, ref = site.open(user)
    site.zendesk.assign(int(ref), agent)
    site.rest()
    return group, ref


@pytest.fixture
def site(standing):
    """One site for all of these: agents and customers of one test are not those of another."""
    yield standing
    if standing.zendesk.down or standing.zendesk.meter.per_minute:
        standing.wait(60)
    standing.zendesk.down, standing.zendesk.meter.per_minute = False, 0
    standing.house.waiting_rooms = BoundedSemaphore(standing.house.waiting_rooms._initial_value)
    standing.rest(20)


@pytest.fixture
def ann(site):
    return site.zendesk.add_agent("Ann")


@pytest.fixture
def token(site, ann):
    return site.zendesk_agent(ann)["agentToken"]


# The proof


def test_a_session_is_for_the_agent_who_was_proved_and_for_a_quarter_of_an_hour(site, ann):
    session = site.zendesk_agent(ann)
    assert set(session) == {"agentToken", "userID", "userSig", "sdkAppID", "expiresAt", "userSigExpiresAt"}
    assert session["userID"] == f"zendesk_{ann}"
    assert read_user_sig(session["userSig"], TENCENT_KEY)["TLS.identifier"] == f"zendesk_{ann}"
    assert session["sdkAppID"] == site.house.settings.tencent_sdk_app_id
    assert session["expiresAt"] == int(site.world.clock.now) + 900


def test_an_agent_token_holds_for_a_quarter_of_an_hour(site, token, problem):
    site.wait(900)
    assert site.as_agent("/agent/cases", token).status_code == 200
    site.wait(1)
    assert problem(site.as_agent("/agent/cases", token)) == (401, "token_refused")


def test_a_code_serves_once(site, ann, problem):
    code = code_of(site, ann)
    site.session(code)
    assert problem(site.send("/agent/session", {"code": code})) == REFUSED


def test_a_code_serves_for_a_minute(site, ann, problem):
    in_time, too_late = code_of(site, ann), code_of(site, ann)
    site.wait(60)
    site.session(in_time)
    site.wait(1)
    assert problem(site.send("/agent/session", {"code": too_late})) == REFUSED


def test_a_code_is_not_to_be_found_in_the_store(site, ann):
    code = code_of(site, ann)
    assert code not in repr(site.kept())
    assert code not in site.find(Once)[-1].id


def test_a_proof_of_zendesk_serves_once(site, ann, problem):
    proof = site.zendesk_proof(ann)
    assert site.at_zendesk(proof).status_code == 200
    with site.unchanged():
        assert problem(site.at_zendesk(proof)) == (401, "replayed")


def test_a_nonce_of_salesforce_serves_once(site, problem):
    dee = site.salesforce.add_user("Dee")
    answer = site.salesforce_code(dee, nonce="n-1")
    assert answer.get_json().keys() == {"code", "expiresIn"}
    assert answer.get_json()["expiresIn"] == 60
    with site.unchanged():
        assert problem(site.salesforce_code(dee, nonce="n-1")) == (401, "replayed")
    assert site.salesforce_code(dee, nonce="n-2").status_code == 200
    assert site.session(answer.get_json()["code"])["userID"] == f"salesforce_{dee}"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": None},
        {"exp": 1_795_000_000 - 12 * 3600},
        {"sub": None},
        {"sub": "https://acme2.zendesk.com/api/v2/users/me.json"},
        {"sub": ""},
    ],
)
def test_a_proof_that_lacks_something_proves_nobody(standing, problem, claims):
    with standing.unchanged():
        answer = standing.at_zendesk(standing.zendesk_proof(12, **claims))
    assert problem(answer) == (401, "not_proven")


@pytest.mark.parametrize(
    "sub", ["{}", "https://acme2.zendesk.com/api/v2/users/{}", "https://acme2.zendesk.com/users/{}.json"]
)
def test_an_agent_is_named_by_his_id_bare_or_at_the_end_of_his_address(site, ann, sub):
    page = site.at_zendesk(site.zendesk_proof(ann, sub=sub.format(ann)))
    assert site.session(site.code_in(page))["userID"] == f"zendesk_{ann}"


def test_a_proof_may_be_ten_seconds_old_as_clocks_differ(site, ann):
    ended = int(site.world.clock.now) - 9
    assert site.at_zendesk(site.zendesk_proof(ann, exp=ended)).status_code == 200


def test_a_proof_of_another_key_or_kind_proves_nobody(standing, stranger, problem):
    for proof in (
        standing.zendesk_proof(12, key=stranger),
        standing.zendesk_proof(12, key="x" * 64, algorithm="HS256"),
        jwt.encode(
            {"sub": "12", "aud": standing.audience, "exp": standing.world.clock.now + 60}, None, algorithm="none"
        ),
    ):
        with standing.unchanged():
            assert problem(standing.at_zendesk(proof)) == (401, "not_proven")


# The page


def test_the_page_shows_nothing_and_runs_nothing_but_itself(standing):
    answer = standing.send("/agent", method="GET")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall(r"nonce-([^']+)'", policy))
    page = answer.get_data(as_text=True)
    what_runs = [tag for tag in re.findall(r"<(?:script|style)[^>]*>", page) if "application/json" not in tag]
    assert what_runs
    assert all(f'nonce="{nonce}"' in tag for tag in what_runs)
    assert "{nonce}" not in page
    for rule in ("default-src 'none'", f"script-src 'nonce-{nonce}'", "form-action 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert nonce not in standing.send("/agent", method="GET").headers["Content-Security-Policy"]


def test_only_the_workspaces_of_agents_may_frame_the_page(standing):
    policy = standing.send("/agent", method="GET").headers["Content-Security-Policy"]
    (frames,) = re.findall(r"frame-ancestors ([^;]*)", policy)
    assert {"'self'", "https://*.zendesk.com", "https://*.lightning.force.com"} <= set(frames.split())
    assert "*" not in frames.split()


def test_the_page_of_a_proved_agent_opens_by_itself_and_the_code_is_in_no_address(site, ann):
    answer = site.at_zendesk(site.zendesk_proof(ann))
    assert answer.mimetype == "text/html"
    assert "Location" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert site.session(site.code_in(answer))["userID"] == f"zendesk_{ann}"


@pytest.mark.parametrize("path", ["/agent/session", "/agent/renew", "/agent/cases", "/agent/case?ref=1"])
def test_a_page_in_a_frame_without_an_origin_may_read_answers_and_no_other_page_may(standing, path):
    method = "GET" if "case" in path else "POST"
    framed = standing.send(path, b"{}", {"Origin": "null"}, method)
    assert framed.headers["Access-Control-Allow-Origin"] == "null"
    assert "Access-Control-Allow-Credentials" not in framed.headers
    for origin in (ORIGIN, "https://evil.example"):
        assert "Access-Control-Allow-Origin" not in standing.send(path, b"{}", {"Origin": origin}, method).headers


def test_a_frame_may_ask_beforehand(standing):
    asked = {
        "Origin": "null",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = standing.send("/agent/cases", b"", asked, "OPTIONS")
    assert answer.headers["Access-Control-Allow-Origin"] == "null"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in answer.headers


# Renewal


def test_a_token_is_renewed_for_twelve_hours_after_the_proof(site, ann, token, problem):
    proved = site.world.clock.now
    while site.world.clock.now + 899 < proved + 12 * 3600:
        site.wait(899)
        token = site.as_agent("/agent/renew", token, "POST").get_json()["agentToken"]
    site.world.clock.move_to(proved + 12 * 3600)
    token = site.as_agent("/agent/renew", token, "POST").get_json()["agentToken"]
    site.wait(2)
    assert problem(site.as_agent("/agent/renew", token, "POST")) == (401, "token_refused")


def test_a_renewed_token_holds_from_then_on(site, ann, token):
    site.wait(600)
    session = site.as_agent("/agent/renew", token, "POST").get_json()
    assert session["expiresAt"] == int(site.world.clock.now) + 900
    site.wait(899)
    assert site.as_agent("/agent/cases", session["agentToken"]).status_code == 200


@pytest.mark.parametrize("change", [{"role": "end-user"}, {"suspended": True}])
def test_who_is_no_agent_any_more_is_not_renewed(site, ann, token, problem, change):
    for name, value in change.items():
        setattr(site.zendesk.users[ann], name, value)
    assert problem(site.as_agent("/agent/renew", token, "POST")) == (403, "agent_unknown")


def test_an_agent_whom_salesforce_made_inactive_is_not_renewed(site, problem):
    dee = site.salesforce.add_user("Dee")
    token = site.session(site.salesforce_code(dee).get_json()["code"])["agentToken"]
    assert site.as_agent("/agent/renew", token, "POST").status_code == 200
    site.salesforce.users[dee]["IsActive"] = False
    assert problem(site.as_agent("/agent/renew", token, "POST")) == (403, "agent_unknown")


@pytest.mark.parametrize("how", ["down", "busy", "no room to wait"])
def test_a_helpdesk_that_cannot_be_asked_keeps_no_agent_from_his_customers(site, ann, token, how):
    if how == "down":
        site.zendesk.down = True
    elif how == "busy":
        site.zendesk.meter.per_minute = 1
        site.zendesk.meter.minute = 0
    else:
        while site.house.waiting_rooms.acquire(blocking=False):
            pass
    before = len(site.zendesk.calls)
    assert site.as_agent("/agent/renew", token, "POST").status_code == 200
    assert (len(site.zendesk.calls) == before) is (how != "busy")


def test_a_local_agent_is_renewed_though_no_helpdesk_knows_him(site_with):
    site = site_with(SHOPIFY_HELPDESK="", SHOPIFY_AGENTS="ann")
    token = Tokens(site.house.settings.secret_key).for_agent(AgentToken("shopify", "ann", int(site.world.clock.now)))
    assert site.as_agent("/agent/renew", token, "POST").get_json()["userID"] == "shopify_ann"


# Cases


def test_an_agent_sees_his_open_cases_newest_first_and_nobody_elses(site, ann, token):
    assert site.as_agent("/agent/cases", token).get_json() == {"cases": []}
    first, second = assigned(site, ann, "mei"), assigned(site, ann, "kofi")
    assigned(site, site.zendesk.add_agent("Bob"), "noor")
    cases = site.as_agent("/agent/cases", token).get_json()["cases"]
    assert [(one["GroupId"], one["ref"]) for one in cases] == [second, first]


@pytest.mark.parametrize("end", ["reassigned", "queued", "closed", "deleted"])
def test_a_case_that_is_his_no_more_is_not_shown(site, ann, token, end):
    _, ref = assigned(site, ann)
    bob = site.zendesk.add_agent("Bob")
    {
        "reassigned": lambda: site.zendesk.assign(int(ref), bob),
        "queued": lambda: site.zendesk.assign(int(ref), None),
        "closed": lambda: site.zendesk.close(int(ref)),
        "deleted": lambda: site.zendesk.soft_delete(int(ref)),
    }[end]()
    site.rest()
    assert site.as_agent("/agent/cases", token).get_json() == {"cases": []}


def test_a_case_is_shown_with_its_customer(site, ann, token):
    group, ref = assigned(site, ann)
    case = site.as_agent(f"/agent/case?ref={ref}", token).get_json()
    assert case.pop("openedAt") <= site.world.clock.now
    customer = case.pop("customer")
    assert (
        case.items()
        >= {
            "ref": ref,
            "GroupId": group,
            "connector": "zendesk",
            "state": "open",
            "subject": "The teapot drips",
        }.items()
    )
    assert (
        customer.items()
        >= {
            "userID": "mei",
            "name": "Mei Lin",
            "email": "mei@customer.example",
            "isEmailVerified": True,
            "page": "",
            "locale": "",
        }.items()
    )


def test_an_address_that_a_visitor_gave_is_not_shown_as_verified(site, ann, token):
    visitor = site.visitor()["visitorToken"]
    asked = {"visitorToken": visitor, "caseInfo": {**site.info, "page": "https://shop.example/", "locale": "de"}}
    site.as_page("/zendesk/createticket", asked)
    site.rest()
    ref = site.as_page("/case", {"visitorToken": visitor}).get_json()["caseId"]
    site.zendesk.assign(int(ref), ann)
    site.rest()
    customer = site.as_agent(f"/agent/case?ref={ref}", token).get_json()["customer"]
    assert (customer["email"], customer["isEmailVerified"]) == ("mei@customer.example", False)
    assert (customer["page"], customer["locale"]) == ("https://shop.example/", "de")


def test_a_case_without_an_address_has_none_that_is_verified(site, ann, token):
    group = site.as_server("/zendesk/createticket", {"userId": "mei", "caseInfo": {**site.info, "email": ""}})
    site.rest()
    ref = site.as_server("/case", {"userId": "mei"}).get_json()["caseId"]
    site.zendesk.assign(int(ref), ann)
    site.rest()
    assert group.status_code == 200
    assert site.as_agent(f"/agent/case?ref={ref}", token).get_json()["customer"]["isEmailVerified"] is False


def test_the_conversation_is_there_from_before_the_agent_joined_page_by_page(site, ann, token):
    group, ref = site.open()
    for text in ("one", "two", "three"):
        site.chat.say(group, "mei", text)
    site.rest()
    site.zendesk.assign(int(ref), ann)
    site.rest()
    newest = site.as_agent(f"/agent/case/{ref}/messages?limit=2", token).get_json()
    assert [one["body"][0]["MsgContent"]["Text"] for one in newest["messages"]] == ["two", "three"]
    older = site.as_agent(f"/agent/case/{ref}/messages?limit=2&before={newest['before']}", token).get_json()
    assert [one["body"][0]["MsgContent"]["Text"] for one in older["messages"]][1:] == ["one"]
    assert older["before"] is None


@pytest.mark.parametrize("part", ["limit=0", "limit=101", "limit=x", "before=1", "before=1.x", "before=-1.2"])
def test_a_part_that_there_is_not_is_refused_by_name(site, ann, token, refused_field, part):
    _, ref = assigned(site, ann)
    assert refused_field(site.as_agent(f"/agent/case/{ref}/messages?{part}", token)) == part.partition("=")[0]


@pytest.mark.parametrize("query", ["", "?ref=", f"?ref={'1' * 65}"])
def test_a_case_has_to_be_named(site, token, refused_field, query):
    assert refused_field(site.as_agent(f"/agent/case{query}", token)) == "ref"


@pytest.mark.parametrize("ref", ["999999", "x", "0", "5003000000D8cuIAAR", "%00", "1" * 64])
def test_a_case_that_there_is_not_is_unknown(site, token, problem, ref):
    assert problem(site.as_agent(f"/agent/case?ref={ref}", token)) == GONE


def test_another_agents_case_is_as_if_unknown_and_is_read_back_once(site, ann, token, problem):
    _, ref = assigned(site, site.zendesk.add_agent("Bob"))
    before = len(site.zendesk.calls)
    answers = [site.as_agent(f"/agent/case{path}", token) for path in (f"?ref={ref}", f"/{ref}/messages")]
    unknown = site.as_agent("/agent/case?ref=999999", token)
    assert [problem(answer) for answer in (*answers, unknown)] == [GONE] * 3
    assert len({answer.get_json()["error"]["message"] for answer in (*answers, unknown)}) == 1
    assert [call for call, _ in site.zendesk.calls[before:] if call == "show_ticket"] == ["show_ticket"] * 2


def test_an_agent_who_was_assigned_before_the_callback_came_sees_the_case_at_once(site, ann, token):
    group, ref = site.open()
    site.zendesk.assign(int(ref), ann)
    site.world.boxes["zendesk"].waiting.clear()
    assert site.as_agent(f"/agent/case?ref={ref}", token).get_json()["GroupId"] == group


@pytest.mark.parametrize("how", ["down", "no room to wait"])
def test_where_the_helpdesk_cannot_be_read_a_case_stays_unknown_and_nobody_waits(site, ann, token, problem, how):
    _, ref = site.open()
    site.zendesk.assign(int(ref), ann)
    site.world.boxes["zendesk"].waiting.clear()
    if how == "down":
        site.zendesk.down = True
    else:
        while site.house.waiting_rooms.acquire(blocking=False):
            pass
    calls, began = len(site.zendesk.calls), time.monotonic()
    assert problem(site.as_agent(f"/agent/case?ref={ref}", token)) == GONE
    assert len(site.zendesk.calls) == calls
    assert time.monotonic() - began < 5


def test_a_case_of_another_helpdesk_is_unknown_whatever_its_ref(site, ann, token, problem):
    dee = site.salesforce.add_user("Dee")
    group, ref = site.open(connector="salesforce")
    site.salesforce.assign(ref, dee)
    site.rest()
    theirs = site.session(site.salesforce_code(dee).get_json()["code"])["agentToken"]
    assert site.as_agent(f"/agent/case?ref={ref}", theirs).get_json()["GroupId"] == group
    assert site.as_agent(f"/agent/case?ref={ref[:15]}", theirs).get_json()["GroupId"] == group
    assert problem(site.as_agent(f"/agent/case?ref={ref}", token)) == GONE
    mine, number = assigned(site, ann, "kofi")
    assert problem(site.as_agent(f"/agent/case?ref={number}", theirs)) == GONE
    assert site.as_agent(f"/agent/case?ref={number}", token).get_json()["GroupId"] == mine


def test_a_case_of_somebody_who_was_erased_is_unknown(site, ann, token, problem):
    _, ref = assigned(site, ann, "rosa")
    assert site.as_server("/case/forget", {"userId": "rosa"}).status_code == 200
    assert problem(site.as_agent(f"/agent/case?ref={ref}", token)) == GONE
    assert problem(site.as_agent(f"/agent/case/{ref}/messages", token)) == GONE
    assert site.as_agent("/agent/cases", token).get_json() == {"cases": []}


def test_a_case_of_no_helpdesk_is_shown_to_the_agent_whose_turn_it_was(site_with):
    site = site_with(SHOPIFY_HELPDESK="", SHOPIFY_AGENTS="ann,bob")
    asked = site.world.shop.proxied("createticket", {"caseInfo": site.info}, 7)
    case = site.passed_on(asked).get_json()
    tokens = Tokens(site.house.settings.secret_key)
    seen = {
        name: site.as_agent(
            f"/agent/case?ref={case['caseId']}",
            tokens.for_agent(AgentToken("shopify", name, int(site.world.clock.now))),
        )
        for name in ("ann", "bob")
    }
    assert seen["ann"].get_json()["GroupId"] == case["GroupId"]
    assert seen["bob"].status_code == 404


@pytest.mark.parametrize("helpdesk", ["zendesk", "salesforce"])
def test_an_administrator_is_not_even_given_a_code(site_with, refused_field, helpdesk):
    agent = {"zendesk": "666", "salesforce": "005Kz000000AAABQA4"}[helpdesk]
    site = site_with(TENCENT_OTHER_ADMINS=f"{helpdesk}_{agent}")
    answer = site.at_zendesk(site.zendesk_proof(agent)) if helpdesk == "zendesk" else site.salesforce_code(agent)
    assert refused_field(answer) == "agentId"
    assert site.find(Once) == []

"""Whatever JSON and whatever headers come, the answer is one that the description lists, and never a 500."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.store.tables import TABLES
from sandbox.shopify import webhook_signature
from sandbox.town import AGENT_SECRET, CALLBACK_KEY, INTAKE_KEY, ORIGIN, SHOP, SHOPIFY_SECRET, WEBHOOK_SECRET
from sandbox.zendesk.tickets import iso
from sandbox.zendesk.webhooks import sign

SECRET = "sk_live_51HxN0tF0rY0urEyes"
CUSTOMERS = ["/usersig", "/case", "/case/messages", "/case/end", "/case/forget", "/zendesk/createticket"]
TUTORIALS = ["/zendesk/joingroup", "/salesforce/leavegroup", "/zendesk/deletegroup"]
FIELDS = [
    *("userId", "userID", "visitorToken", "caseInfo", "subject", "desc", "name", "email", "page", "locale", "fields"),
    *("preferredAgent", "requestId", "wait", "new", "reuse", "before", "limit", "groupId", "code", "password"),
    *("id", "type", "detail", "event", "status", "tags", "assignee_id", "requester_id", "external_id", "updated_at"),
    *("sentAt", "orgId", "events", "caseId", "ownerId", "ownerIsUser", "ownerName", "origin", "isClosed", "workId"),
    *("modifiedAt", "masterCaseId", "externalId", "nonce", "agentId", "customer", "shop_domain", "target_ticket_id"),
    *("CallbackCommand", "GroupId", "MsgSeq", "MsgBody", "MsgTime", "Random", "From_Account", "ExitMemberList"),
]
LIKELY = [
    *("mei", "administrator", "v_1", "zendesk_12", "12", "101", "1.5", "case", "OPEN", "case.updated", "g_x", "chat"),
    *("zen:event-type:ticket.created", "2026-11-20T09:30:00Z", "9999999999.999999999999999999", "500Kz000000AAAAQA4"),
    *("Group.CallbackAfterSendMsg", "Quit", "\x00", "", "ü" * 300, "a@x.test", SHOP, SECRET),
]
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 3)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(LIKELY)
)
names = st.sampled_from(FIELDS) | st.text(st.characters(), max_size=5)
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=12
)
asked = st.dictionaries(names, anything, max_size=8)
info = st.fixed_dictionaries(
    {name: anything | st.just("x") for name in ("subject", "desc", "name", "email")},
    optional=dict.fromkeys(("page", "locale", "preferredAgent", "fields"), anything),
)
bodies = asked | anything | st.fixed_dictionaries({"userId": st.sampled_from(["mei", "kofi"]), "caseInfo": info})
header = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=30) | st.sampled_from(
    [
        f"Bearer {SECRET}",
        "Bearer",
        ORIGIN,
        "null",
        "identity",
        "chunked",
        "text/plain",
        "gzip",
        "bytes=0-1",
        "1, 2, ::1",
        "[::1]:80",
    ]
)
headers = st.dictionaries(
    st.sampled_from(
        [
            *("Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", "Cookie", "Host", "Range", "Expect"),
            *("X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id", "Idempotency-Key", "Transfer-Encoding", "Referer"),
            *("If-None-Match", "X-HTTP-Method-Override", "Forwarded", "X-Shopify-Topic", "X-Shopify-Webhook-Id"),
        ]
    ),
    header,
    max_size=4,
)
doors = st.sampled_from(
    [{"Authorization": f"Bearer {INTAKE_KEY}"}, {"Origin": ORIGIN}, {"Authorization": f"Bearer {SECRET}"}, {}]
)
quickly = settings(max_examples=60)


def written(body):
    """As a sloppy program writes it: with NaN, and with halves of characters."""
    return json.dumps(body, ensure_ascii=True).encode()


@pytest.fixture(scope="module")
def described(standing):
    """The error codes that the OpenAPI lists."""
    schemas = standing.send("/openapi.json", method="GET").get_json()["components"]["schemas"]
    return set(re.findall(r"^- `(\w+)`", schemas["Error"]["properties"]["code"]["description"], re.MULTILINE))


def well_answered(described, problem, answer):
    """Not a 500; and where it is an error, one of those that are described, without anything secret."""
    assert answer.status_code < 500, answer.get_json()
    if answer.status_code >= 400:
        problem(answer)
        error = answer.get_json()["error"]
        assert error["code"] in described
        assert SECRET not in error["message"]
        assert len(error["message"]) < 1_000


@pytest.mark.parametrize("route", CUSTOMERS)
def test_customers_may_send_anything(standing, described, problem, route):
    @quickly
    @given(doors, bodies, headers)
    def send(door, body, more):
        well_answered(described, problem, standing.send(route, written(body), {**more, **door}))

    send()


def test_a_visitor_may_send_anything(standing, described, problem):
    token = standing.visitor()["visitorToken"]

    @settings(max_examples=120)
    @given(st.sampled_from(CUSTOMERS), asked, info)
    def send(route, body, about):
        held = {**body, "visitorToken": token, **({"caseInfo": about} if "caseInfo" not in body else {})}
        answer = standing.as_page(route, written(held))
        well_answered(described, problem, answer)

    send()


@pytest.mark.parametrize("route", TUTORIALS)
def test_tutorials_may_send_anything(standing, described, problem, route):
    group, _ = standing.open("noor")

    @quickly
    @given(bodies | st.fixed_dictionaries({"groupId": st.just(group), "userId": anything}), headers)
    def send(body, more):
        key = {"Authorization": f"Bearer {CALLBACK_KEY}"}
        well_answered(described, problem, standing.send(route, written(body), {**more, **key}))

    send()


@pytest.mark.parametrize("vendor", ["zendesk", "salesforce", "code", "shopify", "tencent"])
def test_vendors_may_send_anything(standing, described, problem, vendor):
    now = iso(standing.world.clock.now)
    group, _ = standing.open("noor")
    kinds = {
        "zendesk": {
            "id": st.text(),
            "type": st.just("zen:event-type:ticket.created"),
            "detail": asked,
            "event": anything,
        },
        "salesforce": {"sentAt": st.just(now), "orgId": anything, "events": st.lists(asked, max_size=3)},
        "code": {"sentAt": st.just(now), "orgId": anything, "nonce": anything, "agentId": anything, "name": anything},
        "shopify": {"customer": asked, "shop_domain": st.just(SHOP) | anything},
        "tencent": {"GroupId": st.just(group), "MsgSeq": anything, "MsgBody": anything, "MsgTime": anything},
    }
    path = {"code": "/salesforce/agent/code", "shopify": "/shopify/webhooks"}.get(vendor, f"/{vendor}/events")

    def proof(raw, more):
        return {
            "zendesk": {
                "X-Zendesk-Webhook-Signature": sign(WEBHOOK_SECRET, now, raw),
                "X-Zendesk-Webhook-Signature-Timestamp": now,
            },
            "salesforce": {"X-Caseroom-Signature": standing.hexed(WEBHOOK_SECRET, raw)},
            "code": {"X-Caseroom-Signature": standing.hexed(AGENT_SECRET, raw)},
            "shopify": {
                "X-Shopify-Topic": "customers/redact",
                **more,
                "X-Shopify-Hmac-Sha256": webhook_signature(raw, SHOPIFY_SECRET),
                "X-Shopify-Shop-Domain": SHOP,
            },
        }[vendor]

    @settings(max_examples=100)
    @given(st.fixed_dictionaries(kinds[vendor]) | bodies, headers)
    def send(body, more):
        if vendor == "tencent":
            answer = standing.tencent(written(body), "Group.CallbackAfterSendMsg")
        else:
            raw = written(body)
            answer = standing.send(path, raw, {**more, **proof(raw, more)})
        well_answered(described, problem, answer)

    send()


@settings(max_examples=100)
@given(body=bodies | st.fixed_dictionaries({"code": anything}), more=headers, text=header)
def test_agents_may_send_anything(standing, described, problem, *, body, more, text):
    well_answered(described, problem, standing.send("/agent/session", written(body), more))
    for path in ("/agent/cases", f"/agent/case?ref={text}", f"/agent/case/{text}/messages?before={text}&limit={text}"):
        well_answered(described, problem, standing.send(path, b"", {**more, "Authorization": text}, "GET"))
    form = b"token=" + text.encode("latin-1")
    well_answered(described, problem, standing.send("/zendesk/agent", form, more))


def test_what_was_kept_of_all_this_is_read_back_and_worked_off(standing):
    """The last one here: it looks at what the others have left behind."""
    standing.rest(30)
    with standing.world.store.snapshot() as tx:
        assert all(isinstance(tx.find(kind), list) for kind in TABLES)
    assert standing.as_server("/case", {"userId": "nobody"}).status_code == 404

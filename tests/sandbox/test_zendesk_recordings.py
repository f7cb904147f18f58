"""The stand-in beside what a real account answered: every field, of the same JSON type, and no other."""

import json

import httpx
import pytest

from sandbox.mailbox import Mailbox
from sandbox.zendesk import Zendesk
from tests.zendesk_recordings import RECORDED, recorded

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="NOT COMPARED with a real Zendesk account: no recordings; set CASEROOM_RECORDED"
)


def compare(ours, theirs, path=""):
    """Yield what is different; `theirs` is a list of values that were seen in this place."""
    kinds = {type(value).__name__ for value in theirs}
    if type(ours).__name__ not in kinds:
        yield f"{path}: {type(ours).__name__}, recorded was {kinds}"
    if isinstance(ours, dict):
        seen = [value for value in theirs if isinstance(value, dict)]
        names = {name for value in seen for name in value}
        yield from (f"{path}: {name} on one side only" for name in names ^ ours.keys())
        for name in names & ours.keys():
            yield from compare(ours[name], [value[name] for value in seen if name in value], f"{path}.{name}")
    if isinstance(ours, list):
        seen = [item for value in theirs if isinstance(value, list) for item in value]
        for item in ours if seen else ():
            alike = [other for other in seen if kind(other) == kind(item)]
            yield from compare(item, alike or seen, f"{path}[]")


def kind(item):
    """What tells the events of an audit apart."""
    return (item.get("type"), item.get("field_name")) if isinstance(item, dict) and "field_name" in item else None


@pytest.fixture
def now():
    return [1_800_000_000.0]


@pytest.fixture
def zendesk(now):
    return Zendesk(email="ops@shop.example", api_token="legacy", clock=lambda: now[0])


@pytest.fixture
def http(zendesk):
    login = ("ops@shop.example/token", "legacy")
    with httpx.Client(transport=httpx.WSGITransport(zendesk), base_url="http://zendesk.test", auth=login) as client:
        yield client


def test_a_new_ticket_is_answered_as_a_real_account_does(http):
    method, path, body, status, theirs = next(
        recorded("TestTicketCreateUpdateDelete.test_single_object_creation-create-single")
    )
    ours = http.request(method, path, json=body)
    assert ours.status_code == status
    assert list(compare(ours.json(), [theirs])) == []
    events = [[kind(event) for event in answer["audit"]["events"]] for answer in (ours.json(), theirs)]
    assert events[0] == events[1]


def test_a_change_is_audited_as_a_real_account_does(http, zendesk):
    number = http.post("/api/v2/tickets", json={"ticket": {"description": "x"}}).json()["ticket"]["id"]
    zendesk.change(number, subject="Another")
    *_, theirs = list(recorded("TestTicketCreateUpdateDelete.test_single_object_update-update-single"))[1]
    ours = http.get(f"/api/v2/tickets/{number}/audits").json()["audits"][-1]
    assert list(compare(ours, [theirs["audit"]])) == []


def test_a_user_is_shown_as_a_real_account_does(http):
    *_, theirs = next(recorded("TestUserCreateUpdateDelete.test_single_object_creation-create-single"))
    ticket = {"description": "x", "requester": {"name": "Ada"}}
    number = http.post("/api/v2/tickets", json={"ticket": ticket}).json()["ticket"]["requester_id"]
    assert list(compare(http.get(f"/api/v2/users/{number}.json").json(), [theirs])) == []


def test_an_export_is_answered_as_a_real_account_does(http, zendesk, now):
    agent = zendesk.add_agent("Mo")
    for tags in ((), ("late",), ("chat",)):
        number = zendesk.open_ticket("Late", "Where is it?", "Bo", "bo@shop.example", tags)
    zendesk.assign(number, agent)
    zendesk.soft_delete(number)
    now[0] += 61
    exports = [exchange for exchange in recorded("TicketsIncrementalTest.test_get_values") if "/cursor" in exchange[1]]
    assert len(exports) == 2
    for method, path, _, status, theirs in exports:
        ours = http.request(method, path)
        assert ours.status_code == status
        assert list(compare(ours.json(), [answer for *_, answer in exports])) == []
        assert ours.json()["end_of_stream"] is theirs["end_of_stream"]


def test_a_missing_record_is_answered_as_a_real_account_does(http):
    *_, status, theirs = next(recorded("recordnotfound-update"))
    ours = http.get("/api/v2/tickets/9223372036854775807.json")
    assert (ours.status_code, ours.json()) == (status, theirs)


def test_an_event_goes_over_the_line_as_a_real_account_sends_it():
    outgoing = []
    mailbox = Mailbox(lambda sent: outgoing.append(sent) or 202)
    Zendesk(mailbox=mailbox, webhook_secret="x").open_ticket("Late", "Where is it?", "Bo", "bo@shop.example")
    mailbox.deliver(mailbox.clock())
    *_, attempts = list(recorded("invocation-attemps"))[-1]
    real = attempts["attempts"][0]["request"]
    theirs, ours = json.loads(real["payload"]), json.loads(outgoing[0].body)
    differences = compare({**ours, "detail": {}}, [{**theirs, "detail": {}}])
    assert list(differences) == []
    headers = {header["key"]: header["value"] for header in real["headers"]}
    assert outgoing[0].headers.keys() == headers.keys()
    alike = ("Content-Type", "User-Agent")
    assert [outgoing[0].headers[name] for name in alike] == [headers[name] for name in alike]
    for name, value in headers.items():
        assert len(outgoing[0].headers[name]) == len(value)


@pytest.mark.parametrize("name", ["create_webhook_token_auth", "show-secret"])
def test_a_webhook_is_answered_as_a_real_account_does(http, name):
    real, own = "", ""
    for method, path, body, status, theirs in recorded(name):
        if method == "DELETE":
            continue  # nobody here deletes webhooks
        ours = http.request(method, path.replace(real, own) if real else path, json=body)
        assert (ours.status_code, ours.headers["Content-Type"].split(";")[0]) == (status, "application/json")
        assert list(compare(ours.json(), [theirs])) == []
        if method == "POST":
            real, own = theirs["webhook"]["id"], ours.json()["webhook"]["id"]
    assert own


def test_a_webhook_without_a_login_of_its_own_is_shown_as_a_real_account_does(http):
    *_, theirs = next(recorded("invocation-attemps"))
    asked = {name: value for name, value in theirs["webhook"].items() if not name.startswith(("id", "created"))}
    asked["subscriptions"] = ["zen:event-type:ticket.created"]
    number = http.post("/api/v2/webhooks", json={"webhook": asked}).json()["webhook"]["id"]
    ours = http.get(f"/api/v2/webhooks/{number}")
    assert list(compare(ours.json(), [theirs])) == []
    assert len(number) == len(theirs["webhook"]["id"])
    assert len(ours.json()["webhook"]["created_at"]) == len(theirs["webhook"]["created_at"])


def test_a_page_of_webhooks_goes_on_as_lists_of_a_real_account_do(http):
    # The account's list of webhooks was not recorded; that of a webhook's invocations is paged in the same way.
    theirs = [answer for _, path, _, _, answer in recorded("invocation-attemps") if path.endswith("/invocations")]
    plain = {"name": "n", "status": "active", "endpoint": "https://a.example", "http_method": "POST"}
    for _ in range(2):
        http.post("/api/v2/webhooks", json={"webhook": {**plain, "request_format": "json"}})
    ours = http.get("/api/v2/webhooks", params={"page[size]": 1}).json()
    same = ("meta", "links")
    assert (
        list(compare({name: ours[name] for name in same}, [{name: one[name] for name in same} for one in theirs])) == []
    )

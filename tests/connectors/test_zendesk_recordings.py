"""What a real account answered and sent, read through our own parsing."""

import base64
import gzip
import json
import os
from pathlib import Path

import httpx
import pytest
from werkzeug.wrappers import Response

from caseroom.bridge.errors import Gone
from caseroom.bridge.model import CaseRequest, Status
from caseroom.connector import InboundRequest
from caseroom.signatures import base64_of, version_of
from connectors.zendesk.connector import Zendesk, ZendeskSettings

BESIDE = Path(__file__).parents[3] / "shared" / "recorded"
RECORDED = Path(os.environ.get("CASEROOM_RECORDED") or BESIDE) / "zendesk"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="NOT READ as a real Zendesk account writes: no recordings; set CASEROOM_RECORDED"
)


def recorded(name):
    """The exchanges of the recording whose file name ends so, as (method, path, body, status, answer)."""
    (file,) = RECORDED.glob(f"*{name}.json")
    exchanges = json.loads(file.read_text())["http_interactions"]
    for request, response in ((exchange["request"], exchange["response"]) for exchange in exchanges):
        url = httpx.URL(request["uri"])
        yield request["method"], url.raw_path.decode(), text(request), response["status"]["code"], text(response)


def text(message):
    body = message["body"]
    if not body.get("base64_string"):
        return json.loads(body.get("string") or "null")
    raw = base64.b64decode(body["base64_string"])
    return json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw or b"null")


def test_a_ticket_that_a_real_account_created_has_its_number(answering):
    *_, status, theirs = next(recorded("TestTicketCreateUpdateDelete.test_single_object_creation-create-single"))
    zendesk = answering(status, theirs).zendesk()
    assert zendesk.open_case("cr_1", CaseRequest(subject="s", desc="d")).ref == str(theirs["ticket"]["id"])


def test_every_ticket_that_a_real_account_showed_is_read(answering):
    tickets = [
        ticket
        for *_, answer in recorded("TicketsIncrementalTest.test_get_values")
        for ticket in answer.get("tickets", [])
    ]
    assert tickets
    shown = {str(ticket["id"]): ticket for ticket in tickets}
    names = {str(ticket["requester_id"]): {"id": ticket["requester_id"], "name": "Ada"} for ticket in tickets}

    def answer(request):
        number = request.path.rsplit("/", 1)[1].removesuffix(".json")
        body = {"user": names[number]} if "/users/" in request.path else {"ticket": shown[number]}
        return Response(json.dumps(body), mimetype="application/json")

    zendesk = answering(body=answer).zendesk()
    for ref, ticket in shown.items():
        found = zendesk.read_case(ref)
        assert [agent.id for agent in found.agents] == ([str(ticket["assignee_id"])] if ticket["assignee_id"] else [])
        assert found.at == version_of(ticket["updated_at"])
        assert found.status is {"closed": Status.CLOSED, "solved": Status.SOLVED, "deleted": Status.DELETED}.get(
            ticket["status"], Status.OPEN
        )
        assert found.requester_name == "Ada"


def test_a_user_whom_a_real_account_showed_is_no_agent_where_he_asks_only(answering):
    *_, theirs = next(recorded("TestUserCreateUpdateDelete.test_single_object_creation-create-single"))
    with pytest.raises(Gone):
        answering(200, theirs).zendesk().name_agent(str(theirs["user"]["id"]))
    agent = {"user": {**theirs["user"], "role": "agent"}}
    assert answering(200, agent).zendesk().name_agent("7") == theirs["user"]["name"]


def test_a_record_that_a_real_account_does_not_have_is_gone(answering):
    *_, status, theirs = next(recorded("recordnotfound-update"))
    with pytest.raises(Gone):
        answering(status, theirs).zendesk().read_case("7")


def test_a_webhook_that_a_real_account_sent_is_let_in_and_understood():
    *_, attempts = list(recorded("invocation-attemps"))[-1]
    (secret,) = [
        answer["signing_secret"]["secret"]
        for *_, answer in recorded("show-secret")
        if "signing_secret" in (answer or {})
    ]
    real = attempts["attempts"][0]["request"]
    headers = {header["key"].lower(): header["value"] for header in real["headers"]}
    time, raw = headers["x-zendesk-webhook-signature-timestamp"], real["payload"].encode()
    # The secret was recorded of another webhook than the request, so the request is signed anew with it.
    signature = base64_of(secret, time.encode() + raw)
    assert len(signature) == len(headers["x-zendesk-webhook-signature"])
    headers["x-zendesk-webhook-signature"] = signature
    settings = ZendeskSettings(url="http://127.0.0.1:1", client_id="a", client_secret="b", webhook_secrets=secret)
    zendesk = Zendesk(settings)
    request = InboundRequest("POST", "/zendesk/events", (), headers, raw, version_of(time) / 1_000_000)
    zendesk.verify(request)
    (delivery,) = zendesk.parse(request)
    assert (delivery.id, delivery.problem) == (json.loads(raw)["id"], None)

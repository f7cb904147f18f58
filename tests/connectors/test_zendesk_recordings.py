"""What a real account answered and sent, read through our own parsing."""

import json

import pytest
from werkzeug.wrappers import Response

from caseroom.bridge.errors import Gone
from caseroom.bridge.model import CaseRequest, Status
from caseroom.connector import InboundRequest
from caseroom.signatures import base64_of, version_of
from connectors.zendesk.connector import Zendesk, ZendeskSettings
from tests.zendesk_recordings import RECORDED, recorded

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="NOT READ as a real Zendesk account writes: no recordings; set CASEROOM_RECORDED"
)


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

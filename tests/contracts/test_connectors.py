"""Every shipped connector keeps the contract."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from caseroom.contracts.connector import ConnectorContract
from connectors import SHIPPED
from connectors.salesforce import CONNECTOR as SALESFORCE
from connectors.shopify import CONNECTOR as SHOPIFY
from connectors.zendesk import CONNECTOR as ZENDESK


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def detail(**more) -> dict:
    return {
        "id": "4711",
        "assignee_id": "12",
        "requester_id": "34",
        "external_id": None,
        "status": "OPEN",
        "subject": "Teapot",
        "tags": ["chat"],
        "updated_at": "2026-11-20T09:30:00Z",
        **more,
    }


def zendesk(kind: str, event: dict | None = None, **more) -> dict:
    return {
        "id": f"event-{kind}",
        "type": f"zen:event-type:ticket.{kind}",
        "detail": detail(**more),
        "event": event or {},
    }


class TestZendesk(ConnectorContract):
    connector = ZENDESK
    secret_setting = "ZENDESK_WEBHOOK_SECRETS"
    settings = {"ZENDESK_URL": "http://127.0.0.1:1", "ZENDESK_CLIENT_ID": "a", "ZENDESK_CLIENT_SECRET": "b"}
    fixtures = {
        "created": zendesk("created"),
        "agent_assignment_changed": zendesk("agent_assignment_changed", {"previous": "", "current": "12"}),
        "group_assignment_changed": zendesk("group_assignment_changed", assignee_id=""),
        "status_changed": zendesk("status_changed", status="SOLVED"),
        "custom_status_changed": zendesk("custom_status_changed", status="PENDING"),
        "comment_added": zendesk("comment_added"),
        "tags_changed": zendesk("tags_changed", tags="chat vip"),
        "merged": zendesk("merged", {"target_ticket_id": "99"}, status="CLOSED"),
        "soft_deleted": zendesk("soft_deleted", status="DELETED"),
        "permanently_deleted": zendesk("permanently_deleted", status="DELETED"),
        "marked_as_spam": zendesk("marked_as_spam"),
        "undeleted": zendesk("undeleted"),
        "requester_changed": zendesk("requester_changed"),
        "external_id_changed": zendesk("external_id_changed", external_id="cr_x"),
    }
    unknown = {"id": "e", "type": "zen:event-type:user.created", "detail": {}}

    def sign(self, body, secret, at):
        time = iso(at)
        digest = hmac.digest(secret.encode(), time.encode() + body, hashlib.sha256)
        return {
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": time,
        }


def case_event(kind: str, **more) -> dict:
    event = {
        "id": f"e-{kind}",
        "type": kind,
        "caseId": "5003000000D8cuIAAR",
        "ownerId": "0053000000AbCdEAAV",
        "ownerIsUser": True,
        "origin": "Chat",
        "isClosed": False,
        "modifiedAt": "2026-11-20T09:30:00.000Z",
        **more,
    }
    return {"orgId": "00D5e000001AbCdEAK", "events": [event]}


class TestSalesforce(ConnectorContract):
    connector = SALESFORCE
    secret_setting = "SALESFORCE_WEBHOOK_SECRETS"
    settings = {
        "SALESFORCE_URL": "http://127.0.0.1:1",
        "SALESFORCE_CLIENT_ID": "a",
        "SALESFORCE_CLIENT_SECRET": "b",
        "SALESFORCE_ORG_ID": "00D5e000001AbCdEAK",
        "SALESFORCE_JOIN_ON": "accept",
    }
    fixtures = {
        "case.created": case_event("case.created"),
        "case.updated": case_event("case.updated", isClosed=True),
        "case.deleted": case_event("case.deleted", masterCaseId="500300000000001AAA"),
        "case.undeleted": case_event("case.undeleted"),
        "work.opened": case_event("work.opened", workId="0Bz300000000001CAA"),
        "work.closed": case_event("work.closed", workId="0Bz300000000001CAA"),
    }
    unknown = case_event("case.escalated")
    ref, agent_id = "5003000000D8cuIAAR", "0053000000AbCdEAAV"

    def dated(self, body, at):
        return {**body, "sentAt": iso(at)}

    def sign(self, body, secret, at):
        return {"X-Caseroom-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


SHOP = "sunny.myshopify.com"


class TestShopify(ConnectorContract):
    connector = SHOPIFY
    secret_setting = "SHOPIFY_API_SECRETS"
    settings = {"SHOPIFY_SHOPS": SHOP, "SHOPIFY_AGENTS": "ann"}
    fixtures = {
        "customers/redact": {
            "topic": "customers/redact",
            "shop_domain": SHOP,
            "customer": {"id": 1, "email": "a@x.test"},
        },
        "customers/data_request": {"topic": "customers/data_request", "shop_domain": SHOP, "customer": {"id": 1}},
        "shop/redact": {"topic": "shop/redact", "shop_domain": SHOP},
        "app/uninstalled": {"topic": "app/uninstalled", "myshopify_domain": SHOP},
    }
    unknown = {"topic": "orders/create", "shop_domain": SHOP}
    is_dated = False

    def sign(self, body, secret, at):
        topic = next((kind for kind in [*self.fixtures, "orders/create"] if kind.encode() in body), "shop/redact")
        digest = hmac.digest(secret.encode(), body, hashlib.sha256)
        return {
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-Webhook-Id": hashlib.sha256(body).hexdigest(),
        }


def test_no_shipped_connector_goes_without_the_contract():
    proved = {suite.connector for suite in ConnectorContract.__subclasses__()}
    assert set(SHIPPED) <= proved


def test_the_contract_turns_a_connector_down_that_believes_everybody():
    class Credulous(ZENDESK):
        def verify(self, request):
            pass

    suite = TestZendesk()
    suite.connector = Credulous
    for check in (suite.test_what_is_not_signed_is_refused, suite.test_an_old_request_is_refused):
        with pytest.raises(pytest.fail.Exception):
            check()

"""The stand-in of a Shopify shop, held to the signatures that Shopify publishes."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from sandbox.shopify import Shop, proxy_signature, webhook_signature
from sandbox.stand_in import Server

PUBLISHED = [
    ("extra", "1"),
    ("extra", "2"),
    ("path_prefix", "/apps/awesome_reviews"),
    ("shop", "shop-name.myshopify.com"),
    ("timestamp", "1317327555"),
]


class Recorder:
    """A service that keeps what reaches it and answers as told."""

    def __init__(self):
        self.requests = []
        self.answer = Response('{"userID": "v_1"}', mimetype="application/json")

    def __call__(self, environ, start_response):
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        if request.path.endswith("/away"):
            moved = Response(status=307, headers={"Location": f"{request.root_url}shopify/proxy/here"})
            return moved(environ, start_response)
        return self.answer(environ, start_response)


@pytest.fixture
def service():
    recorder = Recorder()
    server = Server(recorder)
    recorder.url = server.url
    yield recorder
    server.close()


@pytest.fixture
def shop(service):
    return Shop("quiet.myshopify.com", "hush", service_url=service.url, clock=lambda: 1_800_000_000.4)


@pytest.fixture
def storefront(shop):
    server = Server(shop)
    with httpx.Client(base_url=server.url) as browser:
        yield browser
    server.close()


@pytest.mark.parametrize(
    ("customer", "signature"),
    [
        ("1", "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"),
        ("", "e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb"),
    ],
)
def test_signs_a_proxied_query_as_shopify_publishes_it(customer, signature):
    assert proxy_signature([*PUBLISHED, ("logged_in_customer_id", customer)], "hush") == signature


def test_signs_a_proxied_query_the_same_in_whatever_order_it_comes():
    pairs = [("logged_in_customer_id", "1"), *PUBLISHED]
    assert proxy_signature(pairs, "hush") == "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"


def test_signs_a_webhook_as_shopify_publishes_it():
    assert webhook_signature(b'{"id":1}', "hush") == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="


def test_the_published_signature_of_an_installation_is_neither_of_the_two():
    # The third scheme joins with "&"; a proxied query or a webhook signed so must not pass for one.
    pairs = [("code", "abc"), ("shop", "x.myshopify.com"), ("state", "1"), ("timestamp", "1")]
    message = "&".join("=".join(pair) for pair in pairs)
    published = "0e6affbd848a7dca1a903e936bb4bf6723768ef38871ee02af79716492878da3"
    assert hmac.digest(b"hush", message.encode(), hashlib.sha256).hex() == published
    assert proxy_signature(pairs, "hush") != published
    assert webhook_signature(message.encode(), "hush") == base64.b64encode(bytes.fromhex(published)).decode()


def query_of(target):
    return parse_qsl(urlsplit(target).query, keep_blank_values=True)


def test_a_proxied_request_names_shop_and_customer_and_is_signed(shop):
    outgoing = shop.proxied("usersig", {"a": 1}, customer_id=7001, forwarded_for="203.0.113.9")
    query = query_of(outgoing.path)
    assert urlsplit(outgoing.path).path == "/shopify/proxy/usersig"
    assert dict(query) == {
        "shop": "quiet.myshopify.com",
        "logged_in_customer_id": "7001",
        "path_prefix": "/apps/chat",
        "timestamp": "1800000000",
        "signature": proxy_signature(query[:-1], "hush"),
    }
    assert outgoing.headers["X-Forwarded-For"] == "203.0.113.9"
    assert json.loads(outgoing.body) == {"a": 1}


def test_nobody_signed_in_is_an_empty_customer_id_not_a_missing_one(shop):
    assert ("logged_in_customer_id", "") in query_of(shop.proxied("usersig", {}).path)


def test_a_webhook_carries_every_header_and_its_signature_covers_the_raw_body(shop):
    webhook = shop.webhook("orders/create", {"id": 1})
    assert webhook.path == "/shopify/webhooks"
    assert webhook.body == b'{"id":1}'
    assert webhook.headers["X-Shopify-Hmac-Sha256"] == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="
    assert webhook.headers["X-Shopify-Topic"] == "orders/create"
    assert webhook.headers["X-Shopify-Shop-Domain"] == "quiet.myshopify.com"
    assert webhook.headers["X-Shopify-Triggered-At"] == "2027-01-15T08:00:00.400000Z"
    assert {"X-Shopify-API-Version", "X-Shopify-Webhook-Id", "X-Shopify-Event-Id"} <= set(webhook.headers)


def test_each_webhook_has_an_id_of_its_own_the_same_in_every_run(shop):
    first, second = shop.uninstall(), shop.uninstall()
    again = Shop("quiet.myshopify.com", "hush").uninstall()
    assert first.headers["X-Shopify-Webhook-Id"] != second.headers["X-Shopify-Webhook-Id"]
    assert first.headers["X-Shopify-Webhook-Id"] == again.headers["X-Shopify-Webhook-Id"]


@pytest.mark.parametrize(
    ("make", "topic", "keys"),
    [
        (lambda shop: shop.redact_customer(1, "a@x.test"), "customers/redact", {"customer", "orders_to_redact"}),
        (lambda shop: shop.request_data(1, "a@x.test"), "customers/data_request", {"customer", "data_request"}),
        (lambda shop: shop.redact_shop(), "shop/redact", {"shop_id", "shop_domain"}),
        (lambda shop: shop.uninstall(), "app/uninstalled", {"id", "myshopify_domain"}),
    ],
)
def test_compliance_webhooks_say_what_theirs_say(shop, make, topic, keys):
    webhook = make(shop)
    assert webhook.headers["X-Shopify-Topic"] == topic
    assert keys <= set(json.loads(webhook.body))


def test_the_storefront_has_no_chat_until_the_merchant_switches_it_on(storefront, shop):
    page = storefront.get("/")
    assert page.status_code == 200
    assert "quiet.myshopify.com" in page.text
    assert "<caseroom-chat" not in page.text
    shop.pages.switch_on("http://127.0.0.1:1/sdk.js")
    assert "<caseroom-chat" in storefront.get("/").text


def test_the_storefront_escapes_who_is_signed_in(storefront):
    page = storefront.get("/", headers={"Cookie": "customer=<b>7</b>"})
    assert "<b>7" not in page.text


def test_the_proxy_forwards_method_body_and_query_and_says_for_whom(storefront, service, shop):
    storefront.post("/apps/chat/case/messages?limit=5", json={"before": 3}, headers={"Cookie": "customer=7001"})
    (request,) = service.requests
    query = query_of(request.url)
    assert (request.method, request.path) == ("POST", "/shopify/proxy/case/messages")
    assert request.get_json() == {"before": 3}
    assert query[:3] == [("limit", "5"), ("shop", shop.domain), ("logged_in_customer_id", "7001")]
    assert query[-1] == ("signature", proxy_signature(query[:-1], "hush"))
    assert request.headers["X-Forwarded-For"] == "127.0.0.1"
    assert request.headers["X-Forwarded-Host"] == shop.domain


def test_the_proxy_passes_no_cookie_and_no_authorization_on(storefront, service):
    storefront.post("/apps/chat/usersig", json={}, headers={"Cookie": "customer=7001", "Authorization": "Bearer x"})
    assert not {"Cookie", "Authorization"} & set(service.requests[0].headers.keys())


def test_a_visitor_who_adds_a_shop_of_his_own_has_it_signed_along(storefront, service):
    storefront.post("/apps/chat/usersig?shop=other.myshopify.com", json={})
    query = query_of(service.requests[0].url)
    assert [value for name, value in query if name == "shop"] == ["other.myshopify.com", "quiet.myshopify.com"]
    assert query[-1] == ("signature", proxy_signature(query[:-1], "hush"))


def test_the_proxy_drops_the_headers_that_shopify_drops(storefront, service):
    service.answer.headers.update({"Set-Cookie": "a=b", "X-Powered-By": "x", "Cache-Control": "no-store"})
    answer = storefront.post("/apps/chat/usersig", json={})
    assert answer.json() == {"userID": "v_1"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"Set-Cookie", "X-Powered-By"} & set(answer.headers.keys())


def test_the_proxy_follows_redirects(storefront, service):
    assert storefront.post("/apps/chat/away", json={}).json() == {"userID": "v_1"}
    assert [request.path for request in service.requests] == ["/shopify/proxy/away", "/shopify/proxy/here"]


def test_the_proxy_keeps_what_a_refusal_says_but_not_what_a_broken_service_says(storefront, service):
    service.answer = Response('{"error": {}}', status=422, mimetype="application/json")
    assert storefront.post("/apps/chat/usersig", json={}).json() == {"error": {}}
    service.answer = Response('{"error": {}}', status=503, mimetype="application/json")
    answer = storefront.post("/apps/chat/usersig", json={})
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_proxy_shows_a_page_when_nobody_answers(storefront, shop):
    shop.service_url = "http://127.0.0.1:9"
    assert storefront.post("/apps/chat/usersig", json={}).status_code == 504


def test_a_customer_signs_in_and_out_by_the_shop_alone(storefront, service):
    storefront.get("/account/login?customer=42", follow_redirects=True)
    storefront.post("/apps/chat/case", json={})
    storefront.get("/account/logout", follow_redirects=True)
    storefront.post("/apps/chat/case", json={})
    assert [dict(query_of(request.url))["logged_in_customer_id"] for request in service.requests] == ["42", ""]


def test_other_addresses_are_not_found(storefront):
    assert storefront.get("/apps/other").status_code == 404

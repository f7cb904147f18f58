"""The interpreter for Shopify, held to the signatures that Shopify publishes."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseroom.bridge.errors import NotProven, Rejected
from caseroom.bridge.events import PersonErased, PersonExportAsked, ShopErased, ShopUninstalled
from caseroom.connector import Connector, InboundRequest, OpensCases, ProvesVisitors, Shopper
from caseroom.settings import SettingsError, load
from connectors import SHIPPED
from connectors.shopify import CONNECTOR
from connectors.zendesk import CONNECTOR as ZENDESK
from sandbox.shopify import Shop

NOW = 1_317_327_555
SHOP = "shop-name.myshopify.com"
PUBLISHED = (
    ("extra", "1"),
    ("extra", "2"),
    ("logged_in_customer_id", "1"),
    ("path_prefix", "/apps/awesome_reviews"),
    ("shop", SHOP),
    ("timestamp", str(NOW)),
)
SIGNATURE = "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
BLANK_SIGNATURE = "e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb"
OAUTH_SIGNATURE = "0e6affbd848a7dca1a903e936bb4bf6723768ef38871ee02af79716492878da3"
WEBHOOK_SIGNATURE = "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="

GIVEN = {"SHOPIFY_API_SECRETS": "hush", "SHOPIFY_SHOPS": f"{SHOP},other.myshopify.com", "SHOPIFY_AGENTS": "ann"}
REST = {
    "CONNECTORS": "shopify",
    "SECRET_KEY": "s" * 32,
    "TENCENT_SDK_APP_ID": "1400000000",
    "TENCENT_SECRET_KEY": "k" * 64,
}


def shopify(**changes):
    """The connector, with some settings changed; None takes one away."""
    values = {**GIVEN, **{f"SHOPIFY_{name.upper()}": value for name, value in changes.items()}, **REST}
    values = {name: value for name, value in values.items() if value is not None}
    if values.get("SHOPIFY_HELPDESK"):
        values["CONNECTORS"] += f",{values['SHOPIFY_HELPDESK']}"
    return CONNECTOR(load(values, {"shopify": CONNECTOR, "zendesk": Spare, "acme": Spare}).of["shopify"])


class Spare(CONNECTOR):
    """Another connector, with as few settings as can be."""

    Settings = CONNECTOR.Settings.__base__


def problems(**changes):
    with pytest.raises(SettingsError) as caught:
        shopify(**changes)
    return caught.value.problems


def asked(query, now=NOW):
    return InboundRequest("POST", "/shopify/proxy/usersig", tuple(query), {}, b"{}", now)


def signed(pairs, key="hush"):
    """A query with its signature, made by hand after the published rule."""
    names = dict.fromkeys(name for name, _ in pairs)
    lines = sorted(f"{name}={','.join(value for other, value in pairs if other == name)}" for name in names)
    return [*pairs, ("signature", hmac.digest(key.encode(), "".join(lines).encode(), hashlib.sha256).hex())]


def proxied(**changes):
    """Shopify's own parameters, some changed; None takes one away."""
    pairs = {"logged_in_customer_id": "7", "shop": SHOP, "timestamp": str(NOW), **changes}
    return [(name, value) for name, value in pairs.items() if value is not None]


def came(outgoing, now=NOW):
    """A request of the stand-in's, as the service gets it."""
    parts = urlsplit(outgoing.path)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    return InboundRequest("POST", parts.path, query, headers, outgoing.body, now)


def webhook(topic, body, *, shop=SHOP, key="hush", now=NOW, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": shop,
        "x-shopify-webhook-id": "one",
        "x-shopify-hmac-sha256": base64.b64encode(hmac.digest(key.encode(), raw, hashlib.sha256)).decode(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return InboundRequest("POST", "/shopify/webhooks", (), sent, raw, now)


def refused(call, code="not_proven"):
    with pytest.raises(NotProven) as caught:
        call()
    assert caught.value.code == code


@pytest.fixture
def ours():
    return shopify()


@pytest.fixture
def shop():
    return Shop(SHOP, "hush", clock=lambda: NOW + 0.25)


def one(deliveries):
    (delivery,) = deliveries
    return delivery


# What it is


def test_it_is_a_shipped_connector_that_proves_visitors_and_keeps_no_cases(ours):
    assert CONNECTOR in SHIPPED
    assert {"name", "display_name", "Settings", "callback_path", "accepted_status"} <= set(Connector.__annotations__)
    assert (ours.name, ours.display_name) == ("shopify", "Shopify")
    assert (ours.callback_path, ours.accepted_status) == ("webhooks", 200)
    assert isinstance(ours, ProvesVisitors)
    assert not isinstance(ours, OpensCases)


# Settings


def test_it_starts_with_a_secret_a_shop_and_somebody_who_answers(ours):
    assert ours.settings.api_secrets == ("hush",)
    assert ours.settings.shops == (SHOP, "other.myshopify.com")
    assert (ours.helpdesk, ours.answering) == ("", ("shopify_ann",))


@pytest.mark.parametrize("name", ["api_secrets", "shops"])
def test_a_missing_setting_is_named(name):
    assert problems(**{name: None}) == [f"SHOPIFY_{name.upper()}: is missing"]
    assert problems(**{name: "  "}) == [f"SHOPIFY_{name.upper()}: is missing"]


def test_every_problem_is_reported_at_once():
    named = [problem.partition(":")[0] for problem in problems(api_secrets=None, shops="a.example", agents="a_b")]
    assert named == ["SHOPIFY_API_SECRETS", "SHOPIFY_SHOPS", "SHOPIFY_AGENTS"]


def test_a_placeholder_is_refused():
    (problem,) = problems(shops="change-me.myshopify.com")
    assert problem.startswith("SHOPIFY_SHOPS:")


@pytest.mark.parametrize(
    "shops",
    [
        "shop.example",
        "https://a.myshopify.com",
        "A.myshopify.com",
        "-a.myshopify.com",
        "a.b.myshopify.com",
        "a.myshopify.com.evil.test",
        "amyshopify.com",
        f"{SHOP},a myshopify.com",
        ".myshopify.com",
    ],
)
def test_a_shop_is_named_by_its_myshopify_domain_and_nothing_else(shops):
    (problem,) = problems(shops=shops)
    assert problem.startswith("SHOPIFY_SHOPS: ")
    assert "your-shop.myshopify.com" in problem


def test_without_a_helpdesk_somebody_has_to_answer():
    (problem,) = problems(agents=None)
    assert problem.startswith("SHOPIFY_AGENTS: is missing")
    assert "SHOPIFY_HELPDESK" in problem


@pytest.mark.parametrize("helpdesk", ["zendesk", "acme"])
def test_with_a_helpdesk_nobody_else_has_to_answer(helpdesk):
    ours = shopify(helpdesk=helpdesk, agents=None)
    assert (ours.helpdesk, ours.answering) == (helpdesk, ())


@pytest.mark.parametrize("helpdesk", ["Zendesk", "zen desk", "shopify", "zendesk,salesforce", "zendesk_1"])
def test_a_helpdesk_is_another_connector_by_its_name(helpdesk):
    with pytest.raises(SettingsError) as caught:
        load({**GIVEN, **REST, "SHOPIFY_HELPDESK": helpdesk}, {"shopify": CONNECTOR})
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["SHOPIFY_HELPDESK"]


def test_a_helpdesk_that_is_not_enabled_is_reported_for_its_cases_would_wait_for_ever():
    with pytest.raises(SettingsError) as caught:
        load({**GIVEN, **REST, "SHOPIFY_HELPDESK": "zendesk"}, {"shopify": CONNECTOR, "zendesk": ZENDESK})
    assert caught.value.problems == ["SHOPIFY_HELPDESK: zendesk is not in CONNECTORS"]


def test_accounts_are_taken_as_they_are_and_names_become_accounts_of_shopify_in_their_order():
    agents = "zendesk_12, ann ,salesforce_005xx0000012345AAA,shopify_bob,B-2"
    answering = ("zendesk_12", "shopify_ann", "salesforce_005xx0000012345AAA", "shopify_bob", "shopify_B-2")
    assert shopify(agents=agents).answering == answering


def test_a_name_fills_an_account_and_no_more():
    (account,) = shopify(agents="a" * 23).answering
    assert len(account) == 31
    assert problems(agents="a" * 24)


@pytest.mark.parametrize("agent", ["a_b", "acme_12", "v_1", "s_1", "c_1", "zendesk_", "ann@x.test", "é", "zendesk_é"])
def test_an_agent_who_is_neither_is_named(agent):
    (problem,) = problems(agents=f"ann,{agent}")
    assert problem.startswith(f"SHOPIFY_AGENTS: {agent!r} is neither")


def test_an_account_that_is_too_long_for_the_chat_cloud_is_refused():
    assert shopify(agents="zendesk_" + "1" * 24).answering
    assert problems(agents="zendesk_" + "1" * 25)


# Shoppers


def test_the_published_signature_is_accepted(ours):
    assert ours.shopper(asked([*PUBLISHED, ("signature", SIGNATURE)])) == Shopper(SHOP, "1")


def test_the_published_signature_of_a_visitor_is_accepted_as_a_blank_counts_too(ours):
    blank = [(name, "" if name == "logged_in_customer_id" else value) for name, value in PUBLISHED]
    assert ours.shopper(asked([*blank, ("signature", BLANK_SIGNATURE)])) == Shopper(SHOP, "")
    dropped = [pair for pair in blank if pair[1]]
    refused(lambda: ours.shopper(asked([*dropped, ("signature", BLANK_SIGNATURE)])))


def test_the_order_of_the_parameters_does_not_matter_but_that_of_repeated_values_does(ours):
    turned = [("signature", SIGNATURE), *PUBLISHED[2:], *PUBLISHED[:2]]
    assert ours.shopper(asked(turned)).customer == "1"
    refused(lambda: ours.shopper(asked([PUBLISHED[1], PUBLISHED[0], *PUBLISHED[2:], ("signature", SIGNATURE)])))


@pytest.mark.parametrize("customer", [None, 7001])
def test_what_the_stand_in_sends_is_accepted(ours, shop, customer):
    request = came(shop.proxied("usersig", {}, customer))
    assert ours.shopper(request) == Shopper(SHOP, str(customer or ""))


def test_parameters_that_nobody_has_heard_of_are_signed_and_left_alone(ours):
    query = signed([*proxied(), ("new", ""), ("a b", "c&d=é"), ("utm", "1"), ("utm", "2")])
    assert ours.shopper(asked(query)) == Shopper(SHOP, "7")


@pytest.mark.parametrize("place", range(64))
def test_a_signature_with_one_letter_changed_is_refused(ours, place):
    letter = "0" if SIGNATURE[place] != "0" else "1"
    wrong = SIGNATURE[:place] + letter + SIGNATURE[place + 1 :]
    refused(lambda: ours.shopper(asked([*PUBLISHED, ("signature", wrong)])))


@pytest.mark.parametrize(
    "signature", ["", SIGNATURE.upper(), SIGNATURE[:-1], f"{SIGNATURE} ", SIGNATURE[::-1], "é" * 64, "\ud800"]
)
def test_a_signature_that_is_almost_right_is_wrong(ours, signature):
    refused(lambda: ours.shopper(asked([*PUBLISHED, ("signature", signature)])))


def test_a_query_without_a_signature_is_refused(ours):
    refused(lambda: ours.shopper(asked(PUBLISHED)))
    refused(lambda: ours.shopper(asked([])))


@settings(deadline=None)
@given(place=st.integers(0, len(PUBLISHED) - 1), what=st.sampled_from(["name", "value"]), put=st.text(max_size=30))
def test_a_parameter_that_was_changed_is_refused(place, what, put):
    name, value = PUBLISHED[place]
    changed = (put, value) if what == "name" else (name, put)
    if changed == PUBLISHED[place]:
        return
    query = [*PUBLISHED[:place], changed, *PUBLISHED[place + 1 :], ("signature", SIGNATURE)]
    refused(lambda: shopify().shopper(asked(query)))


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=20), value=st.text(max_size=20))
def test_a_parameter_that_was_added_is_refused(name, value):
    refused(lambda: shopify().shopper(asked([*PUBLISHED, (name, value), ("signature", SIGNATURE)])))


@pytest.mark.parametrize("place", range(len(PUBLISHED)))
def test_a_parameter_that_was_taken_away_is_refused(ours, place):
    query = [*PUBLISHED[:place], *PUBLISHED[place + 1 :], ("signature", SIGNATURE)]
    refused(lambda: ours.shopper(asked(query)))


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8))
def test_no_query_does_anything_worse_than_being_refused(query):
    refused(lambda: shopify().shopper(asked(query)))


@settings(deadline=None)
@given(
    extra=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6),
    customer=st.integers(0, 10**20 - 1).map(str) | st.just(""),
)
def test_whatever_shopify_signs_is_accepted(extra, customer):
    kept = [(name, value) for name, value in extra if name not in {*dict(proxied()), "signature"}]
    query = signed([*kept, *proxied(logged_in_customer_id=customer)])
    assert shopify().shopper(asked(query)) == Shopper(SHOP, customer)


@pytest.mark.parametrize("name", ["shop", "timestamp", "logged_in_customer_id"])
@pytest.mark.parametrize("is_first", [True, False])
def test_what_decides_may_not_be_said_twice_even_where_shopify_signs_it(ours, name, is_first):
    own = (name, dict(proxied())[name])
    query = [own, *proxied()] if is_first else [*proxied(), own]
    refused(lambda: ours.shopper(asked(signed(query))))


def test_a_customer_id_that_a_visitor_appends_to_the_address_is_refused(ours, shop):
    query = shop.signed_query([("logged_in_customer_id", "7001")], None)
    refused(lambda: ours.shopper(asked(query)))


def test_a_second_signature_is_refused_wherever_it_stands(ours):
    right = ("signature", SIGNATURE)
    for query in ([right, *PUBLISHED, right], [*PUBLISHED, ("signature", ""), right], [*PUBLISHED, right, right]):
        refused(lambda query=query: ours.shopper(asked(query)))


def test_what_only_looks_like_a_parameter_of_shopifys_decides_nothing(ours):
    query = signed([*proxied(), ("Shop", "other.myshopify.com"), ("logged_in_customer_id[]", "9"), ("shop ", "x")])
    assert ours.shopper(asked(query)) == Shopper(SHOP, "7")


@pytest.mark.parametrize("away", [-90, -1, 0, 1, 90])
def test_a_query_is_good_for_ninety_seconds_before_and_after(ours, away):
    assert ours.shopper(asked(signed(proxied()), now=NOW + away)).customer == "7"


@pytest.mark.parametrize("away", [-1e9, -91, -90.5, 90.5, 91, 86_400])
def test_a_query_from_another_time_is_stale(ours, away):
    refused(lambda: ours.shopper(asked(signed(proxied()), now=NOW + away)), "stale")


def test_a_wrong_signature_is_not_told_that_it_is_stale(ours):
    refused(lambda: ours.shopper(asked([*proxied(), ("signature", "0" * 64)], now=NOW + 1_000)))


@pytest.mark.parametrize(
    "timestamp", [None, "", "now", f"{NOW}.0", f"-{NOW}", f" {NOW}", "1e9", "9" * 400, "\u0661\u0662", "nan"]
)
def test_a_time_that_is_none_is_refused(ours, timestamp):
    refused(lambda: ours.shopper(asked(signed(proxied(timestamp=timestamp)))))


@pytest.mark.parametrize("customer", [" ", "7 ", "-7", "7.0", "abc", "7,8", "\u0667", "0x7", "7\n", "1" * 21])
def test_a_customer_whose_id_is_no_number_is_refused(ours, customer):
    refused(lambda: ours.shopper(asked(signed(proxied(logged_in_customer_id=customer)))))


def test_a_query_that_says_nothing_of_a_customer_is_a_visitors(ours):
    assert ours.shopper(asked(signed(proxied(logged_in_customer_id=None)))) == Shopper(SHOP, "")


@pytest.mark.parametrize(
    "other", [None, "", "third.myshopify.com", "shop.example", SHOP.upper(), f"{SHOP} ", f"{SHOP}."]
)
def test_a_shop_that_is_not_served_is_refused(ours, other):
    refused(lambda: ours.shopper(asked(signed(proxied(shop=other)))), "unknown_shop")


def test_each_shop_that_is_served_vouches_for_its_own_customers(ours):
    query = signed(proxied(shop="other.myshopify.com"))
    assert ours.shopper(asked(query)) == Shopper("other.myshopify.com", "7")


def test_two_secrets_are_good_while_they_are_exchanged_and_no_third():
    ours = shopify(api_secrets="new,hush")
    for secret in ("new", "hush"):
        assert ours.shopper(asked(signed(proxied(), secret))).customer == "7"
        ours.verify(webhook("shop/redact", {}, key=secret))
    for secret in ("", "old", "new,hush"):
        refused(lambda secret=secret: ours.shopper(asked(signed(proxied(), secret))))
        refused(lambda secret=secret: ours.verify(webhook("shop/redact", {}, key=secret)))


def test_the_signature_of_an_installation_is_not_one_of_a_storefront(ours):
    pairs = [("code", "abc"), ("shop", "x.myshopify.com"), ("state", "1"), ("timestamp", "1")]
    joined = "&".join("=".join(pair) for pair in pairs)
    assert hmac.digest(b"hush", joined.encode(), hashlib.sha256).hex() == OAUTH_SIGNATURE
    for name in ("hmac", "signature"):
        refused(lambda name=name: ours.shopper(asked([*pairs, (name, OAUTH_SIGNATURE)], now=1)))
    named = sorted(proxied())
    ampersands = "&".join("=".join(pair) for pair in named).encode()
    for name in ("hmac", "signature"):
        query = [*named, (name, hmac.digest(b"hush", ampersands, hashlib.sha256).hex())]
        refused(lambda query=query: ours.shopper(asked(query)))


def test_a_base64_signature_is_not_one_of_a_storefront(ours):
    in_base64 = base64.b64encode(bytes.fromhex(SIGNATURE)).decode()
    refused(lambda: ours.shopper(asked([*PUBLISHED, ("signature", in_base64)])))


# Webhooks: who sent them


def test_the_published_signature_of_a_webhook_is_accepted(ours):
    request = webhook("shop/redact", b'{"id":1}')
    assert request.header("X-Shopify-Hmac-SHA256") == WEBHOOK_SIGNATURE
    ours.verify(request)


def test_every_webhook_of_the_stand_in_is_accepted(ours, shop):
    for outgoing in (
        shop.redact_customer(7, "a@x.test"),
        shop.request_data(7, ""),
        shop.redact_shop(),
        shop.uninstall(),
    ):
        ours.verify(came(outgoing))


@settings(deadline=None)
@given(place=st.integers(0, len(WEBHOOK_SIGNATURE) - 1), letter=st.characters())
def test_a_webhooks_signature_with_one_letter_changed_is_refused(place, letter):
    wrong = WEBHOOK_SIGNATURE[:place] + letter + WEBHOOK_SIGNATURE[place + 1 :]
    if wrong != WEBHOOK_SIGNATURE:
        refused(lambda: shopify().verify(webhook("shop/redact", b'{"id":1}', x_shopify_hmac_sha256=wrong)))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_another_body_under_the_same_signature_is_refused(body):
    if body != b'{"id":1}':
        refused(lambda: shopify().verify(webhook("shop/redact", body, x_shopify_hmac_sha256=WEBHOOK_SIGNATURE)))


@pytest.mark.parametrize("body", [b'{"id": 1}', b'{"id":1}\n', b"\xef\xbb\xbf" + b'{"id":1}', b""])
def test_the_raw_bytes_are_signed_and_not_what_they_mean(ours, body):
    refused(lambda: ours.verify(webhook("shop/redact", body, x_shopify_hmac_sha256=WEBHOOK_SIGNATURE)))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        base64.b64decode(WEBHOOK_SIGNATURE).hex(),
        WEBHOOK_SIGNATURE.lower(),
        WEBHOOK_SIGNATURE.rstrip("="),
        base64.urlsafe_b64encode(base64.b64decode(WEBHOOK_SIGNATURE)).decode(),
    ],
)
def test_a_signature_in_another_form_is_refused(ours, signature):
    refused(lambda: ours.verify(webhook("shop/redact", b'{"id":1}', x_shopify_hmac_sha256=signature)))


@pytest.mark.parametrize("other", ["", "third.myshopify.com", SHOP.upper(), f"{SHOP},other.myshopify.com"])
def test_a_webhook_of_a_shop_that_is_not_served_is_refused(ours, other):
    refused(lambda: ours.verify(webhook("shop/redact", {}, shop=other)), "unknown_shop")


def test_a_refusal_repeats_nothing_that_came(ours):
    for call in (
        lambda: ours.shopper(asked([("extra", "evil"), ("signature", "evil")])),
        lambda: ours.shopper(asked(signed(proxied(shop="evil.myshopify.com")))),
        lambda: ours.verify(webhook("shop/redact", {}, shop="evil.myshopify.com")),
    ):
        with pytest.raises(NotProven) as caught:
            call()
        assert "evil" not in caught.value.message


# Webhooks: what they say

CUSTOMER = {"id": 7001, "email": "Ann@x.test", "phone": "+1"}


def test_erase_a_customer(ours):
    body = {"shop_id": 1, "shop_domain": SHOP, "customer": CUSTOMER, "orders_to_redact": [1]}
    delivery = one(ours.parse(webhook("customers/redact", body)))
    assert delivery.events == (PersonErased(SHOP, "7001", "Ann@x.test"),)
    assert (delivery.id, delivery.problem) == ("one", None)


def test_export_a_customer(ours):
    body = {"shop_domain": SHOP, "customer": CUSTOMER, "data_request": {"id": 9}}
    (event,) = one(ours.parse(webhook("customers/data_request", body))).events
    assert event == PersonExportAsked(SHOP, "7001", "Ann@x.test")


def test_erase_a_shop(ours):
    (event,) = one(ours.parse(webhook("shop/redact", {"shop_id": 1, "shop_domain": SHOP}))).events
    assert event == ShopErased(SHOP)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("2011-09-29T20:19:00Z", NOW - 15),
        ("2011-09-29T20:19:00.877041743Z", NOW - 15),
        ("2011-09-29T22:19:00+02:00", NOW - 15),
        ("2031-09-29T20:19:00Z", NOW),
        ("2011-09-29T20:19:00", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_a_shop_took_the_app_away_and_when_as_far_as_can_be_believed(ours, said, understood):
    request = webhook("app/uninstalled", {"myshopify_domain": SHOP}, x_shopify_triggered_at=said, now=NOW + 0.9)
    (event,) = one(ours.parse(request)).events
    assert event == ShopUninstalled(SHOP, understood)
    assert isinstance(event.at, int)


def test_the_stand_in_is_understood(ours, shop):
    def said(outgoing):
        return one(ours.parse(came(outgoing))).events

    assert said(shop.redact_customer(7, "a@x.test")) == (PersonErased(SHOP, "7", "a@x.test"),)
    assert said(shop.request_data(7, "a@x.test")) == (PersonExportAsked(SHOP, "7", "a@x.test"),)
    assert said(shop.redact_shop()) == (ShopErased(SHOP),)
    assert said(shop.uninstall()) == (ShopUninstalled(SHOP, NOW),)
    assert datetime.fromtimestamp(NOW, UTC).isoformat() == "2011-09-29T20:19:15+00:00"


@pytest.mark.parametrize("topic", ["orders/create", "", "CUSTOMERS/REDACT", "customers/redact "])
@pytest.mark.parametrize("body", [b"{}", b"not JSON", b"[]"])
def test_a_topic_that_we_have_no_word_for_is_noted_and_left(ours, topic, body):
    delivery = one(ours.parse(webhook(topic, body)))
    assert (delivery.id, delivery.events, delivery.problem) == ("one", (), None)


def test_a_delivery_keeps_its_id_when_it_repeats(ours, shop):
    outgoing = shop.uninstall()
    first, second = (one(ours.parse(came(outgoing))) for _ in range(2))
    assert first.id == second.id == outgoing.headers["X-Shopify-Webhook-Id"]


def test_without_an_id_topic_and_body_name_the_delivery(ours):
    def name(topic, body):
        return one(ours.parse(webhook(topic, body, x_shopify_webhook_id=""))).id

    assert name("shop/redact", b"{}") == hashlib.sha256(b"shop/redact{}").hexdigest()
    assert len({name("shop/redact", b"{}"), name("shop/redact", b"{ }"), name("app/uninstalled", b"{}")}) == 3


@pytest.mark.parametrize("field", ["shop_domain", "myshopify_domain", "domain"])
@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request", "shop/redact", "app/uninstalled"])
def test_a_header_cannot_turn_a_signed_body_against_another_shop(ours, topic, field):
    body = {field: "other.myshopify.com", "customer": CUSTOMER}
    delivery = one(ours.parse(webhook(topic, body)))
    assert delivery.events == ()
    assert delivery.problem == f"{field}: differs from the header X-Shopify-Shop-Domain"
    assert delivery.detail == {"topic": topic, "shop": SHOP}


@pytest.mark.parametrize("named", [7, [], {}, "", SHOP.upper(), f"{SHOP}."])
def test_a_shop_that_is_named_in_another_form_is_another_shop(ours, named):
    delivery = one(ours.parse(webhook("shop/redact", {"shop_domain": named})))
    assert delivery.problem is not None
    assert delivery.events == ()


@pytest.mark.parametrize("domain", ["www.quiet.example", None, 7, "other.myshopify.com"])
def test_a_shops_permanent_domain_counts_before_any_other(ours, domain):
    body = {"id": 1, "domain": domain, "myshopify_domain": SHOP}
    assert one(ours.parse(webhook("app/uninstalled", body))).problem is None
    body = {"domain": SHOP, "myshopify_domain": "other.myshopify.com"}
    assert one(ours.parse(webhook("app/uninstalled", body))).problem is not None


@pytest.mark.parametrize("domain", ["www.quiet.example", None, 7, SHOP])
def test_a_domain_of_the_shops_own_says_nothing(ours, domain):
    assert one(ours.parse(webhook("app/uninstalled", {"id": 1, "domain": domain}))).problem is None


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request"])
@pytest.mark.parametrize(
    "customer",
    [None, 7, [], {}, {"email": "a@x.test"}]
    + [{"id": wrong} for wrong in (None, "", "x", -7, 7.5, True, [7], {"id": 7}, 10**20)],
)
def test_a_customer_without_an_id_is_a_problem_that_names_the_field(ours, topic, customer):
    delivery = one(ours.parse(webhook(topic, {"shop_domain": SHOP, "customer": customer})))
    assert delivery.problem == "customer.id: is missing or no number"
    assert delivery.events == ()
    assert delivery.detail == {"topic": topic, "shop": SHOP}


@pytest.mark.parametrize("email", [None, 7, [], ""])
def test_a_customer_may_have_no_address(ours, email):
    body = {"shop_domain": SHOP, "customer": {"id": "7001", "email": email}}
    assert one(ours.parse(webhook("customers/redact", body))).events == (PersonErased(SHOP, "7001", ""),)


def test_an_address_that_no_encoding_knows_breaks_nothing(ours):
    body = b'{"customer": {"id": 7, "email": "a\\ud800@x.test"}}'
    (event,) = one(ours.parse(webhook("customers/redact", body))).events
    assert event.email.encode() == b"a?@x.test"


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000, b"9" * 5_000])
def test_a_known_topic_wants_a_json_object(ours, body):
    with pytest.raises(Rejected) as caught:
        ours.parse(webhook("customers/redact", body))
    assert caught.value.status == 400


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
almost = st.fixed_dictionaries(
    {},
    optional={
        "shop_domain": st.just(SHOP) | anything,
        "myshopify_domain": st.just(SHOP) | anything,
        "domain": st.just("shop.example") | anything,
        "customer": st.fixed_dictionaries({}, optional={"id": anything, "email": anything}) | anything,
    },
)
TOPICS = ["customers/redact", "customers/data_request", "shop/redact", "app/uninstalled"]


@settings(deadline=None)
@given(topic=st.sampled_from(TOPICS) | st.text(max_size=20), body=anything | almost, at=st.text(max_size=30))
def test_whatever_json_comes_is_understood_or_named_or_rejected(topic, body, at):
    try:
        delivery = one(shopify().parse(webhook(topic, body, x_shopify_triggered_at=at)))
    except Rejected:
        assert not isinstance(body, dict)
        return
    assert not (delivery.events and delivery.problem)
    assert bool(delivery.events or delivery.problem) == (topic in TOPICS)


@settings(deadline=None)
@given(topic=st.sampled_from(TOPICS), body=st.binary(max_size=60), at=st.datetimes(timezones=st.timezones()))
def test_whatever_bytes_come_are_understood_or_rejected(topic, body, at):
    try:
        one(shopify().parse(webhook(topic, body, x_shopify_triggered_at=at.isoformat())))
    except Rejected:
        return
    assert isinstance(json.loads(body), dict)


# What is written about it


def test_its_page_names_every_setting_topic_and_refusal():
    page = (Path(__file__).parents[2] / "connectors" / "shopify" / "README.md").read_text(encoding="utf-8")
    named = [f"SHOPIFY_{name.upper()}" for name in CONNECTOR.Settings.model_fields]
    assert [word for word in (*named, *TOPICS, "not_proven", "stale", "unknown_shop") if f"`{word}" not in page] == []

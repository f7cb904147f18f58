"""Shopify in our words: shoppers through a shop's app proxy, and the webhooks about their privacy.

Shopify has no cases: they go to a helpdesk's connector, or to agents in turn. Nothing here calls Shopify.
https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from caseroom.bridge.errors import BadField, NotProven
from caseroom.bridge.events import Delivery, Event, PersonErased, PersonExportAsked, ShopErased, ShopUninstalled
from caseroom.connector import ConnectorSettings, InboundRequest, List, Secrets, Shopper
from caseroom.signatures import CANNOT_PROVE, base64_of, hex_of, require_one_of, require_recent, seconds_of

WINDOW = 90.0
# What a shopper may append to a storefront's address must not stand in for what Shopify adds.
GIVEN_ONCE = ("shop", "timestamp", "signature", "logged_in_customer_id")
# Fields by which bodies name their shop, the surest first; `domain` may be an address of the shop's own.
SHOP_FIELDS = ("shop_domain", "myshopify_domain", "domain")
SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
CUSTOMER = re.compile(r"[0-9]{1,20}")
LOCAL_AGENT = re.compile(r"[A-Za-z0-9-]{1,23}")
FULL_AGENT = re.compile(r"(zendesk|salesforce|shopify)_[A-Za-z0-9_-]+")
LONGEST_ACCOUNT = 32


def _shop_domains(shops: tuple[str, ...]) -> tuple[str, ...]:
    for shop in shops:
        if not SHOP.fullmatch(shop):
            raise ValueError(f"{shop!r} is not of the form your-shop.myshopify.com")
    return shops


def _agent_names(agents: tuple[str, ...]) -> tuple[str, ...]:
    for agent in agents:
        is_full = FULL_AGENT.fullmatch(agent) and len(agent) <= LONGEST_ACCOUNT
        if not is_full and not LOCAL_AGENT.fullmatch(agent):
            raise ValueError(
                f"{agent!r} is neither an account such as zendesk_12 nor a name of 1 to 23 letters, digits or -"
            )
    return agents


class ShopifySettings(ConnectorSettings):
    """SHOPIFY_...: `.env.example` says what each one means."""

    api_secrets: Secrets
    shops: Annotated[Secrets, AfterValidator(_shop_domains)]
    helpdesk: str = ""
    agents: Annotated[List, AfterValidator(_agent_names)] = Field(default=(), validate_default=True)

    @field_validator("helpdesk")
    @classmethod
    def _keeps_cases(cls, helpdesk: str) -> str:
        if not re.fullmatch("[a-z]*", helpdesk) or helpdesk == Shopify.name:
            raise ValueError("has to be empty, or the name of a helpdesk's connector such as zendesk")
        return helpdesk

    @field_validator("agents")
    @classmethod
    def _somebody_answers(cls, agents: tuple[str, ...], known: ValidationInfo) -> tuple[str, ...]:
        if not agents and known.data.get("helpdesk") == "":
            raise ValueError("is missing; without SHOPIFY_HELPDESK somebody has to answer")
        return agents


class Shopify:
    """The interpreter for Shopify.

    Attributes:
        helpdesk: the connector that keeps the cases; empty: none does.
        answering: accounts that answer in turn where no helpdesk does.
    """

    name: ClassVar[str] = "shopify"
    display_name: ClassVar[str] = "Shopify"
    Settings: ClassVar[type[ConnectorSettings]] = ShopifySettings
    callback_path: ClassVar[str] = "webhooks"
    accepted_status: ClassVar[int] = 200

    def __init__(self, settings: ShopifySettings) -> None:
        self.settings = settings
        self.helpdesk = settings.helpdesk
        self.answering = tuple(_account(agent) for agent in settings.agents)

    def verify(self, request: InboundRequest) -> None:
        """X-Shopify-Hmac-Sha256 over the raw body, from a shop that is served here.

        https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
        """
        expected = [base64_of(secret, request.body) for secret in self.settings.api_secrets]
        require_one_of(request.header("X-Shopify-Hmac-Sha256"), expected)
        self._require_served(_shop_of(request))

    def parse(self, request: InboundRequest) -> Iterable[Delivery]:
        """One webhook; its signature covers the body and none of the headers."""
        topic, shop = request.header("X-Shopify-Topic"), _shop_of(request)
        identity = request.header("X-Shopify-Webhook-Id") or _digest(topic, request.body)
        if topic not in TOPICS:
            return [Delivery(id=identity)]
        body = request.json()
        try:
            _require_same_shop(shop, body)
            event = TOPICS[topic](shop, body, request)
        except BadField as wrong:
            return [Delivery(id=identity, problem=wrong.message, detail={"topic": topic, "shop": shop})]
        return [Delivery(id=identity, events=(event,))]

    def shopper(self, request: InboundRequest) -> Shopper:
        """The app proxy's signature over the query; it vouches for the shop and the customer, and for nothing else.

        https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
        """
        query = self._signed(request.query)
        shop, time, customer = (query.get(name, "") for name in ("shop", "timestamp", "logged_in_customer_id"))
        if not TIMESTAMP.fullmatch(time) or (customer and not CUSTOMER.fullmatch(customer)):
            raise NotProven(CANNOT_PROVE)
        require_recent(float(time), request.now, WINDOW)
        self._require_served(shop)
        return Shopper(shop, customer)

    def _signed(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        query = _gathered(pairs)
        signature = query.pop("signature", "")
        message = "".join(sorted(f"{name}={value}" for name, value in query.items()))
        expected = [hex_of(secret, message.encode(errors="surrogatepass")) for secret in self.settings.api_secrets]
        require_one_of(signature, expected)
        return query

    def _require_served(self, shop: str) -> None:
        if shop not in self.settings.shops:
            raise NotProven("This shop is not in SHOPIFY_SHOPS.", code="unknown_shop")


def _account(agent: str) -> str:
    return agent if FULL_AGENT.fullmatch(agent) else f"{Shopify.name}_{agent}"


def _shop_of(request: InboundRequest) -> str:
    return request.header("X-Shopify-Shop-Domain")


def _digest(topic: str, body: bytes) -> str:
    return hashlib.sha256(topic.encode(errors="surrogatepass") + body).hexdigest()


def _gathered(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters as they are signed: what is repeated is joined, except what may not be repeated."""
    gathered: dict[str, list[str]] = {}
    for name, value in query:
        gathered.setdefault(name, []).append(value)
    if any(len(gathered.get(name, ())) > 1 for name in GIVEN_ONCE):
        raise NotProven(CANNOT_PROVE)
    return {name: ",".join(values) for name, values in gathered.items()}


def _require_same_shop(shop: str, body: dict[str, Any]) -> None:
    field = next((field for field in SHOP_FIELDS if body.get(field) is not None), None)
    if field is None or (field == "domain" and not SHOP.fullmatch(str(body[field]))):
        return
    if body[field] != shop:
        raise BadField(field, "differs from the header X-Shopify-Shop-Domain")


def _person(body: dict[str, Any]) -> tuple[str, str]:
    """Id and e-mail address of the customer whom a webhook is about."""
    customer = body.get("customer")
    known = customer if isinstance(customer, dict) else {}
    identity, email = str(known.get("id", "")), known.get("email")
    if not CUSTOMER.fullmatch(identity):
        raise BadField("customer.id", "is missing or no number")
    return identity, email.encode(errors="ignore").decode() if isinstance(email, str) else ""


def _shop_erased(shop: str, body: dict[str, Any]) -> ShopErased:
    """The topic is not signed, so the body itself has to be that of a whole shop and not of one customer."""
    if body.get("shop_domain") != shop or "customer" in body:
        raise BadField("shop_domain", "is missing, or the body is not that of shop/redact")
    return ShopErased(shop)


def _triggered_at(request: InboundRequest) -> int:
    try:
        return int(min(seconds_of(request.header("X-Shopify-Triggered-At")), request.now))
    except ValueError:
        return int(request.now)


# https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
TOPICS: dict[str, Callable[[str, dict[str, Any], InboundRequest], Event]] = {
    "customers/redact": lambda shop, body, _: PersonErased(shop, *_person(body)),
    "customers/data_request": lambda shop, body, _: PersonExportAsked(shop, *_person(body)),
    "shop/redact": lambda shop, body, _: _shop_erased(shop, body),
    "app/uninstalled": lambda shop, _, request: ShopUninstalled(shop, _triggered_at(request)),
}

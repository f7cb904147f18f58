"""A Shopify shop: its storefront, its app proxy, and the webhooks that Shopify sends about it.

https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.mailbox import Outgoing
from sandbox.screens.storefront import Storefront

Pairs = list[tuple[str, str]]

# Whether Shopify passes on headers of the page's own is not documented; here it does not.
PASSED_ON = ("Content-Type", "Accept", "Accept-Language", "User-Agent", "Origin", "Referer")
DROPPED = re.compile(
    "accept-patch|accept-ranges|connection|cookie|date|delta-base|im|p3p|pragma|preference-applied|proxy-authenticate|"
    "public-key-pins|server|service-worker-allowed|set-cookie|trailer|tk|warning|x-powered-by|"
    "content-length|content-encoding|transfer-encoding",  # these three are the line's own
    re.IGNORECASE,
)
SORRY = "<!doctype html><title>Something went wrong</title><p>There was a problem loading this website.</p>"


@dataclass
class Shop:
    """A shop that has installed the app; a WSGI application that is its storefront.

    Attributes:
        api_secret: the app's client secret, which signs everything.
        service_url: where the app proxy and the storefront reach the service.
        path_prefix: prefix and subpath of the app proxy, which the merchant may change.
        pages: what the storefront shows.
    """

    domain: str
    api_secret: str
    service_url: str = ""
    path_prefix: str = "/apps/chat"
    shop_id: int = 954889
    clock: Callable[[], float] = time.time
    seconds: float = 10.0
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.pages = Storefront(self.domain)

    def proxied(
        self,
        path: str,
        json: Any,
        customer_id: int | str | None = None,
        forwarded_for: str | None = None,
    ) -> Outgoing:
        """What reaches the service when the storefront sends this to the app proxy."""
        target = f"/shopify/proxy/{path}?{urlencode(self.signed_query([], customer_id))}"
        return Outgoing(target, as_json(json), {"Content-Type": "application/json"} | self.forwarded(forwarded_for))

    def signed_query(self, query: Pairs, customer_id: int | str | None) -> Pairs:
        """The visitor's query with what Shopify adds to it."""
        added = {
            "shop": self.domain,
            "logged_in_customer_id": "" if customer_id is None else str(customer_id),
            "path_prefix": self.path_prefix,
            "timestamp": str(int(self.clock())),
        }
        pairs = [*query, *added.items()]
        return [*pairs, ("signature", proxy_signature(pairs, self.api_secret))]

    def forwarded(self, address: str | None) -> dict[str, str]:
        """The headers that say for whom the proxy asks."""
        return {"X-Forwarded-Host": self.domain} | ({"X-Forwarded-For": address} if address else {})

    def webhook(self, topic: str, payload: Any) -> Outgoing:
        """A webhook; sent again as it is, it is the same delivery."""
        number, body = next(self.numbers), as_json(payload)
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": self.domain,
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"webhook {number} of {self.domain}")),
            "X-Shopify-Event-Id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"event {number} of {self.domain}")),
            "X-Shopify-Triggered-At": datetime.fromtimestamp(self.clock(), UTC).isoformat().replace("+00:00", "Z"),
            "X-Shopify-Hmac-Sha256": webhook_signature(body, self.api_secret),
        }
        return Outgoing("/shopify/webhooks", body, headers)

    def redact_customer(self, customer_id: int, email: str) -> Outgoing:
        """Shopify asks to erase a customer."""
        return self.webhook("customers/redact", self.about(customer_id, email) | {"orders_to_redact": []})

    def request_data(self, customer_id: int, email: str) -> Outgoing:
        """A customer asks what is kept about him."""
        more = {"orders_requested": [], "data_request": {"id": 9999}}
        return self.webhook("customers/data_request", self.about(customer_id, email) | more)

    def redact_shop(self) -> Outgoing:
        """Shopify asks to erase the shop, 48 hours after the app was uninstalled."""
        return self.webhook("shop/redact", {"shop_id": self.shop_id, "shop_domain": self.domain})

    def uninstall(self) -> Outgoing:
        """The merchant removes the app."""
        shop = {"id": self.shop_id, "name": self.domain.split(".")[0], "domain": self.domain}
        return self.webhook("app/uninstalled", shop | {"myshopify_domain": self.domain})

    def about(self, customer_id: int, email: str) -> dict[str, Any]:
        """The shop and one of its customers."""
        customer = {"id": customer_id, "email": email, "phone": None}
        return {"shop_id": self.shop_id, "shop_domain": self.domain, "customer": customer}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request to the storefront."""
        request = Request(environ)
        if request.path.startswith(f"{self.path_prefix}/"):
            response = self.forward(request)
        elif request.path in {"/account/login", "/account/logout"}:
            response = redirect("/")
            customer = request.args.get("customer", "7001") if request.path == "/account/login" else ""
            response.set_cookie("customer", customer, httponly=True, samesite="Lax")
        else:
            response = self.pages.answer(request) or Response(SORRY, 404, mimetype="text/html")
        return response(environ, start_response)

    def forward(self, request: Request) -> Response:
        """Pass a request on to the service as the app proxy does, and its answer back."""
        query = self.signed_query([*request.args.items(multi=True)], request.cookies.get("customer"))
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            answer = httpx.request(
                request.method,
                f"{self.service_url}/shopify/proxy{request.path.removeprefix(self.path_prefix)}?{urlencode(query)}",
                content=request.get_data(),
                headers=headers | self.forwarded(request.remote_addr),
                timeout=self.seconds,
                follow_redirects=True,
            )
        except httpx.TransportError:
            return Response(SORRY, status=504, mimetype="text/html")
        if answer.status_code >= 500:
            return Response(SORRY, status=answer.status_code, mimetype="text/html")
        kept = [(name, value) for name, value in answer.headers.multi_items() if not DROPPED.fullmatch(name)]
        return Response(answer.content, answer.status_code, kept)


def proxy_signature(pairs: Pairs, secret: str) -> str:
    """Sign a query: what is repeated is joined by commas, the rest sorted and written without separators."""
    names = {name: ",".join(value for other, value in pairs if other == name) for name, _ in pairs}
    message = "".join(sorted(f"{name}={value}" for name, value in names.items()))
    return hmac.digest(secret.encode(), message.encode(), hashlib.sha256).hex()


def webhook_signature(body: bytes, secret: str) -> str:
    """Sign the raw body of a webhook."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def as_json(payload: Any) -> bytes:
    """A body in JSON."""
    return json.dumps(payload, separators=(",", ":")).encode()

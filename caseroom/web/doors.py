"""Every route names its lock; a route without one lets nobody in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask, Request, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from caseroom.bridge.errors import BadField, NotAllowed, NotFound, NotProven, Rejected
from caseroom.bridge.records import Shop
from caseroom.connector import InboundRequest, NotJSON, ProvesVisitors, Shopper
from caseroom.house import House
from caseroom.signatures import require_bearer
from caseroom.web.limits import Limits, caller_address
from caseroom.web.tokens import AgentToken, Tokens

View = TypeVar("View", bound=Callable[..., Any])
JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json\s*(;|$)", re.IGNORECASE)
REINSTALLED_AFTER = 300.0
LARGEST_BODY = 1_000_000
# An agent has a page open beside each of his tickets, and one for all of them.
AGENT_PAGES = 5


@dataclass(frozen=True)
class TrustedServer:
    """A server with one of the intake keys."""


@dataclass(frozen=True)
class Browser:
    """A page of one of the allowed origins."""

    origin: str


@dataclass(frozen=True)
class Storefront:
    """A shop's storefront, through its app proxy."""

    shopper: Shopper


@dataclass(frozen=True)
class LinkHolder:
    """Whoever holds the link to a case's page.

    Attributes:
        case: key of the case, which is all that the link opens.
    """

    case: str


@dataclass(frozen=True)
class Nobody:
    """Anybody at all, or a vendor whose signature was checked."""


Caller = TrustedServer | Browser | Storefront | AgentToken | LinkHolder | Nobody


@dataclass(frozen=True)
class Keys:
    """What the locks are made with."""

    house: House
    tokens: Tokens
    limits: Limits


Lock = Callable[[Keys, InboundRequest], Caller]


def locked(lock: Lock, *, reads_json: bool = False) -> Callable[[View], View]:
    """Put a lock on a view; with `reads_json`, a body that is no JSON object is turned away behind it."""

    def put_on(view: View) -> View:
        view.lock = lock  # type: ignore[attr-defined]
        view.reads_json = reads_json  # type: ignore[attr-defined]
        return view

    return put_on


def install(app: Flask, keys: Keys) -> None:
    """Ask for the key of every route before its view runs."""

    @app.before_request
    def open_the_lock() -> None:
        if request.method == "OPTIONS" or request.endpoint is None:
            return
        view = app.view_functions[request.endpoint]
        lock: Lock | None = getattr(view, "lock", None)
        if lock is None:
            raise NotAllowed("This route is closed.")
        inbound = inbound_of(request, keys.house.clock())
        g.inbound = inbound
        g.caller = lock(keys, inbound)
        if getattr(view, "reads_json", False):
            inbound.json()


def inbound_of(flask_request: Request, now: float) -> InboundRequest:
    """The request without Flask around it."""
    return InboundRequest(
        method=flask_request.method,
        path=flask_request.path,
        query=_query_of(flask_request),
        headers={name.lower(): value for name, value in flask_request.headers.items()},
        body=_body_of(flask_request),
        now=now,
    )


def _body_of(flask_request: Request) -> bytes:
    body = flask_request.get_data()
    if len(body) > LARGEST_BODY:
        raise RequestEntityTooLarge
    return body


def _query_of(flask_request: Request) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(flask_request.args.items(multi=True))
    except UnicodeDecodeError as error:
        raise Rejected("The query string has to be percent-encoded UTF-8.") from error


def address_of(keys: Keys, inbound: InboundRequest) -> str:
    """Where the caller is, as far as our own proxies tell."""
    forwarded = inbound.header("X-Forwarded-For")
    return caller_address(request.remote_addr or "", forwarded, keys.house.settings.trusted_proxies)


def nobody(keys: Keys, inbound: InboundRequest) -> Nobody:  # noqa: ARG001 -- a lock takes what any lock needs
    """Open to all: nothing behind it is anybody's."""
    return Nobody()


def customer(keys: Keys, inbound: InboundRequest) -> TrustedServer | Browser:
    """A trusted server's key, or a page of an allowed origin."""
    settings = keys.house.settings
    if inbound.header("Authorization"):
        require_bearer(inbound.header("Authorization"), settings.intake_keys)
        _refuse_both(inbound)
        return TrustedServer()
    origin = inbound.header("Origin")
    if not origin:
        raise NotProven("Send one of the intake keys as a bearer token, or call from an allowed origin.")
    if origin not in settings.allowed_origins:
        raise NotAllowed("This origin is not in ALLOWED_ORIGINS.", code="origin_not_allowed")
    keys.limits.require("address", address_of(keys, inbound), settings.requests_per_minute)
    keys.limits.require("origin", origin, settings.requests_per_minute_and_origin)
    return Browser(origin)


def _refuse_both(inbound: InboundRequest) -> None:
    try:
        body = inbound.json()
    except NotJSON:
        return
    if body.get("visitorToken") is not None:
        raise BadField("visitorToken", "a trusted server names its customer by userId, not by a visitor's token")


def storefront(keys: Keys, inbound: InboundRequest) -> Storefront:
    """A shop's app proxy vouches for the request."""
    connector = keys.house.connectors.get(_connector_in(inbound.path))
    if not isinstance(connector, ProvesVisitors):
        raise NotFound("There is no such route.")
    shopper = connector.shopper(inbound)
    if not JSON_TYPE.match(inbound.header("Content-Type")):
        raise UnsupportedType
    settings, address = keys.house.settings, address_of(keys, inbound)
    keys.limits.require("shop", shopper.shop, settings.requests_per_minute_and_origin)
    keys.limits.require("proxy", address, settings.requests_per_minute_and_origin)
    if shopper.customer:
        keys.limits.require("shopper", f"{shopper.shop}/{shopper.customer}", settings.requests_per_minute)
    _require_installed(keys, shopper.shop, inbound.now)
    return Storefront(shopper)


class UnsupportedType(Rejected):
    """The body has to say that it is JSON."""

    status = 415
    code = "unsupported_media_type"

    def __init__(self) -> None:
        super().__init__("Send the body as application/json.")


def _require_installed(keys: Keys, domain: str, now: float) -> None:
    with keys.house.store.snapshot() as tx:
        shop = tx.get(Shop, domain)
    if shop is None or shop.returned_at is not None:
        return
    if now <= shop.uninstalled_at + REINSTALLED_AFTER:
        raise NotAllowed("This shop has uninstalled the app.", code="shop_uninstalled")
    with keys.house.store.transaction() as tx:
        tx.put(replace(shop, returned_at=now))


def tutorial_callback(keys: Keys, inbound: InboundRequest) -> Nobody:
    """One of the connector's callback keys; without any, the route is closed."""
    settings = keys.house.settings.of.get(_connector_in(inbound.path))
    if settings is None:
        raise UnknownConnector
    require_bearer(inbound.header("Authorization"), settings.callback_keys)
    return Nobody()


class UnknownConnector(NotFound):
    """There is no such connector, or it is not enabled."""

    code = "unknown_connector"

    def __init__(self) -> None:
        super().__init__("There is no connector of this name here.")


def agent(keys: Keys, inbound: InboundRequest) -> AgentToken:
    """An agent's token."""
    scheme, _, text = inbound.header("Authorization").partition(" ")
    token = keys.tokens.agent(text.strip() if scheme.lower() == "bearer" else "")
    if token.connector not in keys.house.connectors:
        raise NotProven("The connector of this token is not enabled.", code="token_refused")
    most = keys.house.settings.requests_per_minute * AGENT_PAGES
    keys.limits.require("agent", f"{token.connector}/{token.agent_id}", most)
    return token


def code_holder(keys: Keys, inbound: InboundRequest) -> Nobody:
    """A single-use code, which the view uses up; guessing is slow."""
    keys.limits.require("code", address_of(keys, inbound), keys.house.settings.requests_per_minute)
    return Nobody()


def tencent(keys: Keys, inbound: InboundRequest) -> Nobody:
    """Tencent's signature."""
    keys.house.callbacks.verify(inbound)
    return Nobody()


def vendor(keys: Keys, inbound: InboundRequest) -> Nobody:
    """The signature of the connector's vendor."""
    keys.house.connectors[_connector_in(inbound.path)].verify(inbound)
    return Nobody()


def _connector_in(path: str) -> str:
    return path.split("/")[1]

"""The web application: every route, each behind its lock."""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from flask import Response, g, make_response, request
from flask.wrappers import Request
from flask_cors import CORS
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

from caseroom import __version__
from caseroom.connector import ProvesAgents, ProvesVisitors, read_json
from caseroom.house import House
from caseroom.web import (
    agent_routes,
    browser_routes,
    customer_routes,
    errors,
    health_routes,
    link_routes,
    vendor_routes,
)
from caseroom.web.bodies import ErrorAnswer
from caseroom.web.doors import LARGEST_BODY, Keys, install
from caseroom.web.limits import Limits
from caseroom.web.tokens import Tokens

SECURITY: Any = {
    "intakeKey": {"type": "http", "scheme": "bearer", "description": "One of INTAKE_KEYS."},
    "agentToken": {"type": "http", "scheme": "bearer", "description": "From /agent/session."},
}

log = logging.getLogger("caseroom.web")


class PlainJSON(Request):
    """A request whose body is read as JSON whatever it calls itself; the doors say where that matters."""

    is_json = True


def make(house: House) -> OpenAPI:
    """Build the application on the joined rooms."""
    app = OpenAPI(
        "caseroom",
        info=Info(title="Caseroom", version=__version__),
        security_schemes=SECURITY,
        doc_ui=False,
        validation_error_model=ErrorAnswer,
        validation_error_callback=_unprocessable,
        static_folder=None,
    )
    app.request_class = PlainJSON
    # One more than is taken: of a body that does not tell its length, werkzeug leaves out what is beyond.
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY + 1
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.loads = read_json  # type: ignore[assignment,method-assign]
    limits = Limits(house.store, house.ledger.identity, house.clock)
    keys = Keys(house, Tokens(house.settings.secret_key), limits)
    errors.install(app)
    install(app, keys)
    _log_requests(app)
    _share(app, house)
    _mount(app, keys)
    return app


def _mount(app: OpenAPI, keys: Keys) -> None:
    app.register_api(health_routes.routes(keys, lambda: app.api_doc))
    app.register_api(browser_routes.routes(keys))
    app.register_api(customer_routes.routes(keys))
    app.register_api(vendor_routes.tencent_routes(keys))
    app.register_api(vendor_routes.tutorial_routes(keys))
    app.register_api(agent_routes.routes(keys))
    app.register_api(link_routes.routes(keys))
    for name, connector in keys.house.connectors.items():
        app.register_api(vendor_routes.callback_routes(keys, connector))
        if isinstance(connector, ProvesVisitors):
            app.register_api(customer_routes.proxy_routes(keys, name))
        if isinstance(connector, ProvesAgents):
            app.register_api(agent_routes.proof_routes(keys, name, connector))


def _share(app: OpenAPI, house: House) -> None:
    """Tell browsers which pages may read which answers; never with credentials."""
    headers = ["Content-Type", "Authorization", "Idempotency-Key", "X-Request-Id"]
    shared = {
        "allow_headers": headers,
        "supports_credentials": False,
        "max_age": 600,
        "expose_headers": ["Retry-After"],
    }
    resources: Any = {
        r"/agent/.*": {"origins": ["null"], "methods": ["GET", "POST"], **shared},
        r"/(widget\.js|ui/.*)": {"origins": "*", "methods": ["GET"], "send_wildcard": True, "max_age": 600},
    }
    if house.settings.allowed_origins:
        origins = [f"^{re.escape(origin)}$" for origin in house.settings.allowed_origins]
        for_customers = {"origins": origins, "methods": ["POST"], **shared}
        resources |= {r"/(usersig|case|case/.*|[a-z]+/createticket)": for_customers}
    CORS(app, resources=resources, send_wildcard=False, vary_header=True)


def _unprocessable(error: ValidationError) -> Response:
    return errors.rejected(errors.field_of(error))


def _log_requests(app: OpenAPI) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def say(response: Response) -> Response:
        # The rule, not the path: query strings carry signatures, and paths can carry ids of people.
        log.info(
            "request",
            extra={
                "requestId": errors.request_id(),
                "method": request.method,
                "route": str(request.url_rule),
                "status": response.status_code,
                "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            },
        )
        return make_response(response)

"""Every error is the same JSON, says what to change, and never what the code tripped over."""

from __future__ import annotations

import logging
import re
import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from caseroom.bridge.errors import BadField, Rejected

log = logging.getLogger("caseroom.web")

# Codes of errors that Flask itself raises; ours carry their own.
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
    500: "internal",
    503: "not_kept",
}
MESSAGES = {
    404: "There is no such route.",
    405: "The route exists, but not for this method.",
    413: "The body is larger than 1 MB.",
    500: "Something broke here; the request id helps to find it.",
}
UNMENTIONED = "The request cannot be read."
MUCH_TOO_LARGE, CHUNK = 32_000_000, 65_536
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id() -> str:
    """The name of the request in answers and logs; a caller may bring his own."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_id)


def described(code: str, message: str, **more: Any) -> dict[str, Any]:
    """What every error says."""
    return {"code": code, "message": message, "requestId": request_id(), **more}


def answer(status: int, code: str, message: str, **more: Any) -> Response:
    """An error as JSON."""
    return make_response(jsonify({"error": described(code, message, **more)}), status)


def field_of(error: ValidationError) -> BadField:
    """The first thing wrong with a body, by the field's name."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "body"
    problem = "is missing" if first["type"] == "missing" else first["msg"].removeprefix("Value error, ")
    return BadField(name, problem[:1].lower() + problem[1:])


def rejected(error: Rejected) -> Response:
    """A refusal of ours."""
    more = {"field": error.field} if isinstance(error, BadField) else {}
    response = answer(error.status, error.code, error.message, **more)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _of_flask(error: HTTPException) -> Response:
    status = error.code or 500
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _read_on()
    response = answer(status, CODES.get(status, "error"), MESSAGES.get(status, UNMENTIONED))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _read_on() -> None:
    """Read what is left of a body, within bounds: many a client only looks for an answer once all of it is sent."""
    left = MUCH_TOO_LARGE
    while left > 0 and (part := request.input_stream.read(min(left, CHUNK))):
        left -= len(part)


def _unexpected(error: Exception) -> Response:
    log.error("broke", exc_info=error, extra={"requestId": request_id(), "route": str(request.url_rule)})
    return answer(500, CODES[500], MESSAGES[500])


def install(app: Flask) -> None:
    """Answer every error in this way."""
    app.register_error_handler(Rejected, rejected)
    app.register_error_handler(HTTPException, _of_flask)
    app.register_error_handler(Exception, _unexpected)

    @app.after_request
    def name_the_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

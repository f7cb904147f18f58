"""Answers in JSON, and the ways in which Zendesk says no.

https://developer.zendesk.com/api-reference/introduction/requests/#status-codes
"""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

Json = dict[str, Any]


class Refused(Exception):
    """Zendesk does not do as asked: an HTTP status, a body and headers."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body['error']}")
        self.status = status
        self.body = body
        self.headers = headers


def answer(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(body), status, headers, content_type="application/json; charset=utf-8")


def refused(status: int, error: str, description: str) -> Refused:
    """The usual refusal: a code to act on, and a line for people."""
    return Refused(status, {"error": error, "description": description})


def not_found(error: str = "RecordNotFound") -> Refused:
    """There is no such record, or it is deleted, or there is no such route."""
    return refused(404, error, "Not found")


def invalid(field: str, description: str, error: str = "InvalidValue") -> Refused:
    """A ticket that does not keep the rules; `details` says which field is to blame."""
    details = {field: [{"description": description, "error": error}]}
    return Refused(422, {"error": "RecordInvalid", "description": "the ticket breaks a rule", "details": details})


def malformed(name: str) -> Refused:
    """The one refusal whose `error` is an object: the request does not have the shape that the route asks for."""
    return Refused(400, {"error": {"title": "Invalid attribute", "message": f"{name} is missing or has another type"}})


def too_many(seconds: int, headers: dict[str, str] | None = None) -> Refused:
    """Come back after so many seconds."""
    body = {"error": "APIRateLimitExceeded", "description": "more calls than this minute has room for"}
    return Refused(429, body, {"Retry-After": str(seconds), **(headers or {})})

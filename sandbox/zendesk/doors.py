"""Who may come in, how often, and who was here before.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
https://developer.zendesk.com/api-reference/introduction/security-and-auth/
https://developer.zendesk.com/api-reference/introduction/rate-limits/
https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.zendesk.answers import Json, Refused, refused, too_many

LIMITS = {"export": 10}
KEY_SECONDS = 2 * 3600
# The narrow scope of a path /api/v2/<name>; of every other one it is that of tickets.
SCOPES = {"users": "users", "webhooks": "webhooks"}


@dataclass
class Logins:
    """Checks who asks, and keeps the access tokens. A way in whose secret is not set stays shut."""

    client_id: str
    client_secret: str
    email: str
    api_token: str
    token_seconds: float
    clock: Callable[[], float]
    tokens: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def issue(self, asked: Json) -> Json:
        """An access token for client credentials; scopes that do not exist are good for nothing, but no error."""
        scope, seconds = asked.get("scope"), asked.get("expires_in", 1800)
        if asked.get("grant_type") != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type")
        if not (same(asked.get("client_id"), self.client_id) and same(asked.get("client_secret"), self.client_secret)):
            raise oauth_error(401, "invalid_client")
        if not (isinstance(scope, str) and scope.strip()):
            raise oauth_error(400, "invalid_scope")
        if not (isinstance(seconds, int) and 300 < seconds < 172_800):
            raise oauth_error(400, "invalid_request")
        seconds = min(seconds, self.token_seconds) if "expires_in" in asked else self.token_seconds
        token = secrets.token_hex(32)
        self.tokens[token] = (self.clock() + seconds, frozenset(scope.split()))
        return {"access_token": token, "token_type": "bearer", "scope": scope, "expires_in": int(seconds)}

    def admit(self, request: Request) -> None:
        """Let a request in by access token, or by e-mail address and API token; Refused otherwise."""
        given, user = request.authorization, self.email and f"{self.email}/token"
        if given is not None and given.type == "bearer":
            self.admit_token(request, given.token or "")
        elif given is None or not (same(given.username, user) and same(given.password, self.api_token)):
            raise Refused(401, {"error": "Couldn't authenticate you"})

    def admit_token(self, request: Request, token: str) -> None:
        """Let an access token in that has not expired and has the broad or the narrow scope."""
        expires, granted = self.tokens.get(token, (0.0, frozenset()))
        if self.clock() >= expires:
            raise oauth_error(401, "invalid_token")
        verb = "read" if request.method == "GET" else "write"
        if not granted & {verb, f"{SCOPES.get(request.path.split('/')[3], 'tickets')}:{verb}"}:
            raise refused(403, "Forbidden", "the token's scope does not cover this call")


@dataclass
class Meter:
    """Counts the account's calls of each minute; 0 calls per minute: as many as one likes."""

    per_minute: int
    clock: Callable[[], float]
    minute: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def count(self, endpoint: str) -> dict[str, str]:
        """Count a call and return the headers that tell how many are left; Refused when none was."""
        if not self.per_minute:
            return {}
        minute, second = divmod(int(self.clock()), 60)
        if minute != self.minute:
            self.minute, self.counts = minute, Counter()
        self.counts.update(["all", endpoint])
        left = self.per_minute - self.counts["all"]
        numbers = {"limit": self.per_minute, "remaining": max(0, left), "reset": 60 - second}
        headers = {f"ratelimit-{name}": str(number) for name, number in numbers.items()}
        headers |= {"X-Rate-Limit": str(self.per_minute), "X-Rate-Limit-Remaining": headers["ratelimit-remaining"]}
        if left < 0 or self.counts[endpoint] > LIMITS.get(endpoint, self.per_minute):
            raise too_many(60 - second, headers)
        return headers


@dataclass
class Replies:
    """The answers to creations that had an idempotency key."""

    clock: Callable[[], float]
    kept: dict[str, tuple[float, Any, Response]] = field(default_factory=dict)

    def find(self, key: str, body: Any) -> Response | None:
        """What the key was answered with; Refused when it was for another body."""
        until, first, reply = self.kept.get(key, (0.0, body, None))
        is_over = self.clock() >= until
        if len(key) > 255 or not (is_over or first == body):
            raise refused(400, "IdempotentRequestError", "the key is too long, or was used for something else")
        return None if is_over else reply

    def keep(self, key: str, body: Any, reply: Response, lookup: str) -> Response:
        """The answer with the header that tells whether it is a repeated one; it is kept for two hours."""
        if lookup == "miss":
            self.kept[key] = (self.clock() + KEY_SECONDS, body, reply)
        headers = {**reply.headers, "x-idempotency-lookup": lookup}
        return Response(reply.get_data(), reply.status, headers)


def same(given: object, expected: str) -> bool:
    """Whether a credential is the expected one; what is not set up fits nothing."""
    return bool(expected) and hmac.compare_digest(str(given).encode(), expected.encode())


def oauth_error(status: int, error: str) -> Refused:
    """A refusal in OAuth's words (RFC 6749, section 5.2; RFC 6750, section 3.1)."""
    return Refused(status, {"error": error, "error_description": f"{error.replace('_', ' ')}, expired or not allowed"})

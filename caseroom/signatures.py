"""The pure checks by which callers prove who they are. Whoever cannot be checked is turned away."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from caseroom.bridge.errors import NotProven

CANNOT_PROVE = "The signature is missing or wrong."
STALE = "The request is too old or too new; check the clock and send it again."


def hex_of(secret: str, message: bytes) -> str:
    """Lower-case hex HMAC-SHA256."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def base64_of(secret: str, message: bytes) -> str:
    """Base64 HMAC-SHA256."""
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def require_one_of(given: str, expected: Iterable[str]) -> None:
    """Raise NotProven unless what was given is one of what is expected; the time taken tells nothing."""
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), value.encode()) for value in expected]
    if not given or not any(matches):
        raise NotProven(CANNOT_PROVE)


def require_recent(at: float, now: float, seconds: float) -> None:
    """Raise NotProven where a signed time is further away than this, before or after."""
    if not abs(now - at) <= seconds:
        raise NotProven(STALE, code="stale")


def require_bearer(header: str, keys: Sequence[str]) -> None:
    """Raise NotProven unless an Authorization header carries one of the keys."""
    scheme, _, key = header.partition(" ")
    require_one_of(key.strip() if scheme.lower() == "bearer" else "", keys)


def seconds_of(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 time; ValueError where it is none, or tells no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.timestamp()


def version_of(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

"""How long an action may still take, for every call that is made for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from caseroom.bridge.errors import Unavailable

# A call that is begun with less than this before it would only be lost.
LEAST = 0.2
_END: ContextVar[float] = ContextVar("end", default=float("inf"))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything called in here has to be over in so many seconds; the shorter of two holds."""
    token = _END.set(min(_END.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _END.reset(token)


def left() -> float:
    """Seconds that are left; Unavailable where a call is not worth beginning any more."""
    seconds = _END.get() - time.monotonic()
    if seconds < LEAST:
        raise Unavailable("out_of_time", counts_as_outage=False)
    return seconds


def is_over() -> bool:
    """Whether the time has run out for a call that is under way."""
    return time.monotonic() > _END.get()

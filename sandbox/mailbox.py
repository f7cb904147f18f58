"""Callbacks on their way out of a stand-in: in order, or late, twice and mixed up, as a seed says."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from sandbox.faults import draw


@dataclass(frozen=True)
class Callback:
    """One HTTP request that a vendor sends by itself.

    Attributes:
        key: names the callback, so that a seed decides about it whatever comes before.
        make: builds method, URL path with query, headers and body at the moment of sending (signatures have times).
    """

    key: str
    make: Callable[[], Outgoing]
    tries: int = 1


@dataclass(frozen=True)
class Outgoing:
    """A request as it goes over the line."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Send = Callable[[Outgoing], int]
"""Sends a request to the service and returns the HTTP status, 0 when there was no answer."""


@dataclass
class Mailbox:
    """Holds callbacks until they are due and sends them again while the vendor would.

    Attributes:
        send: how to reach the service; replaced by a test or a simulation.
        seed: decides about delay and duplicates of each callback when `unruly` is true.
        unruly: deliver late, twice and out of order.
        retry: says whether the vendor sends again after this HTTP status (0: no answer).
    """

    send: Send
    clock: Callable[[], float] = time.time
    seed: int = 0
    unruly: bool = False
    retry: Callable[[int], bool] = lambda status: status in (0, 409, 429, 503)
    sent: list[tuple[str, int]] = field(default_factory=list)
    waiting: list[tuple[float, int, Callback]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, callback: Callback) -> None:
        """Take a callback; when it goes out, and whether twice, is the seed's."""
        times = [self.clock()]
        if self.unruly:
            times[0] += 20 * draw(self.seed, callback.key, "delay") ** 3
            if draw(self.seed, callback.key, "twice") < 0.2:
                times.append(times[0] + 30 * draw(self.seed, callback.key, "again"))
        for due in times:
            self._put(due, callback)

    def deliver(self, now: float) -> int:
        """Send everything that is due; return how many went out."""
        count = 0
        while (callback := self._take(now)) is not None:
            self._send(callback, now)
            count += 1
        return count

    def next_due(self) -> float | None:
        """When the next callback goes out, or None."""
        with self.lock:
            return self.waiting[0][0] if self.waiting else None

    def _send(self, callback: Callback, now: float) -> None:
        status = self.send(callback.make())
        self.sent.append((callback.key, status))
        if self.retry(status) and callback.tries < 8:
            self._put(now + 2 * callback.tries, Callback(callback.key, callback.make, callback.tries + 1))

    def _put(self, due: float, callback: Callback) -> None:
        with self.lock:
            heapq.heappush(self.waiting, (due, next(self.numbers), callback))

    def _take(self, now: float) -> Callback | None:
        with self.lock:
            if self.waiting and self.waiting[0][0] <= now:
                return heapq.heappop(self.waiting)[2]
            return None


class Postman:
    """Empties mailboxes from a thread of its own, as vendors do."""

    def __init__(self, *mailboxes: Mailbox) -> None:
        self.mailboxes = mailboxes
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._walk, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop; what is still waiting stays in the mailboxes."""
        self.stopped.set()
        self.thread.join()

    def _walk(self) -> None:
        while not self.stopped.wait(0.005):
            for mailbox in self.mailboxes:
                mailbox.deliver(mailbox.clock())


class OverHTTP:
    """A Send that really goes over HTTP and gives up after this many seconds."""

    def __init__(self, base_url: str, seconds: float) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=seconds)

    def __call__(self, outgoing: Outgoing) -> int:
        """Send; 0 when there is no answer."""
        try:
            answer = self.client.post(outgoing.path, content=outgoing.body, headers=outgoing.headers)
        except httpx.TransportError:
            return 0
        return answer.status_code

    def close(self) -> None:
        """Hang up."""
        self.client.close()

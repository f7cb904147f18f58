"""The joined rooms, as `app.py` joins them, for whoever walks through them: the web, the worker, the commands."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from caseroom.bridge.deliver import Office
from caseroom.bridge.erase import Eraser
from caseroom.bridge.errors import NotKept
from caseroom.bridge.intake import Reception
from caseroom.bridge.ledger import Ledger
from caseroom.bridge.model import Case
from caseroom.bridge.people import People
from caseroom.bridge.ports import Claim, Store
from caseroom.bridge.records import Lane
from caseroom.bridge.settle import LEASE, Settler
from caseroom.connector import Connector
from caseroom.settings import Settings
from caseroom.tencent_chat.callbacks import Callbacks
from caseroom.tencent_chat.user_sig import UserSigs

log = logging.getLogger("caseroom.house")


@dataclass
class House:
    """Everything that the service is made of.

    Attributes:
        installed: names of all connectors there are, enabled or not.
        waiting_rooms: how many callers of this process may wait for a vendor at once.
        background: settles for callers, and goes on where one has waited long enough.
    """

    settings: Settings
    store: Store
    connectors: Mapping[str, Connector]
    installed: tuple[str, ...]
    ledger: Ledger
    people: People
    reception: Reception
    office: Office
    eraser: Eraser
    settler: Settler
    user_sigs: UserSigs
    callbacks: Callbacks
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    waiting_rooms: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(1))
    background: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))

    @contextmanager
    def waiting_room(self) -> Iterator[bool]:
        """Whether a caller may wait; where all rooms are taken he is answered at once."""
        may_wait = self.waiting_rooms.acquire(blocking=False)
        try:
            yield may_wait
        finally:
            if may_wait:
                self.waiting_rooms.release()

    def settle_now(
        self,
        key: str,
        lane: str,
        claim: Claim | None,
        is_enough: Callable[[Any], bool],
        seconds: float,
        *,
        sits_out: bool = False,
    ) -> Case:
        """Settle a case for somebody who waits, or watch another one do it; return the case as it is then.

        What he asked for is kept already: where it takes longer than he may wait, or the store cannot be written any
        more, it goes on without him. With `sits_out` he waits also for a vendor that is known to be down.
        """
        end = self.clock() + seconds
        try:
            claim = claim or self._take(key, lane)
            if claim is not None:
                self._settle(claim, is_enough, seconds)
        except NotKept:
            return self._look(key, lane, is_enough)[0]
        while True:
            case, is_enough_now, is_blocked = self._look(key, lane, is_enough)
            if is_enough_now or (is_blocked and not sits_out) or self.clock() >= end:
                return case
            self.store.wait(min(0.25, max(end - self.clock(), 0.001)))

    def _settle(self, claim: Claim, is_enough: Callable[[Any], bool], seconds: float) -> None:
        work = self.background.submit(self.settler.settle, claim, enough=is_enough, patience=seconds)
        work.add_done_callback(_tell)
        wait([work], seconds)
        if work.done():
            work.result()

    def _look(self, key: str, lane: str, is_enough: Callable[[Any], bool]) -> tuple[Case, bool, bool]:
        with self.store.snapshot() as tx:
            case = tx.get(Case, key)
            if case is None:
                raise LookupError(key)
            found = tx.get(Lane, key, lane)
            is_blocked = found is not None and found.blocked_on is not None
            return case, is_enough(self.ledger.open(tx, case, self.clock())), is_blocked

    def _take(self, key: str, name: str) -> Claim | None:
        now = self.clock()
        with self.store.transaction() as tx:
            lane = tx.get(Lane, key, name)
            if lane is None or lane.leased_until > now or lane.due is None or lane.due > now or lane.blocked_on:
                return None
            taken = replace(lane, fence=lane.fence + 1, leased_until=now + LEASE)
            tx.put(taken)
            return Claim(taken, took_over=lane.leased_until > 0)

    def close(self) -> None:
        """Let go of everything; what is under way ends first."""
        self.background.shutdown()
        self.store.close()


def _tell(work: Future[None]) -> None:
    error = work.exception()
    if error is not None and not isinstance(error, NotKept):
        log.error("settling broke", exc_info=error)

"""The joined rooms, as `app.py` joins them, for whoever walks through them: the web, the worker, the commands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
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


@dataclass
class House:
    """Everything that the service is made of.

    Attributes:
        installed: names of all connectors there are, enabled or not.
        waiting_rooms: how many callers of this process may wait for a vendor at once.
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
        self, key: str, lane: str, claim: Claim | None, is_enough: Callable[[Any], bool], seconds: float
    ) -> Case:
        """Settle a case for somebody who waits, or watch another one do it; return the case as it is then.

        What he asked for is kept already: where the store cannot be written any more, the worker goes on later.
        """
        try:
            claim = claim or self._take(key, lane)
            if claim is not None:
                self.settler.settle(claim, enough=is_enough, patience=seconds)
                return self._look(key, lane, is_enough)[0]
        except NotKept:
            return self._look(key, lane, is_enough)[0]
        end = self.clock() + seconds
        while True:
            case, is_over = self._look(key, lane, is_enough)
            if is_over or self.clock() >= end:
                return case
            self.store.wait(min(0.25, max(end - self.clock(), 0.001)))

    def _look(self, key: str, lane: str, is_enough: Callable[[Any], bool]) -> tuple[Case, bool]:
        with self.store.snapshot() as tx:
            case = tx.get(Case, key)
            if case is None:
                raise LookupError(key)
            found = tx.get(Lane, key, lane)
            is_blocked = found is not None and found.blocked_on is not None
            return case, is_blocked or is_enough(self.ledger.open(tx, case, self.clock()))

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
        """Let go of everything."""
        self.store.close()

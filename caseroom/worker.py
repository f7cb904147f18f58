"""The worker: carries out whatever is due, and tidies up."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from caseroom.bridge.ports import Claim, Transaction
from caseroom.bridge.records import HEARTBEAT, Allowance, Block, DeliveryNote, Lane, Once, Value
from caseroom.bridge.settle import LEASE
from caseroom.house import House

LONGEST_SLEEP = 1.0
CHORES_EVERY = 2.0
KEEP_DELIVERIES = 30 * 86_400.0
KEEP_ALLOWANCES = 10

log = logging.getLogger("caseroom.worker")


class Worker:
    """Takes due lanes and settles them in threads, as many at once as there are threads."""

    def __init__(self, house: House, threads: int) -> None:
        self.house = house
        self.free = threading.Semaphore(threads)
        self.threads = threads
        self.stopped = threading.Event()
        self.chores_at = 0.0

    def run(self) -> None:
        """Work until stopped; what is under way is finished."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="settle") as pool:
            while not self.stopped.is_set():
                try:
                    if not self._round(pool):
                        self.house.store.wait(LONGEST_SLEEP if self._is_idle() else 0.05)
                except Exception:
                    # Whatever it was, it must not end the work of all cases.
                    log.exception("a round broke")
                    self.stopped.wait(LONGEST_SLEEP)

    def stop(self) -> None:
        """Take nothing new."""
        self.stopped.set()

    def step(self) -> int:
        """Do everything that is due now, in this thread; return how many lanes were taken."""
        self._chores()
        claims = self.take(1)
        for claim in claims:
            self.house.settler.settle(claim)
        return len(claims)

    def take(self, limit: int) -> list[Claim]:
        """Claim lanes that are due."""
        now = self.house.clock()
        with self.house.store.transaction() as tx:
            return tx.claim(now, LEASE, limit)

    def next_due(self) -> float | None:
        """When the next lane has something to do, by our clock."""
        with self.house.store.snapshot() as tx:
            lanes = tx.find(Lane, order="due", limit=1, due__gt=0.0, leased_until=0.0)
            return lanes[0].due if lanes else None

    def _round(self, pool: ThreadPoolExecutor) -> bool:
        self._chores()
        if not self._is_anything_due():
            return False
        room = 0
        while room < self.threads and self.free.acquire(blocking=False):
            room += 1
        claims = self.take(room) if room else []
        for _ in range(room - len(claims)):
            self.free.release()
        for claim in claims:
            pool.submit(self._settle, claim)
        return bool(claims)

    def _settle(self, claim: Claim) -> None:
        try:
            self.house.settler.settle(claim)
        except Exception:
            # The claim runs out, and the lane is taken up again.
            log.exception("settling broke", extra={"subject": claim.lane.subject, "lane": claim.lane.name})
        finally:
            self.free.release()

    def _is_anything_due(self) -> bool:
        with self.house.store.snapshot() as tx:
            return bool(tx.find(Lane, limit=1, due__lte=self.house.clock(), leased_until__lte=self.house.clock()))

    def _is_idle(self) -> bool:
        due = self.next_due()
        return due is None or due > self.house.clock() + LONGEST_SLEEP

    def _chores(self) -> None:
        now = self.house.clock()
        if now < self.chores_at:
            return
        self.chores_at = now + CHORES_EVERY
        with self.house.store.transaction() as tx:
            tx.put(Value(name=HEARTBEAT, value=str(now)))
            self.house.office.sort_early(tx, now)
            prune(tx, now)


def prune(tx: Transaction, now: float) -> None:
    """Throw away what has served its time."""
    tx.delete(Once, expires_at__lt=now)
    tx.delete(Block, until__lt=now)
    tx.delete(DeliveryNote, kept_at__lt=now - KEEP_DELIVERIES)
    tx.delete(Allowance, window__lt=int(now // 60) - KEEP_ALLOWANCES)

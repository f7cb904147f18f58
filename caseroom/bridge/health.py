"""Whether vendors answer: one outage is found out once, not once per case, and its end by one call at a time."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field, replace

from caseroom.bridge.errors import LockedOut, Trouble, Unavailable
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Vendor

PROBE_EVERY = 5.0
LONGEST_SILENCE = 3600.0
FAILURES_IN_A_ROW = 4

log = logging.getLogger("caseroom.health")


@dataclass
class Health:
    """What this process has seen of the vendors; an outage is shared through the store."""

    failures: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def closed(self, tx: Transaction, names: tuple[str, ...], now: float) -> str | None:
        """The vendor or API among these that must not be called now; one that may be probed is taken for it."""
        for name in names:
            vendor = tx.get(Vendor, name)
            if vendor is not None and vendor.probe_at > now:
                return name
            if vendor is not None:
                tx.put(replace(vendor, probe_at=now + PROBE_EVERY))
        return None

    def succeeded(self, tx: Transaction, names: tuple[str, ...]) -> None:
        """A call was answered: whatever waited for these goes on."""
        for name in names:
            with self.lock:
                self.failures[name] = 0
            if tx.delete(Vendor, name=name):
                tx.unblock(name)
                log.info("vendor is back", extra={"vendor": name})

    def failed(self, tx: Transaction, name: str, trouble: Trouble, now: float) -> None:
        """A call was not answered, or turned away; when that is an outage, calls stop until the next probe."""
        if isinstance(trouble, Unavailable) and trouble.scope:
            name = f"{name}/{trouble.scope}"
        vendor = tx.get(Vendor, name)
        if vendor is None and not self._is_outage(name, trouble):
            return
        seconds = trouble.seconds if isinstance(trouble, Unavailable) else None
        probe_at = now + min(max(seconds or 0.0, PROBE_EVERY if seconds is None else 0.0), LONGEST_SILENCE)
        state = "paused" if isinstance(trouble, LockedOut) else "down"
        since = vendor.since if vendor is not None and vendor.state == state else now
        if vendor is None or vendor.state != state:
            log.error("vendor is %s", state, extra={"vendor": name, "code": trouble.code})
        tx.put(Vendor(name=name, state=state, since=since, probe_at=probe_at, reason=trouble.code))

    def _is_outage(self, name: str, trouble: Trouble) -> bool:
        if isinstance(trouble, LockedOut) or (isinstance(trouble, Unavailable) and trouble.seconds is not None):
            return True
        with self.lock:
            self.failures[name] += 1
            return self.failures[name] >= FAILURES_IN_A_ROW

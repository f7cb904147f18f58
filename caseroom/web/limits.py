"""How many requests somebody may make in a minute: counted for all processes together, and closed when in doubt."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from caseroom.bridge.errors import TooMany
from caseroom.bridge.identity import Identity
from caseroom.bridge.ports import Store
from caseroom.bridge.records import Allowance

MINUTE = 60
SHARE = 20
NEIGHBOURHOOD = 64

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class Limits:
    """Lets requests in while there is room in this minute.

    A process takes a twentieth of a minute's room from the store at a time, so that most requests ask nobody.
    """

    store: Store
    identity: Identity
    clock: Callable[[], float]
    window: int = 0
    left: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def require(self, kind: str, who: str, per_minute: int) -> None:
        """Count one request; TooMany when there is no room left, NotKept when nobody can tell."""
        now = self.clock()
        window = int(now // MINUTE)
        name = f"{kind}:{self.identity.blurred(kind, who)}"
        if not self._take(name, window):
            granted = self._grant(name, window, per_minute)
            with self.lock:
                self.left[name] = max(self.left.get(name, 0), 0) + granted - 1 if granted else -1
            if not granted:
                self._refuse(now)

    def _take(self, name: str, window: int) -> bool:
        with self.lock:
            if window != self.window:
                self.window, self.left = window, {}
            left = self.left.get(name, 0)
            if left < 0:
                self._refuse(self.clock())
            if left > 0:
                self.left[name] = left - 1
            return left > 0

    def _grant(self, name: str, window: int, per_minute: int) -> int:
        with self.store.transaction() as tx:
            allowance = tx.get(Allowance, name, window) or Allowance(name=name, window=window, used=0)
            granted = min(max(per_minute // SHARE, 1), per_minute - allowance.used)
            if granted > 0:
                tx.put(replace(allowance, used=allowance.used + granted))
            return max(granted, 0)

    def _refuse(self, now: float) -> None:
        raise TooMany("Too many requests; slow down.", retry_after=int(MINUTE - now % MINUTE) + 1)


def caller_address(remote: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Where a request came from: the last address on its way that is no proxy of ours.

    An IPv6 address counts as its network of 64 bits: a single caller has all of it.
    """
    for hop in [*(part.strip() for part in forwarded_for.split(",") if part.strip()), remote][::-1]:
        try:
            address = _plain(ipaddress.ip_address(hop))
        except ValueError:
            break
        remote = str(_neighbourhood(address))
        if not any(address in network for network in trusted):
            break
    return remote


def _plain(address: Address) -> Address:
    """An IPv4 address as such, where a socket for both kinds wrote it as one of IPv6."""
    return getattr(address, "ipv4_mapped", None) or address


def _neighbourhood(address: Address) -> object:
    if isinstance(address, ipaddress.IPv6Address):
        return ipaddress.ip_network((address, NEIGHBOURHOOD), strict=False)
    return address

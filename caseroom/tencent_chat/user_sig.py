"""UserSigs: signed, expiring login tickets, each for one account.

https://www.tencentcloud.com/document/product/1047/34385; signed by Tencent's own library.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from TLSSigAPIv2 import TLSSigAPIv2

from caseroom.bridge.identity import ReservedNames


@dataclass(frozen=True)
class UserSig:
    """A ticket.

    Attributes:
        expires_at: seconds since 1970.
    """

    account: str
    text: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True)
class UserSigs:
    """Issues tickets for everybody but administrators.

    Attributes:
        seconds: how long a ticket is good for.
    """

    sdk_app_id: int
    secret_key: str = field(repr=False)
    seconds: int
    reserved: ReservedNames
    clock: Callable[[], float] = time.time

    def issue(self, account: str) -> UserSig:
        """A ticket for an account that the caller has proved to be; BadField for a reserved or ill-formed one."""
        self.reserved.refuse_admin(account)
        return self._sign(account, self.seconds)

    def _sign(self, account: str, seconds: int) -> UserSig:
        expires_at = int(self.clock()) + seconds
        text = TLSSigAPIv2(self.sdk_app_id, self.secret_key).gen_sig(account, seconds)
        return UserSig(account, text, expires_at)


@dataclass
class AdminSig:
    """The ticket that server calls are made with: kept, and renewed when half of its time is over."""

    sdk_app_id: int
    secret_key: str = field(repr=False)
    admin_id: str
    seconds: int = 3600
    clock: Callable[[], float] = time.time
    text: str = field(default="", repr=False)
    made_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> str:
        """A ticket with at least half of its time before it."""
        with self.lock:
            if self.clock() >= self.made_at + self.seconds / 2:
                self._make()
            return self.text

    def renew(self, refused: str) -> str:
        """Another ticket than the one that was refused."""
        with self.lock:
            if self.text == refused:
                self._make()
            return self.text

    def _make(self) -> None:
        self.made_at = self.clock()
        self.text = TLSSigAPIv2(self.sdk_app_id, self.secret_key).gen_sig(self.admin_id, self.seconds)

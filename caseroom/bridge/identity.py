"""Ids that we give: unguessable, or keyed with a key that is made once and kept in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from caseroom.bridge.errors import BadField

ACCOUNT_FORM = re.compile(r"[A-Za-z0-9_-]{1,32}")
REQUESTER_PREFIX = "c_"
CUSTOMER_PREFIXES = ("v_", "s_", REQUESTER_PREFIX)
LONGEST_ACCOUNT = 32


@dataclass(frozen=True)
class Identity:
    """Makes ids.

    Attributes:
        key: 32 random bytes; another key gives other ids, so it never changes.
        fresh: gives so many bytes that nobody can guess.
    """

    key: bytes
    fresh: Callable[[int], bytes] = secrets.token_bytes

    def new_case_key(self) -> str:
        """A name for a new case; nobody can guess it."""
        return f"cr_{_letters(self.fresh(16))}"

    def new_visitor(self) -> str:
        """An account for a visitor who is not known; nobody can guess it."""
        return f"v_{_letters(self.fresh(16))}"

    def group_id(self, case: str, life: int) -> str:
        """The GroupId of one life of a case."""
        return f"g_{self._keyed('group', case, str(life))}"

    def agent(self, connector: str, user_id: str) -> str:
        """The account of an agent, by the helpdesk's user id; keyed where it would be too long."""
        account = f"{connector}_{user_id}"
        if len(account) > LONGEST_ACCOUNT:
            account = f"{connector}_{self._keyed('agent', connector, user_id)}"[:LONGEST_ACCOUNT]
        if not ACCOUNT_FORM.fullmatch(account):
            raise BadField("userId", "may hold letters, digits, _ and - only")
        return account

    def shopper(self, shop: str, customer: str, epoch: int) -> str:
        """The account of a shop's signed-in customer; an erasure raises the epoch."""
        return f"s_{self._keyed('shopper', shop, customer, str(epoch))}"

    def requester(self, connector: str, requester: str, epoch: int) -> str:
        """The account of the requester of a case that was opened inside a helpdesk."""
        return f"{REQUESTER_PREFIX}{self._keyed('requester', connector, requester, str(epoch))}"

    def contact(self, email: str) -> str:
        """By which cases of one e-mail address are found again; empty for none."""
        return self.blurred("contact", email.strip().lower()) if email.strip() else ""

    def blurred(self, kind: str, text: str) -> str:
        """A word in place of something that should not be kept in sight."""
        return self._keyed(kind, text)

    def random(self, group_id: str, saying: str) -> int:
        """The number by which the chat cloud tells a repeated saying from a new one (unsigned, 32 bits)."""
        return int.from_bytes(self._digest("random", group_id, saying)[:4], "big")

    def _keyed(self, *parts: str) -> str:
        return _letters(self._digest(*parts)[:16])

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self.key, "\n".join(parts).encode(), hashlib.sha256)


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


@dataclass(frozen=True)
class ReservedNames:
    """Accounts that no UserSig is ever issued for, and prefixes that are ours to give. Compared without case."""

    names: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, admins: Iterable[str], connectors: Iterable[str]) -> ReservedNames:
        """Reserve the chat cloud's administrators and the prefixes of every connector, enabled or not."""
        prefixes = (*CUSTOMER_PREFIXES, *(f"{name}_" for name in connectors))
        return cls(
            frozenset(name.lower() for name in ("administrator", *admins)),
            tuple(prefix.lower() for prefix in prefixes),
        )

    def refuse_admin(self, account: str, field: str = "userID") -> None:
        """Raise BadField where the account is one of the administrators or ill-formed."""
        if not ACCOUNT_FORM.fullmatch(account):
            raise BadField(field, "must be 1 to 32 letters, digits, _ or -")
        if account.lower() in self.names:
            raise BadField(field, "is reserved")

    def refuse_given(self, account: str, field: str = "userID") -> None:
        """Raise BadField where a trusted server may not name its own customer so."""
        self.refuse_admin(account, field)
        if account.lower().startswith(self.prefixes):
            raise BadField(field, "begins with a reserved prefix")

"""Who a customer is: told by a trusted server, proved by a visitor's token or by a storefront, never by a body."""

from __future__ import annotations

from dataclasses import dataclass

from caseroom.bridge.errors import BadField, NotAllowed, NotProven
from caseroom.bridge.model import Account, Case, Known, Status
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Block, Shop
from caseroom.house import House
from caseroom.web.doors import Browser, Caller, Keys, Storefront, TrustedServer
from caseroom.web.limits import Limits
from caseroom.web.tokens import REFUSED, Tokens

VISITOR_PREFIX = "v_"


class Erased(BadField):
    """The account was erased; nobody gets it again."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "was erased; give the customer another id")


@dataclass(frozen=True)
class Whose:
    """A customer, and the token by which he comes again.

    Attributes:
        visitor_token: renewed for a visitor; None for everybody else.
    """

    account: Account
    visitor_token: str | None = None


@dataclass(frozen=True)
class Customers:
    """Finds out who is asking."""

    house: House
    tokens: Tokens
    limits: Limits

    @classmethod
    def of(cls, keys: Keys) -> Customers:
        """With the keys of the doors."""
        return cls(keys.house, keys.tokens, keys.limits)

    def site(self, caller: Caller) -> str:
        """What a visitor's token is bound to."""
        return caller.origin if isinstance(caller, Browser) else _shop(caller)

    def find(
        self, tx: Transaction, caller: Caller, *, named: str | None, field: str, token: str | None
    ) -> Whose | None:
        """The customer of a request, without keeping anything; None for a shop's customer who was never here."""
        if isinstance(caller, TrustedServer):
            return Whose(self._named(tx, named, field))
        if isinstance(caller, Storefront) and caller.shopper.customer:
            shopper = self.house.people.known_shopper(tx, caller.shopper.shop, caller.shopper.customer)
            return Whose(shopper) if shopper is not None else None
        if token is None:
            raise BadField("visitorToken", "is missing")
        return self._visitor(tx, token, self.site(caller))

    def known(self, tx: Transaction, caller: Caller, *, named: str | None, field: str, token: str | None) -> Whose:
        """The customer of a request, who has an account from now on if he had none."""
        whose = self.find(tx, caller, named=named, field=field, token=token)
        if whose is None and isinstance(caller, Storefront):
            return Whose(self.house.people.shopper(tx, caller.shopper.shop, caller.shopper.customer))
        if whose is None:
            raise NotProven(REFUSED)
        tx.add(whose.account)
        return whose

    def new_visitor(self, tx: Transaction, caller: Caller) -> Whose:
        """A visitor who was never here."""
        account = self.house.people.visitor(tx, self.site(caller))
        return Whose(account, self.tokens.for_visitor(account.id, account.site))

    def allow_new_visitor(self) -> None:
        """Count a new visitor; there is a ceiling for all of them together."""
        self.limits.require("visitors", "new", self.house.settings.visitors_per_minute)

    def allow_visitor(self, caller: Caller, token: str | None) -> None:
        """Count a visitor's request; to be asked outside of any transaction, as counting needs one of its own."""
        is_shopper = isinstance(caller, Storefront) and caller.shopper.customer
        if token is not None and not is_shopper and not isinstance(caller, TrustedServer):
            visitor = self.tokens.visitor(token, self.site(caller))
            self.limits.require("visitor", visitor.account, self.house.settings.requests_per_minute)

    def refuse_blocked(self, account: Account) -> None:
        """NotAllowed for a customer whom an agent has blocked."""
        with self.house.store.snapshot() as tx:
            refuse_blocked(tx, account.id, self.house.clock())

    def _named(self, tx: Transaction, named: str | None, field: str) -> Account:
        if named is None:
            raise BadField(field, "is missing")
        self.house.user_sigs.reserved.refuse_given(named, field)
        account = tx.get(Account, named) or Account(id=named)
        if account.erased_at is not None:
            raise Erased(field)
        return account

    def _visitor(self, tx: Transaction, text: str, site: str) -> Whose:
        token = self.tokens.visitor(text, site)
        account = tx.get(Account, token.account)
        shop = tx.get(Shop, site)
        is_from_before = shop is not None and token.given_at <= shop.uninstalled_at
        if account is None or account.erased_at is not None or is_from_before:
            raise NotProven(REFUSED, code="token_refused")
        return Whose(account, self.tokens.for_visitor(account.id, site))


def _shop(caller: Caller) -> str:
    return caller.shopper.shop if isinstance(caller, Storefront) else ""


def refuse_blocked(tx: Transaction, account: str, now: float) -> None:
    """NotAllowed for a customer whom an agent has blocked, while that holds."""
    block = tx.get(Block, account)
    if block is not None and block.until > now:
        raise NotAllowed("This customer may not chat for now; come back tomorrow.", code="blocked")


def state(case: Case) -> str:
    """Where a case stands, as its customer is told."""
    if not case.wanted.is_live:
        return "closed"
    if case.seen.group is not Known.YES:
        return "opening"
    return "solved" if case.wanted.status is Status.SOLVED else "open"

"""Who is who: accounts that are given once, kept, and never derived again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from caseroom.bridge.events import Agent
from caseroom.bridge.helpdesk_actions import agent_account
from caseroom.bridge.identity import Identity
from caseroom.bridge.ledger import introduce
from caseroom.bridge.model import Account
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Value


@dataclass(frozen=True)
class People:
    """Finds accounts, or gives them."""

    identity: Identity

    def known_shopper(self, tx: Transaction, shop: str, customer: str) -> Account | None:
        """The account of a shop's signed-in customer, if he has one."""
        return self._find(tx, "shopify", f"{shop}/{customer}")

    def shopper(self, tx: Transaction, shop: str, customer: str) -> Account:
        """The account of a shop's signed-in customer."""
        epoch = self._epoch(tx, "shopify", f"{shop}/{customer}")
        return self._known(tx, "shopify", f"{shop}/{customer}", self.identity.shopper(shop, customer, epoch), site=shop)

    def requester(self, tx: Transaction, connector: str, requester: str) -> Account:
        """The account of the requester of a case that was opened inside a helpdesk."""
        origin = f"requester:{requester}"
        epoch = self._epoch(tx, connector, origin)
        return self._known(tx, connector, origin, self.identity.requester(connector, requester, epoch))

    def visitor(self, tx: Transaction, site: str) -> Account:
        """A new account for somebody who is not known."""
        account = Account(id=self.identity.new_visitor(), site=site)
        tx.add(account)
        return account

    def agent(self, tx: Transaction, connector: str, agent: Agent) -> Account:
        """The account of an agent of a helpdesk."""
        account = agent_account(self.identity, connector, agent)
        introduce(tx, account)
        return tx.get(Account, account.id) or account

    def forget(self, tx: Transaction, account: Account, now: float) -> Account:
        """The account without anything of the person; should he come back, he gets another one."""
        if account.origin is not None:
            name = self._epoch_name(account.connector, account.origin)
            tx.put(Value(name=name, value=str(self._epoch(tx, account.connector, account.origin) + 1)))
        forgotten = replace(
            account, origin=None, name="", imported_as=None, site="", erased_at=account.erased_at or now
        )
        tx.put(forgotten)
        return forgotten

    def _known(self, tx: Transaction, connector: str, origin: str, account: str, site: str = "") -> Account:
        known = self._find(tx, connector, origin)
        if known is not None:
            return known
        given = Account(id=account, connector=connector, origin=origin, site=site)
        tx.add(given)
        return given

    def _find(self, tx: Transaction, connector: str, origin: str) -> Account | None:
        return next(iter(tx.find(Account, connector=connector, origin=origin, limit=1)), None)

    def _epoch(self, tx: Transaction, connector: str, origin: str) -> int:
        value = tx.get(Value, self._epoch_name(connector, origin))
        return int(value.value) if value is not None else 0

    def _epoch_name(self, connector: str, origin: str) -> str:
        return f"epoch:{self.identity.group_id(f'{connector}/{origin}', 0)}"

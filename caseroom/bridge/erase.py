"""Everything of a person goes: here at once, at the chat cloud as soon as it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from caseroom.bridge import events
from caseroom.bridge.action import Action, Ports
from caseroom.bridge.deliver import Office
from caseroom.bridge.model import Account, Case, Known, Message
from caseroom.bridge.people import People
from caseroom.bridge.plan import Wait
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Block, Intake, Lane, Parked, Shop

LOOK_AGAIN = 600.0
EXPORT = "export_person"


@dataclass(frozen=True)
class PersonSituation:
    """Somebody who is to be forgotten.

    Attributes:
        has_groups: a group of his is still there, or may be, or a call for one is under way.
        parked: why he cannot be forgotten; empty: he can.
    """

    account: Account
    has_groups: bool
    now: float
    parked: str = ""
    helpdesk: str = ""

    def wary(self) -> PersonSituation:
        """Forgetting twice does no harm."""
        return self

    def parking(self, key: str, code: str) -> PersonSituation:  # noqa: ARG002 -- there is one action only
        """The situation with his account set aside for a person to look at."""
        return replace(self, parked=code)


@dataclass(frozen=True)
class DeleteAccount(Action[PersonSituation]):
    """Erase the account at the chat cloud."""

    lane = "person"
    verb = "delete_account"

    def perform(self, ports: Ports, situation: PersonSituation) -> None:
        """Do it."""
        ports.chat.delete_account(situation.account.id)

    def done(self, situation: PersonSituation, result: Any) -> PersonSituation:  # noqa: ARG002 -- nothing is told
        """It is gone."""
        return replace(situation, account=replace(situation.account, imported_as=None, deleted_at=situation.now))

    def gone(self, situation: PersonSituation) -> PersonSituation:
        """It was never there."""
        return self.done(situation, None)


@dataclass(frozen=True)
class PersonDesk:
    """What the settler needs of people who are to be forgotten."""

    def open(self, tx: Transaction, subject: str, now: float) -> PersonSituation | None:
        """The situation of a person."""
        account = tx.get(Account, subject)
        if account is None:
            return None
        has_groups = any(_has_group(tx, case, now) for case in tx.find(Case, account=subject))
        parked = tx.get(Parked, f"{subject}:delete_account")
        return PersonSituation(account, has_groups, now, (parked and parked.reason) or "")

    def resolve(self, tx: Transaction, before: PersonSituation, after: PersonSituation) -> PersonSituation:  # noqa: ARG002
        """A person is only himself."""
        return after

    def plan(self, situation: PersonSituation, lane: str) -> list[Action[PersonSituation] | Wait]:  # noqa: ARG002
        """His groups end first."""
        if situation.account.erased_at is None or situation.account.deleted_at is not None or situation.parked:
            return []
        return [Wait(situation.now + LOOK_AGAIN)] if situation.has_groups else [DeleteAccount()]

    def save(
        self,
        tx: Transaction,
        before: PersonSituation,
        after: PersonSituation,
        lane: str,  # noqa: ARG002
    ) -> PersonSituation:
        """Keep what changed."""
        if after.account != before.account:
            tx.put(after.account)
        if after.parked != before.parked:
            tx.put(
                Parked(
                    id=f"{after.account.id}:delete_account",
                    about=after.account.id,
                    action="delete_account",
                    reason=after.parked,
                    detail={},
                    parked_at=after.now,
                )
            )
        return after

    def doubt(self, situation: PersonSituation) -> PersonSituation:
        """Nothing is in doubt: erasing twice does no harm."""
        return situation


def _has_group(tx: Transaction, case: Case, now: float) -> bool:
    lane = tx.get(Lane, case.key, "chat")
    return case.seen.group is not Known.NO or (lane is not None and lane.leased_until > now)


@dataclass(frozen=True)
class Eraser:
    """Forgets people."""

    office: Office
    people: People

    def forget(self, tx: Transaction, account: Account, now: float) -> None:
        """Erase everything of this person here, and have the rest erased at the chat cloud."""
        for case in tx.find(Case, account=account.id):
            self.office.fold(tx, case, [events.CustomerErased()], now)
            tx.delete(Message, case=case.key)
            tx.delete(Parked, about=case.key)
        tx.delete(Intake, account=account.id)
        tx.delete(Block, account=account.id)
        self.people.forget(tx, account, now)
        lane = tx.get(Lane, account.id, "person") or Lane(subject=account.id, name="person")
        tx.put(replace(lane, due=now))

    def person_erased(self, tx: Transaction, event: events.PersonErased, now: float) -> None:
        """A shop asked for it: its customer, and its visitors who gave the customer's address."""
        for account in persons(tx, self.people, event.shop, event.customer, event.email):
            self.forget(tx, account, now)
        tx.delete(Parked, about=export_about(event.shop, event.customer))

    def export_asked(self, tx: Transaction, event: events.PersonExportAsked, now: float) -> None:
        """A shop asked for everything of its customer: a person hands it over."""
        contact = self.people.identity.contact(event.email)
        about = export_about(event.shop, event.customer)
        accounts = [account.id for account in persons(tx, self.people, event.shop, event.customer, event.email)]
        detail = {"shop": event.shop, "customer": event.customer, "contact": contact, "accounts": accounts}
        tx.put(Parked(id=f"{about}:export", about=about, action=EXPORT, reason="asked", detail=detail, parked_at=now))

    def shop_erased(self, tx: Transaction, event: events.ShopErased, now: float) -> None:
        """A shop asked for everything of all its customers to go."""
        for account in tx.find(Account, site=event.shop):
            self.forget(tx, account, now)
        for wish in tx.find(Parked, action=EXPORT):
            if wish.detail.get("shop") == event.shop:
                tx.delete(Parked, id=wish.id)

    def shop_uninstalled(self, tx: Transaction, event: events.ShopUninstalled, now: float) -> None:
        """A shop took the app away."""
        tx.put(Shop(domain=event.shop, uninstalled_at=max(now, event.at)))


def export_about(shop: str, customer: str) -> str:
    """Under which a wish for an export is parked."""
    return f"shopify:{shop}/{customer}"


def persons(tx: Transaction, people: People, shop: str, customer: str, email: str) -> list[Account]:
    """The accounts of a shop's customer: his own, and those of visitors who gave his address (which nobody proved)."""
    found = tx.find(Account, connector="shopify", origin=f"{shop}/{customer}")
    contact = people.identity.contact(email)
    if contact:
        for case in tx.find(Case, connector="shopify", contact=contact):
            account = tx.get(Account, case.account)
            is_visitor = account is not None and account.site == shop and not account.connector
            if account is not None and is_visitor and account not in found:
                found.append(account)
    return found

"""The account: its users and tickets, and what every change of a ticket leaves behind.

https://support.zendesk.com/hc/en-us/articles/4408894213018 (the rules that no admin can switch off)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from sandbox.faults import Faults
from sandbox.stand_in import StandIn
from sandbox.zendesk.answers import Json, invalid, not_found
from sandbox.zendesk.audits import audit, comment_by
from sandbox.zendesk.tickets import FIRST_ID, GROUP_ID, ORGANIZATION_ID, Ticket, User
from sandbox.zendesk.webhooks import Fact, Webhooks, facts_of, said


class Helpdesk(StandIn):
    """Users and tickets.

    Attributes:
        tickets: all tickets by id, the deleted ones too.
        users: everybody by id.
        admin: as whom API clients act, and who does what no agent is named for.
        mails_sent: the ticket of each mail to a requester: one at creation, one for each public comment to him.
        mute_mail_tag: a tag that the admin's mail triggers leave out.
    """

    def __init__(
        self, webhooks: Webhooks, subdomain: str, email: str, *, clock: Callable[[], float], faults: Faults | None
    ) -> None:
        super().__init__(clock=clock, faults=faults)
        self.webhooks = webhooks
        self.host = f"{subdomain}.zendesk.com"
        self.url = f"https://{self.host}"
        self.mute_mail_tag = ""
        self.tickets: dict[int, Ticket] = {}
        self.users: dict[int, User] = {}
        self.mails_sent: list[int] = []
        self.ids = itertools.count(FIRST_ID)
        self.ticket_ids = itertools.count(101)
        self.admin = self.add_user("Admin", email or f"admin@{self.host}", "admin", ORGANIZATION_ID)

    def add_user(self, name: str, email: str | None, role: str = "end-user", organization: int | None = None) -> User:
        """Somebody new."""
        with self.lock:
            user = User(next(self.ids), name, email, role, self.clock(), organization)
            self.users[user.id] = user
        return user

    def user_called(self, name: str, email: str | None) -> User:
        """The user with this address, in whatever case; else a new one."""
        known = (user for user in self.users.values() if email and (user.email or "").lower() == email.lower())
        return next(known, None) or self.add_user(name, email)

    def find_by_external_id(self, key: str) -> list[Ticket]:
        """All tickets with this external id, the deleted ones too."""
        return [ticket for ticket in self.tickets.values() if ticket.external_id == key]

    def ticket(self, number: int) -> Ticket:
        """A ticket that is not deleted; Refused otherwise."""
        found = self.tickets.get(number)
        if found is None or found.gone:
            raise not_found()
        return found

    def create(self, requester: User, submitter: User, body: str, *, public: bool = True, **fields: Any) -> Ticket:
        """A new ticket with its first comment."""
        with self.lock:
            self.check_assignee(fields.get("assignee_id"))
            fields |= {"organization_id": requester.organization_id, "is_public": public}
            ticket = Ticket(next(self.ticket_ids), body, requester.id, submitter.id, self.clock(), **fields)
            by_rule(ticket, self.admin)
            self.tickets[ticket.id] = ticket
            first = comment_by(submitter, body, public, self.ids)
            ticket.audits.append(audit(ticket, submitter, {}, first, self.ids))
            self.webhooks.tell(ticket, submitter, [("created", {})])
            self.mail(ticket)
        return ticket

    def change(self, number: int, *facts: Fact, **fields: Any) -> None:
        """Set fields of a ticket; audit and webhooks are told, unless nothing came of it."""
        self.say(number, self.admin, "", False, *facts, **fields)

    def say(self, number: int, author: User, text: str, public: bool, *facts: Fact, **fields: Any) -> None:
        """Say something in a ticket and set fields of it."""
        with self.lock:
            ticket = self.changeable(number, fields)
            before, comment = ticket.watched(), comment_by(author, text, public, self.ids) if text else None
            for name, value in fields.items():
                setattr(ticket, name, value)
            by_rule(ticket, self.admin, author if text else None)
            told = [*facts, *said(comment, author), *facts_of(before, ticket.watched(), len(ticket.audits))]
            if told:
                ticket.updated = self.clock()
                ticket.audits.append(audit(ticket, author, before, comment, self.ids))
                self.webhooks.tell(ticket, author, told)
            if text and public and author.id != ticket.requester_id:
                self.mail(ticket)

    def changeable(self, number: int, fields: Json) -> Ticket:
        """A ticket that may get these fields; one that is deleted or closed can only be deleted or brought back."""
        self.check_assignee(fields.get("assignee_id"))
        ticket = self.tickets[number] if "gone" in fields else self.ticket(number)
        if ticket.status == "closed" and "gone" not in fields:
            raise invalid("status", "a closed ticket cannot be changed")
        return ticket

    def check_assignee(self, number: int | None) -> None:
        """Refuse an assignee who is not an agent."""
        if number is not None and not (number in self.users and self.users[number].is_staff):
            raise invalid("assignee", "the assignee is not an agent")

    def mail(self, ticket: Ticket) -> None:
        """What the admin's mail triggers do."""
        if not self.mute_mail_tag or self.mute_mail_tag not in ticket.tags:
            self.mails_sent.append(ticket.id)


def by_rule(ticket: Ticket, solver: User, speaker: User | None = None) -> None:
    """The requester's word opens a ticket again; a solved one has an assignee; one with an assignee is not new."""
    if speaker and speaker.id == ticket.requester_id and ticket.status in {"pending", "hold", "solved"}:
        ticket.status = "open"
    if ticket.status == "solved":
        ticket.assignee_id = ticket.assignee_id or solver.id
    if ticket.assignee_id:
        ticket.group_id = ticket.group_id or GROUP_ID
        ticket.status = "open" if ticket.status == "new" else ticket.status

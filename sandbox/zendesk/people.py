"""What people do in Zendesk, as methods; Refused where Zendesk does not let them.

https://support.zendesk.com/hc/en-us/articles/8421655952026 (what a follow-up takes over)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.zendesk.answers import invalid, not_found
from sandbox.zendesk.helpdesk import Helpdesk
from sandbox.zendesk.tickets import Ticket, User, via


class People(Helpdesk):
    """A helpdesk with people in it. Tickets and users go by their ids."""

    def add_agent(self, name: str) -> int:
        """Somebody who answers; returns the id."""
        return self.add_user(name, f"agent{len(self.users)}@{self.host}", "agent").id

    def open_ticket(
        self, subject: str, description: str, requester_name: str, requester_email: str, tags: Iterable[str] = ()
    ) -> int:
        """Open a ticket inside the helpdesk; returns the id."""
        with self.lock:
            requester = self.user_called(requester_name, requester_email)
            return self.create(requester, requester, description, subject=subject, tags=sorted(set(tags))).id

    def assign(self, number: int, agent_id: int | None) -> None:
        """Give the ticket to an agent, or back to his group."""
        self.change(number, assignee_id=agent_id)

    def solve(self, number: int) -> None:
        """Solve the ticket; the admin takes one that has no assignee."""
        self.change(number, status="solved")

    def reopen(self, number: int) -> None:
        """Work on a solved ticket again."""
        self.change(number, status="open")

    def close(self, number: int) -> None:
        """Close the ticket, as an automation does after some days; it cannot be undone."""
        self.change(number, status="closed")

    def comment(self, number: int, author_id: int, text: str, public: bool = True) -> None:
        """Say something in the ticket; the requester's word opens it again."""
        self.say(number, self.users[author_id], text, public)

    def tag(self, number: int, *tags: str) -> None:
        """Add tags."""
        with self.lock:
            self.change(number, tags=sorted({*self.ticket(number).tags, *tags}))

    def merge(self, source: int, target: int) -> None:
        """Merge the source into the target; the source is closed, and a note in each says so."""
        with self.lock:
            if source == target or self.ticket(target).status == "closed":
                raise invalid("base", "a ticket is not merged into itself, nor into a closed one")
            tags = sorted({*self.ticket(source).tags, "closed_by_merge"})
            fact = ("merged", {"target_ticket_id": str(target)})
            self.say(source, self.admin, f"Merged into ticket {target}.", False, fact, status="closed", tags=tags)
            self.say(target, self.admin, f"Ticket {source} was merged into this one.", False)

    def soft_delete(self, number: int) -> None:
        """Delete the ticket; it can be brought back."""
        with self.lock:
            self.change(self.ticket(number).id, ("soft_deleted", {}), gone="deleted")

    def undelete(self, number: int) -> None:
        """Bring a deleted ticket back as it was."""
        with self.lock:
            if self.tickets[number].gone != "deleted":
                raise not_found()
            self.change(number, ("undeleted", {}), gone="")

    def permanently_delete(self, number: int) -> None:
        """Delete the ticket for good, after it was deleted: what it said is gone."""
        with self.lock:
            ticket = self.tickets[number]
            if not ticket.gone:
                self.soft_delete(number)
            ticket.subject, ticket.description = "SCRUBBED", "X"
            self.change(number, ("permanently_deleted", {}), gone="scrubbed")

    def mark_as_spam(self, number: int) -> None:
        """Delete the ticket and suspend who wrote it."""
        with self.lock:
            self.users[self.ticket(number).requester_id].suspended = True
            self.change(number, ("marked_as_spam", {}), gone="deleted")

    def follow_up(self, closed_id: int) -> int:
        """Open a ticket that follows a closed one, as the requester's reply to it does; returns the id."""
        with self.lock:
            source = self.ticket(closed_id)
            if source.status != "closed":
                raise invalid("via_followup_source_id", "only a closed ticket is followed up")
            requester = self.users[source.requester_id]
            subject = f"Re: {source.subject}"
            return self.create_after(source, requester, requester, "One more thing.", subject=subject).id

    def create_after(self, source: Ticket, requester: User, submitter: User, body: str, **fields: Any) -> Ticket:
        """A ticket with the tags and custom fields of a closed one, but not its group, assignee and priority."""
        fields["tags"] = sorted({*source.tags, *fields.get("tags", ())})
        fields.setdefault("custom_fields", source.custom_fields)
        fields["via"] = via("web", "follow_up", ticket_id=source.id, subject=source.subject)
        ticket = self.create(requester, submitter, body, **fields)
        source.followup_ids.append(ticket.id)
        return ticket

"""What is done to a ticket for an agent or for its customer, and what agents are offered to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from zenpy.lib.api_objects import CustomField, Ticket

from caseroom.bridge.errors import Taken
from caseroom.bridge.ports import Reply
from connectors.zendesk.client import Client

NOBODY = {None, "", "0", 0}
DONE = {"solved", "closed", "deleted"}
PLACEHOLDER = re.compile(r"\{\{|\{%")
MOST_REPLIES = 500


class Deeds:
    """Changes to tickets, each only if the ticket has not changed since it was read.

    https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-updating-tickets/#protecting-against-ticket-update-collisions

    Attributes:
        link_field: number of the ticket field for links; empty: there is none.
    """

    client: Client
    link_field: str

    @property
    def has_link_field(self) -> bool:
        """Whether tickets have a place for the link to their customer's page."""
        return bool(self.link_field)

    def link_case(self, ref: str, url: str) -> None:
        """Write the link into its field; the other fields stay as they are."""
        field = CustomField(id=int(self.link_field), value=url)
        self.client.zenpy().tickets.update(Ticket(id=int(ref), custom_fields=[field]))

    def assign(self, ref: str, agent_id: str) -> None:
        """Make the agent the assignee of a ticket that has none."""
        ticket = self._read(ref)
        if ticket.get("assignee_id") not in {*NOBODY, int(agent_id)}:
            raise Taken
        if ticket.get("assignee_id") != int(agent_id):
            self._update(ticket, assignee_id=int(agent_id))

    def solve(self, ref: str) -> None:
        """Set the status solved."""
        ticket = self._read(ref)
        if ticket["status"] not in DONE:
            self._update(ticket, status="solved")

    def _read(self, ref: str) -> dict[str, Any]:
        ticket: dict[str, Any] = self.client.zenpy().tickets(id=int(ref)).to_dict()
        return ticket

    def _update(self, ticket: dict[str, Any], **changes: Any) -> None:
        guard = {"safe_update": True, "updated_stamp": ticket["updated_at"]}
        self.client.zenpy().tickets.update(Ticket(id=ticket["id"], **changes, **guard))

    def list_replies(self) -> Sequence[Reply]:
        """Macros that every agent may use and that say something to the customer as it stands.

        https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/
        """
        return list(self._replies())[:MOST_REPLIES]

    def _replies(self) -> Iterator[Reply]:
        for macro in self.client.zenpy().macros(active=True):
            told = macro.to_dict()
            text = _public_text(told.get("actions") or ())
            if text and not told.get("restriction") and not PLACEHOLDER.search(text):
                yield Reply(str(told.get("title") or ""), text)


def _public_text(actions: Sequence[dict[str, Any]]) -> str:
    """What a macro says; nothing where it writes a note for agents only."""
    values = {action.get("field"): action.get("value") for action in actions}
    if str(values.get("comment_mode_is_public", True)).lower() == "false":
        return ""
    text = values.get("comment_value")
    # With a channel in front where the macro has a text for each.
    return str(text[-1] if isinstance(text, list) and text else text or "").strip()

"""What happened to tickets, as the API shows it.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from sandbox.zendesk.answers import Json
from sandbox.zendesk.tickets import WATCHED, Ticket, User, iso, via

SYSTEM = {"client": "sandbox", "ip_address": "127.0.0.1", "location": "loopback", "latitude": 0.0, "longitude": 0.0}


def comment_by(author: User, body: str, public: bool, ids: Iterator[int]) -> Json:
    """Something said in a ticket."""
    texts = {"body": body, "html_body": f"<p>{escape(body)}</p>", "plain_body": body}
    return {"id": next(ids), "type": "Comment", "author_id": author.id, **texts, "public": public, "attachments": []}


def audit(ticket: Ticket, by: User, before: Json, comment: Json | None, ids: Iterator[int]) -> Json:
    """What one change did; nothing was before a ticket's creation."""
    number, after = next(ids), ticket.watched()
    made = [] if before else [name for name in WATCHED if after[name] or name in WATCHED[:9]]
    changed = [name for name in WATCHED if after[name] != before[name]] if before else []
    return {
        "id": number,
        "ticket_id": ticket.id,
        "created_at": iso(ticket.updated),
        "author_id": by.id,
        "metadata": {"system": SYSTEM, "custom": {}},
        "events": [
            *([comment | {"audit_id": number}] if comment else []),
            *({"id": next(ids), "type": "Create", "value": plain(after[name]), "field_name": name} for name in made),
            *(
                {"id": next(ids), "type": "Change", "value": plain(after[name]), "field_name": name}
                | {"previous_value": plain(before[name])}
                for name in changed
            ),
        ],
        "via": via(ticket.via["channel"]),
    }


def plain(value: Any) -> Any:
    """A value of a field: numbers as text."""
    return str(value) if isinstance(value, int) else value

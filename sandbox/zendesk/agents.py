"""What agents have in an account and programs change for them: updates of tickets, ticket fields, macros.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket
https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.zendesk.answers import Json, answer, invalid, malformed, refused
from sandbox.zendesk.intake import FIELDS, fits
from sandbox.zendesk.lists import listing
from sandbox.zendesk.people import People
from sandbox.zendesk.tickets import STATUSES, iso
from sandbox.zendesk.webhooks import Fact

# What may be taken away by writing null.
EMPTY = {"assignee_id", "group_id", "priority", "type", "external_id"}
# Fields that are not simply set: one has a rule of its own, the others are nobody's to change here.
NOT_SO = {"custom_fields", "requester_id", "via_followup_source_id"}


class Agents(People):
    """A helpdesk whose tickets are changed over the API.

    Attributes:
        ticket_fields: the custom fields that there are, by id.
        macros: all macros, as the API shows them.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.ticket_fields: dict[int, str] = {}
        self.macros: list[Json] = []

    def add_ticket_field(self, title: str) -> int:
        """A custom field for text; returns the id."""
        number = next(self.ids)
        self.ticket_fields[number] = title
        return number

    def add_macro(self, title: str, *actions: Json, active: bool = True, restriction: Json | None = None) -> int:
        """A macro; returns the id."""
        number, now = next(self.ids), iso(self.clock())
        own = {
            "id": number,
            "title": title,
            "raw_title": title,
            "active": active,
            "default": False,
            "description": None,
        }
        own |= {"actions": list(actions), "restriction": restriction, "position": len(self.macros) + 1}
        times = {"created_at": now, "updated_at": now, "url": f"{self.url}/api/v2/macros/{number}.json"}
        self.macros.append(own | times)
        return number

    def update_ticket(self, request: Request, number: int) -> Response:
        """Set what a request names, and answer with ticket and audit; 409 where the ticket is not as it was read."""
        body = request.get_json(silent=True)
        asked = body.get("ticket") if isinstance(body, dict) else None
        if not isinstance(asked, dict):
            raise malformed("ticket")
        ticket = self.ticket(number)
        if asked.get("safe_update") in {True, "true"} and asked.get("updated_stamp") != iso(ticket.updated):
            raise refused(409, "UpdateConflict", "the ticket has changed since it was read")
        changes = self.changes_in(asked, ticket.custom_fields)
        self.change(number, *self.told(ticket.custom_fields, changes), **changes)
        return answer({"ticket": ticket.as_json(self.url), "audit": ticket.audits[-1]})

    def changes_in(self, asked: Json, known: list[Json]) -> Json:
        """The fields that a request changes; those that are not known here are passed over."""
        changes = {
            name: asked[name] for name in FIELDS if name in asked and name not in {"custom_fields", "requester_id"}
        }
        for name, value in changes.items():
            if not (value is None and name in EMPTY) and not fits(name, value):
                raise invalid(name, f"{name}: no value of this field")
        if "status" in asked:
            if asked["status"] not in STATUSES[1:]:
                raise invalid("status", "status: no value of this field")
            changes["status"] = asked["status"]
        if "custom_fields" in asked:
            changes["custom_fields"] = self.merged(asked["custom_fields"], known)
        return changes

    def told(self, known: list[Json], changes: Json) -> list[Fact]:
        """The events about custom fields."""
        before, after = (
            {one["id"]: one["value"] for one in own} for own in (known, changes.get("custom_fields", known))
        )
        return [
            (
                "custom_field_changed",
                {"field": {"id": str(number), "title": self.ticket_fields[number]}}
                | {"previous": before.get(number), "current": value},
            )
            for number, value in after.items()
            if value != before.get(number)
        ]

    def merged(self, given: Any, known: list[Json]) -> list[Json]:
        """Custom fields after those that were given; ids of no field are passed over, the others stay."""
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise malformed("custom_fields")
        values = {one["id"]: one["value"] for one in known}
        values |= {one.get("id"): one.get("value") for one in given if one.get("id") in self.ticket_fields}
        return [{"id": number, "value": value} for number, value in values.items()]

    def list_macros(self, request: Request) -> Response:
        """Macros, or those that are active."""
        wanted = request.args.get("active")
        shown = [macro for macro in self.macros if wanted is None or macro["active"] == (wanted == "true")]
        return answer(listing(request.args, macros=shown))

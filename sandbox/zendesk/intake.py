"""What a request may say about a new ticket; what is not known here is passed over, as Zendesk does.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.zendesk.answers import Json, invalid, malformed

TEXTS = ("subject", "external_id", "priority", "type")
LISTS = ("tags", "custom_fields")
NUMBERS = ("group_id", "assignee_id", "brand_id", "ticket_form_id", "requester_id", "via_followup_source_id")
FIELDS: dict[str, type] = dict.fromkeys(TEXTS, str) | dict.fromkeys(LISTS, list) | dict.fromkeys(NUMBERS, int)
CHOICES = {"priority": {"low", "normal", "high", "urgent"}, "type": {"problem", "incident", "question", "task"}}

# An address without a dot in its domain, or with other letters, is "not properly formatted".
ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def ticket_in(body: Any) -> Json:
    """The ticket that a request asks for."""
    asked = body.get("ticket") if isinstance(body, dict) else None
    if not isinstance(asked, dict):
        raise malformed("ticket")
    return asked


def fields_in(asked: Json) -> Json:
    """The plain fields of a new ticket, and its first comment; `description` is an older name for that."""
    fields = {name: asked[name] for name in FIELDS if asked.get(name) is not None}
    for name, value in fields.items():
        if not fits(name, value):
            raise invalid(name, f"{name}: no value of this field")
    if "tags" in fields:
        fields["tags"] = sorted(set(" ".join(map(str, fields["tags"])).lower().split()))
    comment = asked.get("comment") or {"body": asked.get("description")}
    if not isinstance(comment, dict):
        raise malformed("comment")
    body = comment.get("body") or comment.get("html_body")
    if not isinstance(body, str) or not body.strip():
        raise invalid("base", "the first comment has no text", "BlankValue")
    return fields | {"body": body, "public": bool(comment.get("public", True))}


def fits(name: str, value: Any) -> bool:
    """Whether a field may have this value."""
    return isinstance(value, FIELDS[name]) and value in CHOICES.get(name, [value])


def requester_in(asked: Json) -> tuple[str, str | None]:
    """Name and e-mail address of a requester who is not named by id."""
    requester = asked["requester"]
    if not isinstance(requester, dict):
        raise malformed("requester")
    name, email = requester.get("name"), requester.get("email") or None
    if not (name or email) or (email and not ADDRESS.fullmatch(str(email))):
        raise invalid("requester", "the requester has no name, or an address that is none")
    return str(name or email), email and str(email)

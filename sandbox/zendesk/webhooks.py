"""What the account's webhooks send: one signed request for each event of a ticket.

https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
https://developer.zendesk.com/documentation/webhooks/verifying/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sandbox.mailbox import Callback, Mailbox, Outgoing
from sandbox.zendesk.answers import Json
from sandbox.zendesk.subscriptions import PREFIX, Subscription, Subscriptions, digest
from sandbox.zendesk.tickets import Ticket, User, iso

Fact = tuple[str, Json]
"""What an event says: its type without the prefix, and its own part of the body."""

CHANGES = {
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "status": "status_changed",
    "custom_status_id": "custom_status_changed",
    "requester_id": "requester_changed",
    "external_id": "external_id_changed",
    "subject": "subject_changed",
    "priority": "priority_changed",
}
# Fields that events show, where they have another name than in the API.
RENAMED = {"custom_status_id": "custom_status", "ticket_form_id": "form_id"}
IDS = ("id", "assignee_id", "brand_id", "group_id", "organization_id", "requester_id", "submitter_id", *RENAMED)
ENUMS = ("status", "priority", "type")


def spelt(name: str, value: Any, turn: int) -> str | None:
    """A value as events write it; that there is none is written in another way each time."""
    if not value:
        ways = ("", None, "0") if name in IDS else ("", None)
        return ways[turn % len(ways)]
    return str(value).upper() if name in ENUMS else str(value)


def facts_of(before: Json, after: Json, turn: int) -> list[Fact]:
    """The events that tell how a ticket changed."""
    facts: list[Fact] = [
        (kind, {"previous": spelt(name, before[name], turn), "current": spelt(name, after[name], turn)})
        for name, kind in CHANGES.items()
        if before[name] != after[name]
    ]
    if before["tags"] != after["tags"]:
        added, removed = set(after["tags"]) - set(before["tags"]), set(before["tags"]) - set(after["tags"])
        facts.append(("tags_changed", {"tags_added": sorted(added), "tags_removed": sorted(removed)}))
    return facts


def said(comment: Json | None, author: User) -> list[Fact]:
    """The event that tells of a comment, if there is one."""
    if comment is None:
        return []
    by = {"id": str(author.id), "is_staff": author.is_staff, "name": author.name}
    text = {"id": str(comment["id"]), "body": comment["body"], "is_public": comment["public"], "author": by}
    return [("comment_added", {"comment": text})]


def detail(ticket: Ticket, actor: User, turn: int) -> Json:
    """The ticket as events show it."""
    own = {name: getattr(ticket, name) for name in (*IDS, "external_id", *ENUMS)}
    own |= {"actor_id": actor.id, "status": ticket.gone or ticket.status}
    channel = ticket.via["channel"]
    return {RENAMED.get(n, n): spelt(n, value, turn + number) for number, (n, value) in enumerate(own.items())} | {
        "subject": ticket.subject,
        "description": ticket.description,
        "is_public": ticket.is_public,
        "tags": list(ticket.tags),
        "via": {"channel": channel.upper() if turn % 2 else channel},
        "created_at": iso(ticket.created),
        "updated_at": iso(ticket.updated),
    }


@dataclass
class Webhooks:
    """Sends the events of tickets to every webhook that is subscribed to them, signed with its secret."""

    account_id: int
    secret: str
    clock: Callable[[], float]
    mailbox: Mailbox | None
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # A stand-in that is started anew counts from the start, but must not give the same ids to other events.
        self.origin = f"{self.account_id}/{self.clock()!r}"
        self.subscriptions = Subscriptions(self.account_id, self.clock)
        if self.secret:
            self.subscriptions.make_first(self.secret)

    def tell(self, ticket: Ticket, actor: User, facts: list[Fact]) -> None:
        """Post the events of one change, with the ticket as it is now."""
        if self.mailbox is None:
            return
        name = ticket.external_id or str(ticket.id)
        sequence = digest(self.origin, name, self.told[name])[:32].upper()
        for position, (kind, event) in enumerate(facts, 1):
            self.told[name] += 1
            meta = {"sequence": {"id": sequence, "position": position, "total": len(facts)}}
            key = f"zendesk/{name}/{self.told[name]}/{kind}"
            own = event | ({"meta": meta} if len(facts) > 1 else {})
            raw = self.body(key, kind, own, detail(ticket, actor, self.told[name]))
            self.post(self.mailbox, raw, kind, key)

    def post(self, mailbox: Mailbox, raw: bytes, kind: str, key: str) -> None:
        """Post an event for each webhook that takes it."""
        for to in self.subscriptions:
            if to.takes(kind):
                own_key = key if to.is_first else f"{key}/{to.id}"
                mailbox.post(Callback(own_key, partial(self.signed, raw, own_key, to)))

    def body(self, key: str, kind: str, event: Json, about: Json) -> bytes:
        """The bytes of an event; they stay the same however often it is sent."""
        now = self.clock()
        fields = {
            "account_id": self.account_id,
            "id": str(UUID(digest(self.origin, key)[:32], version=4)),
            "type": PREFIX + kind,
            "time": f"{iso(now)[:-1]}.{int(now % 1 * 1e9):09}Z",
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{about['id']}",
            "detail": about,
            "event": event,
        }
        return json.dumps(fields, indent=3, sort_keys=True).encode() + b"\n"

    def signed(self, raw: bytes, key: str, to: Subscription) -> Outgoing:
        """The request, with the time and the signature of this sending."""
        timestamp = iso(self.clock())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(self.account_id),
            "X-Zendesk-Webhook-Id": to.id,
            "X-Zendesk-Webhook-Invocation-Id": f"01{digest(self.origin, key, 'invocation')[:24].upper()}",
            "X-Zendesk-Webhook-Signature": sign(to.secret, timestamp, raw),
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        }
        return Outgoing(to.path, raw, headers)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a request, by the secret as Zendesk shows it."""
    return base64.b64encode(hmac.digest(secret.encode(), timestamp.encode() + body, hashlib.sha256)).decode()

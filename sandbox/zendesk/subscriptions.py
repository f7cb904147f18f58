"""The webhooks of the account: what each is subscribed to, where it sends, and its secret.

https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from sandbox.zendesk.answers import Json, malformed, not_found
from sandbox.zendesk.tickets import iso

PREFIX = "zen:event-type:ticket."
ABOUT_FIELDS = (
    *("agent_assignment_changed", "group_assignment_changed", "status_changed", "custom_status_changed"),
    *("requester_changed", "external_id_changed", "subject_changed", "priority_changed", "tags_changed"),
)
ABOUT_COMMENTS = ("comment_added", "comment_made_private", "comment_redacted")
ABOUT_LIVES = ("created", "merged", "soft_deleted", "permanently_deleted", "undeleted", "marked_as_spam")
TICKET_EVENTS = frozenset(PREFIX + kind for kind in (*ABOUT_FIELDS, *ABOUT_COMMENTS, *ABOUT_LIVES))
# Of a webhook that a trigger or an automation sends; it is never subscribed to events as well.
CONDITIONAL = "conditional_ticket_events"
TEXTS = ("name", "status", "endpoint", "http_method", "request_format")
SHOWN = ("name", "description", "status", "subscriptions")
CHOICES = {
    "status": {"active", "inactive"},
    "http_method": {"GET", "POST", "PUT", "PATCH", "DELETE"},
    "request_format": {"json", "xml", "form_encoded"},
}
PAGE = 100


@dataclass
class Subscription:
    """One webhook."""

    id: str
    secret: str
    creator: int
    created: float
    fields: Json
    is_first: bool = False

    def takes(self, kind: str) -> bool:
        """Whether events of this kind are sent."""
        return self.fields["status"] == "active" and PREFIX + kind in self.fields["subscriptions"]

    @property
    def path(self) -> str:
        """Where it sends, without the host: there is one service."""
        return urlsplit(self.fields["endpoint"]).path

    def as_json(self, fraction: str = "") -> Json:
        """The webhook as the API shows it; the answer to its creation has a fraction of the second, later ones none."""
        authentication = self.fields.get("authentication")
        return {
            "id": self.id,
            **{name: self.fields[name] for name in SHOWN if name in self.fields},
            "created_at": f"{iso(self.created)[:-1]}{fraction}Z",
            "created_by": str(self.creator),
            **{name: self.fields[name] for name in TEXTS[2:]},
            **({"authentication": without_secrets(authentication)} if authentication else {}),
        }


@dataclass
class Subscriptions:
    """All webhooks, the oldest first."""

    account_id: int
    clock: Callable[[], float]
    made: dict[str, Subscription] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self.made.values())

    def make_first(self, secret: str) -> None:
        """The webhook that an admin made by hand before the story begins, for all events of tickets."""
        fields = {"name": "Made by hand", "status": "active", "http_method": "POST", "request_format": "json"}
        fields |= {"endpoint": "https://before.example/zendesk/events"}
        self.add({**fields, "subscriptions": sorted(TICKET_EVENTS)}, creator=-1, secret=secret)

    def add(self, asked: Json, creator: int, secret: str = "") -> Subscription:
        """Make a webhook."""
        number = len(self.made)
        made = Subscription(
            id=f"01{digest(self.account_id, *([number] if number else []))[:24].upper()}",
            secret=secret or base64.b64encode(hashlib.sha256(f"{self.account_id}/{number}".encode()).digest()).decode(),
            creator=creator,
            created=self.clock(),
            fields=checked({"subscriptions": [], **asked}),
            is_first=not number,
        )
        self.made[made.id] = made
        return made

    def change(self, webhook: str, asked: Json) -> None:
        """Set fields of a webhook; which of the two kinds it is of stays as it is."""
        one = self.find(webhook)
        fields = checked({**one.fields, **{name: value for name, value in asked.items() if name != "id"}})
        if is_conditional(fields) != is_conditional(one.fields):
            raise malformed("subscriptions")
        one.fields = fields

    def find(self, webhook: str) -> Subscription:
        """A webhook by its id; Refused when there is none."""
        if webhook not in self.made:
            raise not_found()
        return self.made[webhook]

    def page(self, asked: MultiDict[str, str]) -> Json:
        """A page of the list; https://developer.zendesk.com/api-reference/introduction/pagination/ (by cursor)."""
        named = [one for one in self if asked.get("filter[name_contains]", "") in one.fields["name"]]
        start = next((at for at, one in enumerate(named, 1) if one.id == asked.get("page[after]")), 0)
        shown = named[start : start + asked.get("page[size]", PAGE, type=int)]
        has_more = start + len(shown) < len(named)
        after = shown[-1].id if has_more else None
        link = f"https://elsewhere.example:443/api/v2/webhooks?page[after]={after}&page[size]={len(shown)}"
        return {
            "webhooks": [one.as_json() for one in shown],
            "meta": {"has_more": has_more, "after_cursor": after},
            "links": {"next": link if has_more else None},
        }


def webhook_in(body: Any) -> Json:
    """The webhook that a request speaks of."""
    asked = body.get("webhook") if isinstance(body, dict) else None
    if not isinstance(asked, dict):
        raise malformed("webhook")
    return asked


def checked(fields: Json) -> Json:
    """The fields of a webhook, if they go together; Refused otherwise."""
    for name in TEXTS:
        value = fields.get(name)
        if not isinstance(value, str) or not value or value not in CHOICES.get(name, {value}):
            raise malformed(name)
    if urlsplit(fields["endpoint"]).scheme not in {"https", "http"}:
        raise malformed("endpoint")
    names = fields["subscriptions"]
    if not isinstance(names, list) or not all(name in TICKET_EVENTS | {CONDITIONAL} for name in map(str, names)):
        raise malformed("subscriptions")
    if set(names) & TICKET_EVENTS:
        # Zendesk writes the body of events itself: https://developer.zendesk.com/documentation/webhooks/.
        fits = {"http_method": "POST", "request_format": "json"}.items() <= fields.items()
        if not fits or is_conditional(fields):
            raise malformed("subscriptions")
    return fields


def is_conditional(fields: Json) -> bool:
    """Whether a trigger or an automation sends it."""
    return CONDITIONAL in fields["subscriptions"]


def without_secrets(authentication: Json) -> Json:
    """How the API shows with what a webhook logs in: the user's name, but no password and no token."""
    shown = {name: value for name, value in authentication.get("data", {}).items() if name == "username"}
    kept = {name: authentication[name] for name in ("type", "add_position")}
    return kept | ({"data": shown} if shown else {})


def digest(*parts: object) -> str:
    """Hexadecimal digits that depend on the parts and nothing else."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()

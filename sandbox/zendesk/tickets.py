"""Tickets, the people around them, and how Zendesk writes both.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#json-format
https://developer.zendesk.com/api-reference/ticketing/users/users/#json-format
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.zendesk.answers import Json

# Ids do not fit into 32 bits. What an account has from its first day has the lowest.
BRAND_ID, FORM_ID, GROUP_ID, ORGANIZATION_ID, FIRST_ID = range(9_100_000_000_001, 9_100_000_000_501, 100)
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
CUSTOM_STATUS_IDS = {status: GROUP_ID + 10 + number for number, status in enumerate(STATUSES)}

# The first audit of a ticket tells the first nine, be they empty or not, and of the others those that are not.
WATCHED = (
    *("subject", "requester_id", "priority", "type", "status", "organization_id"),
    *("brand_id", "ticket_form_id", "custom_status_id", "external_id", "group_id", "assignee_id", "tags"),
)
# What the service has no use for; the same in every ticket and in every user.
TICKET_REST: Json = (
    dict.fromkeys(("recipient", "forum_topic_id", "problem_id", "due_at", "satisfaction_rating"))
    | dict.fromkeys(("collaborator_ids", "follower_ids", "email_cc_ids", "sharing_agreement_ids"), ())
    | dict.fromkeys(("has_incidents", "allow_channelback", "from_messaging_channel"), False)
    | {"allow_attachments": True}
)
USER_REST: Json = (
    dict.fromkeys(("phone", "shared_phone_number", "photo", "external_id", "alias", "last_login_at", "signature"))
    | dict.fromkeys(("details", "notes", "custom_role_id"))
    | dict.fromkeys(("verified", "shared", "shared_agent", "two_factor_auth_enabled", "moderator"), False)
    | dict.fromkeys(("only_private_comments", "report_csv"), False)
    | {"time_zone": "Etc/UTC", "iana_time_zone": "Etc/UTC", "locale_id": 1, "locale": "en-US"}
    | {"active": True, "tags": [], "user_fields": {}}
)


@dataclass
class User:
    """Somebody who asks, or somebody who answers."""

    id: int
    name: str
    email: str | None
    role: str
    created: float
    organization_id: int | None = None
    suspended: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether tickets can be assigned to this user."""
        return self.role in {"admin", "agent"}

    def as_json(self, url: str) -> Json:
        """The user as the API shows him."""
        own = {name: getattr(self, name) for name in ("id", "name", "email", "role", "organization_id", "suspended")}
        staff = {
            "role_type": 4 if self.role == "admin" else None,
            "ticket_restriction": None if self.is_staff else "requested",
            "restricted_agent": self.role != "admin",
            "default_group_id": GROUP_ID if self.is_staff else None,
        }
        times = dict.fromkeys(("created_at", "updated_at"), iso(self.created))
        return USER_REST | own | staff | times | {"url": f"{url}/api/v2/users/{self.id}.json"}


def via(channel: str, rel: str | None = None, **origin: Any) -> Json:
    """How something came into Zendesk."""
    return {"channel": channel, "source": {"from": origin, "to": {}, "rel": rel}}


@dataclass
class Ticket:
    """A ticket.

    Attributes:
        gone: empty, or "deleted", or "scrubbed" once it is deleted for good.
        audits: what happened to it, as the API shows it.
    """

    id: int
    description: str
    requester_id: int
    submitter_id: int
    created: float
    subject: str = ""
    via: Json = field(default_factory=lambda: via("web"))
    external_id: str | None = None
    status: str = "new"
    type: str | None = None
    priority: str | None = None
    assignee_id: int | None = None
    group_id: int | None = None
    organization_id: int | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: list[Json] = field(default_factory=list)
    brand_id: int = BRAND_ID
    ticket_form_id: int = FORM_ID
    is_public: bool = True
    followup_ids: list[int] = field(default_factory=list)
    gone: str = ""
    audits: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.updated = self.created

    @property
    def custom_status_id(self) -> int:
        """The custom status behind the status; an account that made none has one for each."""
        return CUSTOM_STATUS_IDS[self.status]

    def watched(self) -> Json:
        """The fields whose changes are told."""
        return {name: getattr(self, name) for name in WATCHED}

    def as_json(self, url: str) -> Json:
        """The ticket as the API shows it."""
        names = ("id", "via", "description", "submitter_id", "is_public", "custom_fields", "followup_ids")
        own = self.watched() | {name: getattr(self, name) for name in names}
        twins = {"raw_subject": self.subject, "fields": self.custom_fields}
        status = {"status": "deleted" if self.gone else self.status}
        times = {"created_at": iso(self.created), "updated_at": iso(self.updated)}
        return TICKET_REST | own | twins | status | times | {"url": f"{url}/api/v2/tickets/{self.id}.json"}


def iso(seconds: float) -> str:
    """A time as the API writes it: whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")

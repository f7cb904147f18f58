"""The webhook at Zendesk that tells Caseroom of tickets: made once, and put right when it is asked for again.

https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from zenpy.lib.api_objects import Webhook

from caseroom.bridge.errors import BadField
from connectors.zendesk.client import Client
from connectors.zendesk.connector import PREFIX, Zendesk

# https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
# Each event shows the whole ticket; this says for the sake of what it is asked for.
EVENTS = {
    "created": "tickets opened inside Zendesk",
    "agent_assignment_changed": "who is in the group",
    "status_changed": "solved, reopened, closed",
    "merged": "where a ticket went",
    "soft_deleted": "the end",
    "permanently_deleted": "the end for good",
    "marked_as_spam": "the end as well",
    "undeleted": "back again, in a new group",
    "tags_changed": "tickets that get the tag for chats later",
    "external_id_changed": "which case a ticket belongs to",
    "comment_added": "where a ticket stands, should an earlier event have been lost",
}
SUBSCRIPTIONS = [PREFIX + kind for kind in EVENTS]
# A webhook that a trigger sends. It cannot become one that is subscribed to events, so it is never taken for ours.
CONDITIONAL = "conditional_ticket_events"
NAME = "Caseroom"
ABOUT = "Tells Caseroom of tickets. `python -m caseroom.commands zendesk-webhook` keeps it right."


@dataclass(frozen=True)
class Made:
    """What became of the webhook.

    Attributes:
        done: what had to be done.
        endpoint: where it sends.
        ids: of the webhook, and of any other one that is subscribed to events and sends to the same address.
        secrets: what they sign with, in the same order: the value of ZENDESK_WEBHOOK_SECRETS.
    """

    done: Literal["created", "changed", "kept"]
    endpoint: str
    ids: tuple[str, ...]
    secrets: tuple[str, ...]


def make_webhook(client: Client, public_url: str) -> Made:
    """Make the webhook, or put right the one that sends to the same address; BadField or Trouble.

    What tells ours is the address alone: two services may share an account, and the app brings a webhook with a
    name of its own.
    """
    endpoint = endpoint_of(public_url)
    api = client.zenpy().webhooks
    ours = sorted((one for one in api.list() if _is_ours(one, endpoint)), key=lambda one: one.created_at)
    done: Literal["created", "changed", "kept"] = "kept"
    if not ours:
        ours = [api.create(Webhook(**wanted(endpoint)))]
        done = "created"
    elif not _is_right(ours[0]):
        api.patch(Webhook(id=ours[0].id, **_kept_right()))
        done = "changed"
    ids = tuple(str(one.id) for one in ours)
    return Made(done, endpoint, ids, tuple(str(api.show_secret(one).secret) for one in ids))


def endpoint_of(public_url: str) -> str:
    """Where events are taken, seen from Zendesk."""
    if not public_url.startswith("https://"):
        raise BadField("PUBLIC_URL", "has to begin with https://, as Zendesk sends there")
    return f"{public_url.rstrip('/')}/{Zendesk.name}/{Zendesk.callback_path}"


def wanted(endpoint: str) -> dict[str, Any]:
    """The webhook as Zendesk's API takes it, and as an app's requirements.json has it."""
    return {"name": NAME, "description": ABOUT, "endpoint": endpoint, **_kept_right()}


def _kept_right() -> dict[str, Any]:
    return {"status": "active", "http_method": "POST", "request_format": "json", "subscriptions": SUBSCRIPTIONS}


def _is_ours(webhook: Any, endpoint: str) -> bool:
    return webhook.endpoint == endpoint and CONDITIONAL not in (webhook.subscriptions or [])


def _is_right(webhook: Any) -> bool:
    found = {name: getattr(webhook, name) for name in _kept_right()}
    return {**found, "subscriptions": sorted(found["subscriptions"] or [])} == {
        **_kept_right(),
        "subscriptions": sorted(SUBSCRIPTIONS),
    }

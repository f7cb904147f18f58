"""What the org sends by itself: the package's signed events, or the callbacks of the tutorial's triggers.

A trigger sees up to 200 records at a time and leaves the sending to a job. The tutorial sends from @future methods,
which run in any order and are not tried again (Salesforce, Apex Developer Guide, "Future Methods").
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.faults import draw
from sandbox.mailbox import Callback, Outgoing
from sandbox.salesforce.ids import is_user
from sandbox.salesforce.records import Values
from sandbox.salesforce.setup import Setup

PER_TRIGGER = 200


@dataclass(frozen=True)
class Change:
    """What a trigger sees of one record: the package's event, as it stood then, and who had owned the case."""

    event: Values
    old_owner: str


class Apex:
    """The code installed in the org."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.posted: Counter[str] = Counter()

    def run(self, speaks: str, changes: list[Change]) -> None:
        """Hand what the triggers of one transaction send to the mailbox; which goes first is its seed's."""
        if mailbox := self.setup.mailbox:
            callbacks = self.package(changes) if speaks == "package" else self.tutorial(changes)
            for callback in sorted(callbacks, key=lambda one: draw(mailbox.seed, one.key, "order")):
                mailbox.post(callback)

    def package(self, changes: list[Change]) -> Iterator[Callback]:
        """One signed request for each trigger's records; it is dated and signed when it goes out."""
        for start in range(0, len(changes), PER_TRIGGER):
            events = [change.event for change in changes[start : start + PER_TRIGGER]]
            make = partial(self.signed, "/salesforce/events", self.setup.webhook_secret, {"events": events})
            yield self.named("events", events[0], make)

    def tutorial(self, changes: list[Change]) -> Iterator[Callback]:
        """One request for each call that the triggers make."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.setup.callback_key}"}
        for change in changes:
            for name, body in tutorial_calls(change):
                make = partial(Outgoing, f"/salesforce/{name}", json.dumps(body).encode(), headers)
                yield self.named(name, change.event, make)

    def named(self, name: str, event: Values, make: Callable[[], Outgoing]) -> Callback:
        """A callback named after its case and how many there were about it, whatever happens to other cases."""
        key = f"salesforce/{name}/{event.get('externalId') or event['caseId']}"
        self.posted[key] += 1
        return Callback(f"{key}/{self.posted[key]}", make)

    def signed(self, path: str, secret: str, body: Values) -> Outgoing:
        """A request as the package's External Credential signs it."""
        sent_at = datetime.fromtimestamp(self.setup.clock(), UTC).isoformat(timespec="milliseconds")
        dated = {"orgId": self.setup.org_id, "sentAt": sent_at.replace("+00:00", "Z")}
        raw = json.dumps(dated | body).encode()
        signature = hmac.digest(secret.encode(), raw, hashlib.sha256).hex()
        return Outgoing(path, raw, {"Content-Type": "application/json", "X-Caseroom-Signature": signature})


def tutorial_calls(change: Change) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the tutorial's triggers call: they join at every update while a person owns the case."""
    kind, owner, group = change.event["type"], change.event["ownerId"], {"groupId": change.event["caseId"]}
    if kind in {"case.updated", "work.opened"} and is_user(owner):
        yield "joingroup", group | {"userId": owner}
    if kind == "case.updated" and change.old_owner != owner and is_user(change.old_owner):
        yield "leavegroup", group | {"userId": change.old_owner}
    if kind == "case.deleted":
        yield "deletegroup", group


def retries(status: int) -> bool:
    """Whether the package's job goes into the queue again after this status (0: no answer); for a Mailbox."""
    return status in {0, 429} or status >= 500

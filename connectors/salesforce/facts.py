"""What the org's events mean in our words: pure, one event after the other.

The package's triggers write them: {id, type, caseId, ownerId, ownerIsUser, ownerName?, origin?, isClosed,
masterCaseId?, externalId?, workId?, modifiedAt}. Each tells the state and not the change, so that any order of arrival
ends the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caseroom.bridge.errors import BadField
from caseroom.bridge.events import (
    Agent,
    CaseAssigned,
    CaseMerged,
    CaseOpened,
    CaseStatusChanged,
    Delivery,
    Event,
    WorkAccepted,
    WorkEnded,
)
from caseroom.bridge.model import Status
from caseroom.signatures import version_of
from connectors.salesforce import ids

LONGEST_ID = 255

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """Reads events as the operator wants them read.

    Attributes:
        joins_on_accept: agents are those who accepted work, whoever owns the case.
        chat_origin: cases with this Origin get a group though they were opened inside Salesforce; empty: none do.
        is_us: whether a user is the one as whom we work; None where that cannot be said just now.
    """

    joins_on_accept: bool
    chat_origin: str
    is_us: Callable[[str], bool | None]

    def delivery(self, event: Any) -> Delivery:
        """One event; one that cannot be read is a delivery with a problem, and the others go on."""
        name = _name(event)
        kind, ref = "", ""
        try:
            kind = _text(_told(event), "type")
            if kind not in TYPES:
                return Delivery(id=name)
            ref = _record(event, "caseId", ids.CASE)
            facts = tuple(TYPES[kind](self, event))
        except BadField as wrong:
            detail = {"type": kind} if kind in TYPES else {}
            return Delivery(id=name, ref=ref, problem=wrong.message, detail=detail)
        return Delivery(
            id=name,
            names_state=True,
            ref=ref,
            external_id=_loose(event, "externalId") or None,
            events=facts,
        )

    def changed(self, event: Told) -> Iterator[Event]:
        """A case as it stands; or as it went into another one, where the org keeps merged cases."""
        if event.get("masterCaseId"):
            yield CaseMerged(_at(event), _record(event, "masterCaseId", ids.CASE))
        else:
            yield from self.standing(event)

    def deleted(self, event: Told) -> Iterator[Event]:
        """A case in the recycle bin, where those that were merged go too.

        https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm
        """
        if event.get("masterCaseId"):
            yield from self.changed(event)
        else:
            yield CaseStatusChanged(_at(event), Status.DELETED)

    def standing(self, event: Told) -> Iterator[Event]:
        """Who has the case, and whether it is open."""
        at, is_closed = _at(event), _flag(event, "isClosed")
        if not self.joins_on_accept:
            yield from self._assigned(event, at)
        yield CaseStatusChanged(at, Status.CLOSED if is_closed else Status.OPEN)
        if self.chat_origin and event.get("origin") == self.chat_origin and not is_closed:
            yield from self._opened(event, at)

    def _assigned(self, event: Told, at: int) -> Iterator[Event]:
        if not _flag(event, "ownerIsUser"):
            yield CaseAssigned(at)
            return
        owner = _agent(event)
        is_us = self.is_us(owner.id)
        if is_us is not False:
            yield CaseAssigned(at)
        if not is_us:
            yield CaseAssigned(at, (owner,))  # after the line above it is equal in time: the case is read back

    def _opened(self, event: Told, at: int) -> Iterator[Event]:
        if not _loose(event, "externalId"):  # a case with a key came through an intake
            yield CaseOpened(at, _record(event, "caseId", ids.CASE))

    def accepted(self, event: Told) -> Iterator[Event]:
        """Omni-Channel work that an agent accepted."""
        if self.joins_on_accept:
            yield WorkAccepted(_at(event), _record(event, "workId"), _agent(event))

    def ended(self, event: Told) -> Iterator[Event]:
        """Omni-Channel work that is over, or was never accepted."""
        if self.joins_on_accept:
            yield WorkEnded(_at(event), _record(event, "workId"), _agent(event))


TYPES: dict[str, Callable[[Reader, Told], Iterator[Event]]] = {
    "case.created": Reader.changed,
    "case.updated": Reader.changed,
    "case.deleted": Reader.deleted,
    "case.undeleted": Reader.standing,
    "work.opened": Reader.accepted,
    "work.closed": Reader.ended,
}


def _name(event: Any) -> str:
    """The event's id and what it says: two changes within a second may carry one id, and both count."""
    try:
        told = json.dumps(event, sort_keys=True, separators=(",", ":"))
    except RecursionError as error:
        raise BadField("events", "are nested too deeply") from error
    given = _loose(event, "id") if isinstance(event, dict) else ""
    return f"{given[:LONGEST_ID] or 'event'}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _told(event: Any) -> Told:
    if not isinstance(event, dict):
        raise BadField("events", "each has to be an object")
    if not _loose(event, "id"):
        raise BadField("id", "is missing")
    return event


def _at(event: Told) -> int:
    try:
        return version_of(event["modifiedAt"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadField("modifiedAt", "has to be an ISO 8601 time with its zone") from error


def _record(event: Told, field: str, kind: str = "") -> str:
    try:
        return ids.clean(event.get(field), kind)
    except ValueError as error:
        raise BadField(field, "is missing, or no id of 15 or 18 characters of such a record") from error


def _agent(event: Told) -> Agent:
    return Agent(_record(event, "ownerId", ids.USER), _loose(event, "ownerName") or None)


def _flag(event: Told, field: str) -> bool:
    value = event.get(field)
    if not isinstance(value, bool):
        raise BadField(field, "has to be true or false")
    return value


def _text(event: Told, field: str) -> str:
    value = event.get(field)
    if not isinstance(value, str):
        raise BadField(field, "is missing")
    return value


def _loose(event: Told, field: str) -> str:
    """A text that may be missing; half of a character, which no store takes, becomes a question mark."""
    value = event.get(field)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""

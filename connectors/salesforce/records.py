"""A case's record: what we write into a new one, and what we read of one.

Salesforce, Object Reference, "Case": the lengths of fields, and that Supplied... fields link to no contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from caseroom.bridge.events import Agent, CaseSnapshot
from caseroom.bridge.model import CaseRequest, Status, Work
from caseroom.connector import is_plain_address
from caseroom.signatures import version_of
from connectors.salesforce import ids

SUBJECT, DESCRIPTION, SUPPLIED, NOTE = 255, 32_000, 80, 2_000
UNVERIFIED = "E-mail address not verified"

CASE_QUERY = (
    "SELECT Id, OwnerId, IsClosed, IsDeleted, MasterRecordId, SystemModstamp, SuppliedName FROM Case WHERE Id = {}"
)
DEED_QUERY = "SELECT Id, OwnerId, Status, IsClosed, LastModifiedDate FROM Case WHERE Id = {}"
WORK_QUERY = "SELECT Id, UserId, Status, SystemModstamp FROM AgentWork WHERE WorkItemId = {}"
ALL_CASES = "SELECT Id, Description FROM Case WHERE CreatedDate >= {} ORDER BY CreatedDate"
OUR_CASES = "SELECT Id, Description FROM Case WHERE CreatedDate >= {} AND CreatedById = {} ORDER BY CreatedDate"
ACCEPTED = "Opened"  # of the statuses of work: Salesforce, Object Reference, "AgentWork"


def marker(key: str) -> str:
    """What ends the Description of a case whose key has no field of its own."""
    return f"[caseroom:{key}]"


def texts(request: CaseRequest, ending: str = "") -> dict[str, str]:
    """What the customer asked, in Salesforce's fields; what does not fit into one of its own is a line of the text."""
    values = {
        "Subject": cut(request.subject.strip() or request.desc.strip()[:SUPPLIED] or "Chat", SUBJECT),
        "Description": _description(request, ending),
        "SuppliedName": cut(request.name.strip(), SUPPLIED),
        "SuppliedEmail": request.email if _is_plain(request.email) else "",
    }
    return {field: value for field, value in values.items() if value}


def _description(request: CaseRequest, ending: str) -> str:
    parts = ["\n".join(cut(" ".join(note.split()), NOTE) for note in _notes(request)), ending]
    tail = "".join(f"\n\n{part}" for part in parts if part)
    text = cut(request.desc, DESCRIPTION - len(tail.encode("utf-16-le", "replace")) // 2)
    return text + tail if text else tail.lstrip("\n")


def _notes(request: CaseRequest) -> Iterator[str]:
    if request.page:
        yield f"Page: {request.page}"
    if request.email and not _is_plain(request.email):
        yield f"E-mail: {request.email}"
    if request.email and not request.is_trusted:
        yield UNVERIFIED


def _is_plain(email: str) -> bool:
    return len(email) <= SUPPLIED and is_plain_address(email)


def cut(text: str, length: int) -> str:
    """The beginning of a text, in characters as Apex counts them: some signs are two."""
    return text.encode("utf-16-le", "replace")[: 2 * length].decode("utf-16-le", "ignore")


def snapshot(
    row: Mapping[str, Any], *, agents: tuple[Agent, ...] | None, works: dict[str, Work] | None
) -> CaseSnapshot:
    """A case as it stands."""
    master = row["MasterRecordId"] if row["IsDeleted"] or row["IsClosed"] else None
    return CaseSnapshot(
        ref=ids.clean(row["Id"]),
        at=version_of(row["SystemModstamp"]),
        status=Status.DELETED if row["IsDeleted"] else Status.CLOSED if row["IsClosed"] else Status.OPEN,
        agents=agents,
        works=works,
        merged_into=ids.clean(master) if master else None,
        requester_name=row["SuppliedName"] or "",
    )


def works_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Work]:
    """Omni-Channel's rows of work, of which those that were accepted and are not over count as open."""
    return {
        ids.clean(row["Id"]): Work(
            ids.clean(row["UserId"]), version_of(row["SystemModstamp"]), is_open=row["Status"] == ACCEPTED
        )
        for row in rows
        if row["UserId"]
    }

"""What fields the records have, and what Salesforce refuses in them.

Salesforce, Object Reference, "Case", "User" and "AgentWork";
https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.salesforce.ids import full

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Refused(Exception):
    """What Salesforce answers instead of doing as asked: an HTTP status, and an entry of the list in the body."""

    def __init__(self, status: int, code: str, message: str, fields: list[str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.entry = {"message": message, "errorCode": code} | ({} if fields is None else {"fields": fields})


def missing() -> Refused:
    """What Salesforce says when there is nothing at an address."""
    return Refused(404, "NOT_FOUND", "The requested resource does not exist")


@dataclass(frozen=True)
class Field:
    """A field: its type, its longest text (0: written by the system alone), and whether a query may filter by it."""

    type: str = "string"
    length: int = 255
    is_filterable: bool = True


Fields = dict[str, Field]
Values = dict[str, Any]
Case = Values
"""A case, by the names of its fields."""

FIXED, FIXED_ID, FIXED_TIME, FIXED_FLAG = (Field(kind, 0) for kind in ("string", "id", "dateTime", "boolean"))
SYSTEM: Fields = {
    **dict.fromkeys(("Id", "CreatedById"), FIXED_ID),
    **dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), FIXED_TIME),
}
USER: Fields = SYSTEM | {**dict.fromkeys(("Name", "Username", "Email"), FIXED), "IsActive": FIXED_FLAG}
CASE: Fields = SYSTEM | {
    **dict.fromkeys(("Subject", "Origin", "Status", "Priority", "Type", "Reason"), Field()),
    **dict.fromkeys(("OwnerId", "RecordTypeId", "ContactId", "AccountId", "ParentId"), Field("id")),
    **dict.fromkeys(("SuppliedName", "SuppliedCompany"), Field(length=80)),
    "Description": Field(length=32000, is_filterable=False),
    "SuppliedEmail": Field("email", 80),
    "SuppliedPhone": Field(length=40),
    "CaseNumber": FIXED,
    "ClosedDate": FIXED_TIME,
    "MasterRecordId": FIXED_ID,
    **dict.fromkeys(("IsClosed", "IsDeleted"), FIXED_FLAG),
}
AGENT_WORK: Fields = SYSTEM | {
    **dict.fromkeys(("UserId", "WorkItemId", "OwnerId"), FIXED_ID),
    **dict.fromkeys(("AcceptDateTime", "CloseDateTime"), FIXED_TIME),
    "Status": FIXED,
    "IsDeleted": FIXED_FLAG,
}
CLOSED = {"Closed", "Merged"}


def column(source: str, fields: Fields, name: str) -> Field:
    """The field of that name; Refused when the object has none."""
    if name not in fields:
        raise Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {source}")
    return fields[name]


def checked(fields: Fields, body: Any) -> Values:
    """What a request writes to a case; Refused for the first thing that Salesforce would not take."""
    if not isinstance(body, dict):
        raise Refused(400, "JSON_PARSER_ERROR", "The request body is not a JSON object")
    return {name: _checked(name, column("Case", fields, name), value) for name, value in body.items()}


def _checked(name: str, field: Field, value: Any) -> Any:
    if field.length == 0:
        raise Refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}", [name])
    if not isinstance(value, str | None):
        raise Refused(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of string from {name}")
    if not value:
        return None  # an empty text is no text
    if len(value) > field.length:
        message = f"{name}: data value too large: {value} (max length={field.length})"
        raise Refused(400, "STRING_TOO_LONG", message, [name])
    if field.type == "email" and not EMAIL.fullmatch(value):
        raise Refused(400, "INVALID_EMAIL_ADDRESS", f"{name}: invalid email address: {value}", [name])
    if field.type == "id" and full(value) is None:
        raise Refused(400, "MALFORMED_ID", f"{name}: id value of incorrect type: {value}", [name])
    return full(value) if field.type == "id" else value


def written(seconds: float) -> str:
    """A time as the REST API writes it. Milliseconds are not kept: changes within a second have equal stamps."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

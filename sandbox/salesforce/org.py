"""The org: its records, the rules that they keep, and the triggers that see them change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.faults import Faults
from sandbox.salesforce.apex import Apex, Change
from sandbox.salesforce.ids import full, is_user, make
from sandbox.salesforce.records import CASE, CLOSED, Case, Fields, Refused, Values, missing, written
from sandbox.salesforce.setup import Setup
from sandbox.stand_in import StandIn


class Org(StandIn):
    """Keeps the records.

    Attributes:
        speaks: what is installed and tells the service what happens: "package" or "tutorial".
        users, queues: who may own cases, by id.
        me: the user as whom the service works.
        admin: a user who stands for everybody else.
    """

    def __init__(self, setup: Setup, faults: Faults | None) -> None:
        super().__init__(clock=setup.clock, faults=faults)
        self.apex = Apex(setup)
        self.speaks = "package"
        self.key_field = setup.key_field or ""
        self.case_fields: Fields = CASE | ({self.key_field: CASE["Subject"]} if self.key_field else {})
        self.made: Counter[str] = Counter()
        self.users: dict[str, Values] = {}
        self.queues: dict[str, Values] = {}
        self.cases: dict[str, Case] = {}
        self.by_key: dict[str, dict[str, Case]] = {}
        self.works: dict[str, Values] = {}
        self.changes: list[Change] = []
        self.depth = 0
        self.me = self.add_owner(self.next_id("005"), "Integration User", setup.username)
        self.admin = self.add_owner(self.next_id("005"), "Org Administrator")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is one transaction: the triggers send once, for all of it, as after a data load."""
        with self.lock:
            self.depth += 1
            try:
                yield
            finally:
                self.depth -= 1
                if self.depth == 0:
                    changes, self.changes = self.changes, []
                    self.apex.run(self.speaks, changes)

    def next_id(self, prefix: str) -> str:
        """An id for a new record of a kind."""
        self.made[prefix] += 1
        return make(prefix, self.made[prefix] - 1)

    def add_field(self, name: str) -> None:
        """A custom field of cases, for text."""
        self.case_fields = self.case_fields | {name: CASE["Subject"]}
        for case in self.cases.values():
            case.setdefault(name, None)

    def add_owner(self, owner: str, name: str, username: str = "") -> str:
        """Keep a user or a queue; returns the id."""
        values = {"Id": owner, "Name": name, "Username": username, "Email": None, "IsActive": True}
        (self.users if is_user(owner) else self.queues)[owner] = self.stamped(values | {"CreatedById": owner})
        return owner

    def insert(self, values: Values, creator: str) -> Case:
        """Keep a new case; what it does not say has the org's defaults."""
        defaults = dict.fromkeys(self.case_fields) | {"Status": "New", "Priority": "Medium", "OwnerId": creator}
        given = {name: value for name, value in values.items() if value is not None}
        with self.transaction():
            fixed = {"CaseNumber": f"{len(self.cases) + 1:08}", "IsDeleted": False, "CreatedById": creator}
            case = self.stamped(defaults | given | fixed | {"Id": self.next_id("500")})
            self.check(case)
            self.cases[case["Id"]] = case
            return self.change(case["Id"], "case.created")

    def change(self, case_id: str, kind: str = "case.updated", **values: Any) -> Case:
        """Write to a case, and let the trigger see it."""
        with self.transaction():
            case = self.find(case_id)
            old_owner = case["OwnerId"]
            self.check(case | values)
            self.stamped(case, **values)
            case["IsClosed"] = case["Status"] in CLOSED
            case["ClosedDate"] = (case["ClosedDate"] or case["SystemModstamp"]) if case["IsClosed"] else None
            self.by_key.setdefault(self.key_of(case), {})[case["Id"]] = case
            self.changes.append(Change(self.event(kind, case, case, case["OwnerId"]), old_owner))
            return case

    def change_work(self, work_id: str, kind: str, **values: Any) -> None:
        """Write to a row of Omni-Channel work, and let its trigger see it."""
        with self.transaction():
            work = self.stamped(self.works[work_id], **values)
            case = self.cases[work["WorkItemId"]]
            event = self.event(kind, case, work, work["UserId"]) | {"workId": work_id}
            self.changes.append(Change(event, case["OwnerId"]))

    def event(self, kind: str, case: Case, row: Values, owner: str) -> Values:
        """What the package tells about a case; the row is the one that has changed."""
        stamp = row["SystemModstamp"].replace("+0000", "Z")
        return {
            "id": f"{row['Id']}-{stamp}-{kind}",
            "type": kind,
            "caseId": case["Id"],
            "ownerId": owner,
            "ownerIsUser": is_user(owner),
            "ownerName": self.name_of(owner),
            "origin": case["Origin"],
            "isClosed": case["IsClosed"],
            "masterCaseId": case["MasterRecordId"],
            "modifiedAt": stamp,
        } | ({"externalId": case[self.key_field]} if self.key_field else {})

    def stamped(self, row: Values, **values: Any) -> Values:
        """A record with new values, dated now."""
        now = written(self.clock())
        row.update(values, CreatedDate=row.get("CreatedDate") or now, LastModifiedDate=now, SystemModstamp=now)
        return row

    def name_of(self, owner: str) -> str:
        """The name of a user or queue."""
        return str((self.users.get(owner) or self.queues[owner])["Name"])

    def find(self, case_id: str) -> Case:
        """The case of an id of 15 or 18 characters; Refused when there is none, or none any more."""
        case = self.cases.get(full(case_id) or "")
        if case is None:
            raise missing()
        if case["IsDeleted"]:
            raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted")
        return case

    def find_by_key(self, value: str) -> list[Case]:
        """The cases that have this key and are not deleted; a unique field disregards case unless set up otherwise."""
        key = value.casefold()
        had = self.by_key.get(key, {}).values()
        return [case for case in had if key and self.key_of(case) == key and not case["IsDeleted"]]

    def key_of(self, case: Case) -> str:
        """The key of a case as keys are compared."""
        return str(case.get(self.key_field) or "").casefold()

    def check(self, case: Case) -> None:
        """Refused when nobody is the owner, or another case has the key."""
        if case["OwnerId"] not in self.users and case["OwnerId"] not in self.queues:
            raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["OwnerId"])
        others = [other["Id"] for other in self.find_by_key(self.key_of(case)) if other["Id"] != case["Id"]]
        if others:
            message = f"duplicate value found: {self.key_field} duplicates value on record with id: {others[0]}"
            raise Refused(400, "DUPLICATE_VALUE", message, [])

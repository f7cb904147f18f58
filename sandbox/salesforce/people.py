"""What people do in the org. Each method is one transaction; ids may have 15 or 18 characters.

Merging: https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_merge_statements.htm.
Omni-Channel: Salesforce, Object Reference, "AgentWork".
"""

from __future__ import annotations

from sandbox.salesforce.ids import full
from sandbox.salesforce.org import Org
from sandbox.salesforce.records import written


class People(Org):
    """An org with people in it. `assignment_owner` is who the active assignment rule gives new cases to."""

    assignment_owner: str | None = None

    def add_user(self, name: str) -> str:
        """Somebody who may own cases; returns the id."""
        return self.add_owner(self.next_id("005"), name)

    def add_queue(self, name: str) -> str:
        """A queue that may own cases; returns the id."""
        return self.add_owner(self.next_id("00G"), name)

    def open_case(  # noqa: PLR0917 -- a case is told in this order
        self, subject: str, description: str, name: str, email: str, origin: str = "Chat", owner: str | None = None
    ) -> str:
        """Open a case inside Salesforce; without an owner the assignment rule decides. Returns the id."""
        texts = {"Subject": subject, "Description": description, "SuppliedName": name, "SuppliedEmail": email}
        owned = {"Origin": origin, "OwnerId": owner or self.assignment_owner}
        return str(self.insert(texts | owned, self.admin)["Id"])

    def assign(self, case: str, owner_id: str) -> None:
        """Give the case to a user or a queue."""
        self.change(case, OwnerId=full(owner_id))

    def close(self, case: str) -> None:
        """Close the case."""
        self.change(case, Status="Closed")

    def reopen(self, case: str) -> None:
        """Open a closed case again."""
        self.change(case, Status="Working")

    def touch(self, case: str) -> None:
        """Change a field that is nothing to the service."""
        self.change(case, Priority="Low" if self.find(case)["Priority"] == "High" else "High")

    def delete(self, case: str) -> None:
        """Put the case into the recycle bin."""
        self.change(case, "case.deleted", IsDeleted=True)

    def undelete(self, case: str) -> None:
        """Take the case out of the recycle bin; Refused when another has its key by now."""
        with self.transaction():
            row = self.cases[full(case) or case]
            self.check(row)
            row["IsDeleted"] = False
            self.change(row["Id"], "case.undeleted", MasterRecordId=None)

    def merge(self, master: str, *losers: str, keep: bool = False) -> None:
        """Merge cases into one; the org's setup decides whether the others are deleted, or kept as "Merged"."""
        with self.transaction():
            winner = self.find(master)["Id"]
            for loser in losers:
                if keep:
                    self.change(loser, Status="Merged")
                else:
                    self.change(loser, "case.deleted", IsDeleted=True, MasterRecordId=winner)
            self.change(winner)

    def push_work(self, case: str, user: str) -> str:
        """Offer the case to an agent, who owns it from then on, accepted or not; returns the id of the work row."""
        agent = full(user)
        row = {"Status": "Assigned", "UserId": agent, "OwnerId": agent, "CreatedById": self.admin, "IsDeleted": False}
        with self.transaction():
            case_id = self.change(case, OwnerId=agent)["Id"]
            work_id = self.next_id("0Bz")
            dates = {"AcceptDateTime": None, "CloseDateTime": None}
            self.works[work_id] = self.stamped(row | dates | {"Id": work_id, "WorkItemId": case_id})
        return work_id

    def accept_work(self, work: str) -> None:
        """The agent accepts."""
        self.change_work(work, "work.opened", Status="Opened", AcceptDateTime=written(self.clock()))

    def end_work(self, work: str) -> None:
        """The agent is done, or declines what he has not accepted."""
        status = "Closed" if self.works[work]["Status"] == "Opened" else "Declined"
        self.change_work(work, "work.closed", Status=status, CloseDateTime=written(self.clock()))

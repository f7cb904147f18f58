"""What is done to a case for an agent or for its customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from caseroom.bridge.errors import Gone, Taken
from caseroom.signatures import seconds_of
from connectors.salesforce import ids, records
from connectors.salesforce.client import Client

# Salesforce, REST API Developer Guide, "Assignment Rule Header": without it an update would assign the case anew.
AS_IT_IS = {"Sforce-Auto-Assign": "FALSE"}


class Deeds:
    """Changes to cases.

    Attributes:
        link_field: API name of the field for links; empty: there is none.
        solved_status: what a solved case has for its Status.
    """

    client: Client
    link_field: str
    solved_status: str

    @property
    def has_link_field(self) -> bool:
        """Whether cases have a place for the link to their customer's page."""
        return bool(self.link_field)

    def link_case(self, ref: str, url: str) -> None:
        """Write the link into its field."""
        self.client.salesforce().Case.update(ref, {self.link_field: url}, headers=dict(AS_IT_IS))

    def assign(self, ref: str, agent_id: str) -> None:
        """Make the agent the owner of a case that a queue has, or that nobody has taken yet."""
        case = self._read(ref)
        owner = ids.clean(case["OwnerId"])
        if owner.startswith(ids.USER) and owner not in {agent_id, self.client.me()}:
            raise Taken
        if owner != agent_id:
            self._update(case, {"OwnerId": agent_id})

    def solve(self, ref: str) -> None:
        """Set the status that stands for solved."""
        case = self._read(ref)
        if not case["IsClosed"] and case["Status"] != self.solved_status:
            self._update(case, {"Status": self.solved_status})

    def _read(self, ref: str) -> Mapping[str, Any]:
        row = next(self.client.rows(records.DEED_QUERY, ref), None)
        if row is None:
            raise Gone("no_case")
        return row

    def _update(self, case: Mapping[str, Any], changes: Mapping[str, str]) -> None:
        """Only if nobody else has written to it since, as far as whole seconds tell.

        https://developer.salesforce.com/docs/platform/api-rest/guide/intro-rest-conditional-requests.html
        """
        moment = datetime.fromtimestamp(seconds_of(case["LastModifiedDate"]), UTC)
        headers = {**AS_IT_IS, "If-Unmodified-Since": format_datetime(moment, usegmt=True)}
        self.client.salesforce().Case.update(ids.clean(case["Id"]), dict(changes), headers=headers)

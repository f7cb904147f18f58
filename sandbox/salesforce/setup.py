"""What an admin sets up in the org."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.mailbox import Mailbox
from sandbox.salesforce.ids import full


@dataclass(kw_only=True)
class Setup:
    """The org's setup. A secret that is not set shuts the door that it is for.

    Attributes:
        public_key_pem: what assertions of the JWT bearer flow are checked with.
        key_field: the external id of cases; None: the package is not installed, the field does not exist.
        assignment_owner: the user or queue whom the active assignment rule gives cases to; None: no such rule.
        omni: whether Omni-Channel is on; otherwise there is no object AgentWork.
        daily_calls: calls allowed in any 24 hours; 0: no limit.
    """

    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    password: str = ""
    security_token: str = ""
    public_key_pem: str = ""
    org_id: str = "00D000000000001"
    webhook_secret: str = ""
    callback_key: str = ""
    key_field: str | None = "Caseroom_Key__c"
    assignment_owner: str | None = None
    omni: bool = False
    session_seconds: float = 7200
    daily_calls: int = 0
    mailbox: Mailbox | None = None
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self.org_id = full(self.org_id) or self.org_id

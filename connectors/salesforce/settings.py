"""What the operator decides about Salesforce."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from caseroom.connector import ConnectorSettings, Document, File, List, Secrets, VendorURL
from connectors.salesforce import ids

KEY_FIELD = "Caseroom_Key__c"
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,80}")
# Of the versions up to 64, which still have login(): Salesforce Help, article 005132110.
SOAP_VERSION = "59.0"
LOGINS = (
    ("client_id", "client_secret"),
    ("client_id", "username", "private_key_file"),
    ("username", "password", "security_token"),
)
EVERYBODYS = {"login.salesforce.com", "test.salesforce.com"}


def _field_name(value: str) -> str:
    if value and not FIELD_NAME.fullmatch(value):
        raise ValueError("is not the API name of a field, such as Caseroom_Key__c")
    return value


def _own_address(value: str) -> str:
    if urlsplit(value).hostname in EVERYBODYS:
        raise ValueError("has to be your org's own address: https://<My Domain>.my.salesforce.com")
    return value


def _org_id(value: str) -> str:
    try:
        return ids.clean(value, ids.ORG) if value else ""
    except ValueError as error:
        raise ValueError("is not the id of an org: 15 or 18 characters that begin with 00D") from error


class SalesforceSettings(ConnectorSettings):
    """SALESFORCE_...: `.env.example` says what each one means."""

    url: Annotated[VendorURL, AfterValidator(_own_address)]
    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    private_key_file: File | None = None
    password: str = ""
    security_token: str = ""
    org_id: Annotated[str, AfterValidator(_org_id)] = ""
    webhook_secrets: Secrets
    agent_secrets: List = ()
    key_field: Annotated[str, AfterValidator(_field_name)] = Field(default=KEY_FIELD, json_schema_extra={"blank": True})
    join_on: Literal["owner", "accept"] = "owner"
    chat_origin: str = Field(default="Chat", json_schema_extra={"blank": True})
    link_field: Annotated[str, AfterValidator(_field_name)] = ""
    solved_status: str = "Closed"
    case_fields: Document = Field(default_factory=dict)
    allowed_fields: List = ("Priority", "Type", "Reason", "Origin", "RecordTypeId", "ContactId", "AccountId")

    @classmethod
    def together(cls, given: Mapping[str, Any]) -> Iterable[str]:
        """One of three logins is set."""
        if not any(all(given.get(name) for name in login) for login in LOGINS):
            yield (
                "set SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET (or SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME "
                "and SALESFORCE_PRIVATE_KEY_FILE; or SALESFORCE_USERNAME, SALESFORCE_PASSWORD and "
                "SALESFORCE_SECURITY_TOKEN)"
            )

    @property
    def login(self) -> dict[str, Any]:
        """How simple-salesforce is to log in: the first of three ways for which everything is set; empty: none is.

        Salesforce Help, "OAuth 2.0 Client Credentials Flow" and "OAuth 2.0 JWT Bearer Flow for Server-to-Server
        Integration"; SOAP API Developer Guide, "login()".
        """
        domain = (urlsplit(self.url).hostname or "").removesuffix(".salesforce.com")
        audience = "test" if ".sandbox." in self.url else "login"
        key = str(self.private_key_file or "")
        ways: tuple[dict[str, str], ...] = (
            {"consumer_key": self.client_id, "consumer_secret": self.client_secret, "domain": domain},
            {"consumer_key": self.client_id, "username": self.username, "privatekey_file": key, "domain": audience},
            {
                "username": self.username,
                "password": self.password,
                "security_token": self.security_token,
                "sf_version": SOAP_VERSION,
                "domain": domain,
            },
        )
        return next((way for way in ways if all(way.values())), {})

"""What a connector is: the interpreter for one outside system. Third parties begin here.

A connector states facts (`name`, `display_name`, `Settings`) and has two pure functions, `verify` and `parse`.
Everything else that it can do is one of the small protocols below, or of those in `caseroom.bridge.ports`
(`OpensCases`, `ReadsCases`, `NamesAgents`, `LinksCases`, `ActsOnCases`, `ListsReplies`, `Pings`); the service finds out
which it has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol, Self, runtime_checkable
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from caseroom.bridge.errors import BadField, Rejected
from caseroom.bridge.events import Delivery
from caseroom.bridge.ports import ActsOnCases, LinksCases, ListsReplies, NamesAgents, OpensCases, Pings, ReadsCases

__all__ = [
    "ActsOnCases",
    "AgentProof",
    "CleansIds",
    "Connector",
    "ConnectorSettings",
    "Document",
    "File",
    "InboundRequest",
    "LinksCases",
    "List",
    "ListsReplies",
    "NamesAgents",
    "NotJSON",
    "OpensCases",
    "Pings",
    "ProvesAgents",
    "ProvesVisitors",
    "ReadsCases",
    "Secrets",
    "Shopper",
    "TakesFields",
    "VendorURL",
    "is_plain_address",
    "listed",
    "read_json",
    "vendor_url",
]

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# What is nested deeper than some two hundred can be written to the store and never be read again.
DEEPEST = 64
EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
BOM = b"\xef\xbb\xbf"


class NotJSON(Rejected):
    """The body is not JSON, or not an object."""

    status = 400
    code = "not_json"

    def __init__(self) -> None:
        super().__init__(f"The body has to be a JSON object in UTF-8, nested no deeper than {DEEPEST}.")


@dataclass(frozen=True)
class InboundRequest:
    """A request as it came over the line, without any framework.

    Attributes:
        query: decoded parameters in their order, blanks and repetitions kept.
        headers: by lower-case name.
        now: when it came, in seconds since 1970.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    now: float

    def header(self, name: str) -> str:
        """A header's value; empty where it is missing."""
        return self.headers.get(name.lower(), "")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; NotJSON where it is none."""
        try:
            value = read_json(self.body)
        except (ValueError, RecursionError) as error:
            raise NotJSON from error
        if not isinstance(value, dict):
            raise NotJSON
        return value

    def form(self, field: str) -> str:
        """A field of a submitted form; BadField where it is missing or repeated."""
        values = [value for name, value in parse_qsl(self.body.decode("latin-1")) if name == field]
        if len(values) != 1:
            raise BadField(field, "has to be given once")
        return values[0]


def read_json(data: bytes) -> Any:
    """What JSON says; half a character, as it is left where a text was cut by UTF-16, becomes a question mark.

    ValueError or RecursionError where it is none, or nested too deeply.
    """
    text = data.removeprefix(BOM).decode("utf-8", "surrogatepass")
    value = json.loads(text, parse_constant=_no_number)
    level, depth = [value], 0
    while level := [part for one in level for part in _parts(one) if isinstance(part, dict | list)]:
        depth += 1
        if depth >= DEEPEST:
            raise ValueError("nested too deeply")
    return json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False).encode(errors="replace"))


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number in JSON")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def is_plain_address(email: str) -> bool:
    """Whether every helpdesk takes it for an e-mail address; what is not is a customer's text all the same."""
    return EMAIL.fullmatch(email) is not None


def listed(value: Any) -> Any:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def vendor_url(value: str) -> str:
    """The address of a vendor: https, or http on loopback."""
    parts = urlsplit(value)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return value.rstrip("/")
    raise ValueError("has to begin with https:// (http:// is for loopback hosts only)")


def _document(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("is not JSON") from error


def _readable(value: Path) -> Path:
    if not value.is_file():
        raise ValueError("there is no such file")
    return value


List = Annotated[tuple[str, ...], BeforeValidator(listed)]
Secrets = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
Document = Annotated[dict[str, Any], BeforeValidator(_document)]
VendorURL = Annotated[str, AfterValidator(vendor_url)]
File = Annotated[Path, AfterValidator(_readable)]


class ConnectorSettings(BaseModel):
    """Base of a connector's settings: each field is the environment variable CONNECTOR_FIELD in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    callback_keys: List = ()

    @classmethod
    def together(cls, given: Mapping[str, Any]) -> Iterable[str]:  # noqa: ARG003 -- most have nothing to say
        """What several settings are together and may not be, as sentences; told also where one of them is wrong."""
        return ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        for problem in self.together(dict(self)):
            raise ValueError(problem)
        return self


class Connector(Protocol):
    """The interpreter for one outside system.

    Attributes:
        name: in routes, settings and account ids: lower-case letters.
        display_name: as the vendor spells it.
        Settings: the type of its settings.
        callback_path: last part of the route that takes its callbacks.
        accepted_status: HTTP status that its vendor takes for "kept".
    """

    name: ClassVar[str]
    display_name: ClassVar[str]
    Settings: ClassVar[type[ConnectorSettings]]
    callback_path: ClassVar[str]
    accepted_status: ClassVar[int]

    def verify(self, request: InboundRequest) -> None:
        """Raise NotProven unless the vendor itself sent this; nothing of the body is believed before."""

    def parse(self, request: InboundRequest) -> Iterable[Delivery]:
        """Put a verified request into our words; what cannot be is a Delivery with a problem, or a Rejected."""


@dataclass(frozen=True)
class Shopper:
    """Who came through a shop's storefront.

    Attributes:
        customer: the shop's id of the signed-in customer; empty for a visitor.
    """

    shop: str
    customer: str


@runtime_checkable
class ProvesVisitors(Protocol):
    """A storefront that proves which shop a request came through, and who is signed in there."""

    def shopper(self, request: InboundRequest) -> Shopper:
        """Who it is; NotProven where the storefront does not vouch for the request."""


@dataclass(frozen=True)
class AgentProof:
    """An agent who proved to be signed in at the helpdesk.

    Attributes:
        serves_once: names the proof, which is refused a second time.
        expires_at: after which the proof is refused anyway.
    """

    agent_id: str
    name: str | None
    serves_once: str
    expires_at: float


@runtime_checkable
class ProvesAgents(Protocol):
    """A helpdesk that proves which of its agents is asking.

    Attributes:
        agent_path: last part of the route where it does.
        opens_page: whether the agent's browser itself comes there; otherwise a server fetches a code for it.
    """

    agent_path: ClassVar[str]
    opens_page: ClassVar[bool]

    def agent(self, request: InboundRequest) -> AgentProof:
        """Who it is; NotProven where the helpdesk does not vouch for the request."""


@runtime_checkable
class CleansIds(Protocol):
    """A vendor whose ids come in more than one form."""

    def clean_ref(self, ref: str) -> str:
        """The one form of a record's id; BadField where it is none."""

    def clean_agent(self, agent_id: str) -> str:
        """The one form of an agent's id; BadField where it is none."""


@runtime_checkable
class TakesFields(Protocol):
    """A helpdesk that takes fields of its own with an intake."""

    def allow_fields(self, fields: Mapping[str, Any]) -> None:
        """BadField names the first one that may not be given."""

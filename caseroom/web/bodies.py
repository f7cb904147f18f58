"""Bodies that callers send and get, as the OpenAPI shows them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _email(text: str) -> str:
    if text and not EMAIL.fullmatch(text):
        raise ValueError("is no e-mail address")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
AccountID = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}\.[0-9]{1,18}$")]
RequestKey = Annotated[Text, StringConstraints(min_length=1, max_length=255)]


class Ask(BaseModel):
    """Base of what callers send: types are not bent, unknown fields are left alone."""

    model_config = ConfigDict(strict=True, extra="ignore")


class CaseInfo(Ask):
    """What a customer asks."""

    subject: Annotated[Text, StringConstraints(max_length=1_000)]
    desc: Annotated[Text, StringConstraints(max_length=32_000)]
    name: Annotated[Text, StringConstraints(max_length=1_000)]
    email: Annotated[Text, StringConstraints(max_length=254), AfterValidator(_email)]
    page: Annotated[Text, StringConstraints(max_length=2_048)] = ""
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,35}$")] = ""
    preferredAgent: Annotated[str, StringConstraints(max_length=64)] = ""
    fields: dict[str, Any] = Field(default_factory=dict, description="From a trusted server only.")


class TicketAsk(Ask):
    """A customer's request to open a case."""

    userId: AccountID | None = Field(default=None, description="The customer, named by a trusted server.")
    visitorToken: str | None = Field(default=None, description="The visitor, in a browser.")
    caseInfo: CaseInfo
    requestId: RequestKey | None = Field(default=None, description="Repeats of a request get the first answer.")
    wait: Literal["case"] | None = Field(default=None, description="Wait for the helpdesk, up to 10 seconds.")
    new: bool = Field(default=False, description="A browser's way to a second case; needs a requestId.")
    reuse: bool = Field(default=False, description="A trusted server's way to the open case.")


class UserSigAsk(Ask):
    """Who wants to log in to the chat."""

    userID: AccountID | None = Field(default=None, description="Decides for a trusted server, and nothing else.")
    visitorToken: str | None = None


class CustomerAsk(Ask):
    """Whose case it is."""

    userId: AccountID | None = None
    visitorToken: str | None = None


class ConversationAsk(CustomerAsk):
    """Which part of a conversation is wanted."""

    before: Place | None = None
    after: Place | None = None
    limit: int = Field(default=50, ge=1, le=100)


class JoinAsk(Ask):
    """An agent and a group, as the tutorials' callbacks name them."""

    groupId: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    userId: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class GroupAsk(Ask):
    """A group."""

    groupId: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class LinkAsk(Ask):
    """The code in the link to a case's page."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=512)]


class LinkConversationAsk(LinkAsk):
    """The same, and which part of the conversation is wanted."""

    before: Place | None = None
    after: Place | None = None
    limit: int = Field(default=50, ge=1, le=100)


# Every code that an error may have; a connector of somebody else's may bring its own.
MEANINGS = {
    "agent_unknown": "403: the helpdesk does not know this agent any more",
    "bad_request": "400: the request cannot be read",
    "blocked": "403: an agent has blocked this customer, for a day",
    "cannot_act": "403: the helpdesk of this case is not told such things from here",
    "code_refused": "401: the single-use code has ended, was used, or never was",
    "error": "the server turned the request away before it came to a route; the status says why",
    "helpdesk_down": "503: the helpdesk does not answer; ask again after Retry-After seconds",
    "helpdesk_refused": "403: the helpdesk does not do this; the message names its reason",
    "internal": "500: something broke here; the requestId helps to find it",
    "invalid_field": "422: a field is missing or wrong, and `field` names it",
    "link_refused": "401: the link has ended, is another one's, or its case was erased",
    "method_not_allowed": "405: the route exists, but not for this method",
    "no_case": "404: there is no such case for this caller",
    "not_built": "503: what browsers load was not built here; `make browser` builds it",
    "not_allowed": "403: the caller may not do this",
    "not_found": "404: there is no such route",
    "not_json": "400: the body is no JSON object",
    "not_kept": "503: nothing was kept; send the same request again after Retry-After seconds",
    "not_ready": "503: the service cannot work yet; ask again after Retry-After seconds",
    "not_proven": "401: key, signature or proof is missing or wrong",
    "not_said": "403: the chat cloud does not take this message",
    "not_set_up": "401: the operator has not opened this door",
    "origin_not_allowed": "403: the page's origin is not in ALLOWED_ORIGINS",
    "read_only": "403: a supervisor reads this case, and does not write in it",
    "replayed": "401: the proof was used before",
    "shop_uninstalled": "403: the shop has uninstalled the app",
    "stale": "401: the signed time is too long ago, or in the future",
    "token_refused": "401: the token has ended, or is for another site or purpose",
    "too_large": "413: the body is larger than 1 MB",
    "too_many_requests": "429: come back after Retry-After seconds",
    "too_slow": "408: the request did not arrive in time",
    "unknown_connector": "404: there is no connector of this name",
    "unknown_shop": "401: the shop is not in SHOPIFY_SHOPS",
    "unsupported_media_type": "415: the body has to say that it is JSON",
    "wrong_org": "401: the Salesforce org is another one",
}


class Error(BaseModel):
    """What went wrong, for programs and for people."""

    code: str = Field(
        description="\n".join(
            ["What programs branch on.", "", *(f"- `{code}`: {MEANINGS[code]}" for code in MEANINGS)]
        ),
        examples=list(MEANINGS),
    )
    message: str = Field(description="What to change.")
    requestId: str
    field: str | None = Field(default=None, description="The field that is missing or wrong.")


class ErrorAnswer(BaseModel):
    """Every answer with a status of 400 or above."""

    error: Error


# By reference: a schema takes milliseconds to make, and thirty routes have ten errors each.
PROBLEMS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = {
    status: {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorAnswer.__name__}"}}}}
    for status in (400, 401, 403, 404, 413, 415, 422, 429, 500, 503)
}


class TencentAnswer(BaseModel):
    """The envelope that Tencent's own answers have."""

    ActionStatus: str = "OK"
    ErrorCode: int = 0
    ErrorInfo: str = ""


class TicketAnswer(TencentAnswer):
    """The case and its group."""

    GroupId: str
    caseId: str | None = Field(description="The helpdesk's id; null while it has not answered.")
    userID: str
    status: Literal["pending"] | None = Field(default=None, description="With 202: kept, the group not yet open.")
    visitorToken: str | None = None


class GroupAnswer(TencentAnswer):
    """What became of a callback."""

    GroupId: str
    status: Literal["pending"] | None = None


class UserSigAnswer(BaseModel):
    """A login ticket for the chat."""

    userID: str
    userSig: str
    sdkAppID: int
    expiresAt: int = Field(description="Unix seconds.")
    visitorToken: str | None = None


class CaseAnswer(BaseModel):
    """A customer's latest case."""

    GroupId: str
    caseId: str | None
    state: Literal["opening", "open", "solved", "closed"]
    userID: str
    desc: str = Field(description="What the customer asked; empty for a case that was opened inside a helpdesk.")
    openedAt: float = Field(description="Unix seconds.")
    visitorToken: str | None = None


class MessageAnswer(BaseModel):
    """One message of a conversation."""

    GroupId: str
    life: int
    seq: int
    sender: str
    nick: str = Field(description="The sender's name; empty where it is not known, and for the service itself.")
    sentAt: float
    kind: str = Field(description="message, deleted or lost.")
    isConfirmed: bool = Field(description="Read from the chat cloud's own history; false: told by a callback only.")
    body: list[dict[str, Any]] = Field(description="Tencent's elements.")
    cloudCustomData: str = Field(description="What the sender's page wrote beside it: its key, what it quotes.")


class ConversationAnswer(BaseModel):
    """Part of a conversation, oldest first."""

    messages: list[MessageAnswer]
    before: str | None = Field(description="Asks for what came earlier; null at the beginning.")
    after: str | None = Field(description="Asks for what comes later; null while nothing was said.")


class ForgottenAnswer(BaseModel):
    """Everything of a person goes."""

    status: Literal["forgotten"]


class AliveAnswer(BaseModel):
    """The process is there."""

    status: Literal["alive"]


class ReadyAnswer(BaseModel):
    """Whether the service can work."""

    status: Literal["ready", "not ready"]
    dependencies: dict[str, str] = Field(description="Store, worker and each vendor: up, down or paused.")
    error: Error | None = Field(default=None, description="With 503.")


class AcceptedAnswer(BaseModel):
    """Kept."""

    status: Literal["accepted"] = "accepted"

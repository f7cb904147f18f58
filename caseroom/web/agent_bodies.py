"""Bodies that agents' pages send and get, as the OpenAPI shows them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from caseroom.web.bodies import Ask, Place, Text

# Tencent takes 12 KB for a whole message, with what is written beside the text.
MOST_BYTES = 10_000


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"is longer than {MOST_BYTES} bytes")
    return text


class CodeAsk(Ask):
    """A single-use code."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class CaseQuery(BaseModel):
    """Which case, by the helpdesk's id."""

    ref: str = Field(min_length=1, max_length=64)


class CasePath(CaseQuery):
    """The same, in the path."""


class PartQuery(BaseModel):
    """Which part of a conversation."""

    before: Place | None = None
    after: Place | None = None
    limit: int = Field(default=50, ge=1, le=100)


class SpeechAsk(Ask):
    """Something that an agent says through the service."""

    text: Annotated[Text, AfterValidator(_said)]
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Made anew for each; the same key is one message.")
    ]


class SpeechAnswer(BaseModel):
    """What became of it."""

    status: Literal["said", "pending"] = Field(description="pending: kept, and said as soon as the chat cloud answers.")
    GroupId: str
    life: int
    seq: int | None = Field(description="Its place in the group; null while it is pending.")
    sentAt: float | None


class CodeAnswer(BaseModel):
    """A single-use code."""

    code: str
    expiresIn: int


class AgentSession(BaseModel):
    """What an agent's page works with."""

    agentToken: str
    userID: str
    userSig: str
    sdkAppID: int
    expiresAt: int = Field(description="When the agent token ends, in Unix seconds.")
    userSigExpiresAt: int


class AgentCustomer(BaseModel):
    """Whom an agent talks to."""

    userID: str
    name: str
    email: str
    isEmailVerified: bool = Field(description="Whether a trusted server vouches for the address.")
    page: str
    shop: str = Field(description="The shop or web site that he came from; empty where none is known.")
    locale: str
    blockedUntil: float | None = Field(description="Unix seconds; null: he is not blocked.")


class MemberAnswer(BaseModel):
    """Somebody in the group."""

    userID: str
    name: str
    isAgent: bool


class AgentCaseAnswer(BaseModel):
    """A case as its agent sees it in the list of all his."""

    ref: str | None = Field(description="The helpdesk's id; null while it has not answered.")
    GroupId: str
    life: int
    connector: str
    state: Literal["opening", "open", "solved", "closed"]
    subject: str
    openedAt: float
    customer: AgentCustomer
    lastSeq: int = Field(description="Sequence of the last message of the present group that is known; 0: none.")
    lastAt: float | None = Field(description="When it was said, in Unix seconds.")
    lastText: str = Field(description="Its text, cut short; empty where it is no text.")
    lastSender: str


class PastCase(BaseModel):
    """Another case of the same customer at the same helpdesk."""

    ref: str | None
    subject: str = Field(description="Empty unless the agent may read that case.")
    state: Literal["opening", "open", "solved", "closed"]
    openedAt: float


class AgentCaseDetail(AgentCaseAnswer):
    """A case as its agent sees it alone."""

    desc: str = Field(description="What the customer asked; empty for a case that was opened inside a helpdesk.")
    members: list[MemberAnswer]
    pastCases: list[PastCase] = Field(description="Newest first, ten at most.")
    canWrite: bool = Field(description="Whether the agent is one of this case's.")
    isSupervisor: bool = Field(description="Whether he sees it as a supervisor only.")


class AgentCasesAnswer(BaseModel):
    """An agent's open cases, newest first."""

    cases: list[AgentCaseAnswer]


class ReplyAnswer(BaseModel):
    """A canned reply."""

    title: str
    text: str


class RepliesAnswer(BaseModel):
    """All canned replies that an agent may use."""

    replies: list[ReplyAnswer]

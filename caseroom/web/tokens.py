"""Tokens that we give out and recognise again, for visitors and agents: signed, dated, good for one purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from caseroom.bridge.errors import NotProven

VISITOR_SECONDS = 30 * 86_400
AGENT_SECONDS = 900
PROOF_SECONDS = 12 * 3_600
LINK_REFUSED = "This link has ended, or never was one; ask for a new one."
REFUSED = "The token is missing, ended or not for here; ask for a new one."


@dataclass(frozen=True)
class VisitorToken:
    """A visitor and the site (or shop) that he visits.

    Attributes:
        given_at: when the token was made, in seconds since 1970.
    """

    account: str
    site: str
    given_at: float


@dataclass(frozen=True)
class AgentToken:
    """An agent, and when he last proved to be one."""

    connector: str
    agent_id: str
    proved_at: int


class Tokens:
    """Makes tokens with the first key and recognises those made with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        oldest_first = list(reversed(keys))
        self.visitors = URLSafeTimedSerializer(oldest_first, salt="caseroom.visitor")
        self.agents = URLSafeTimedSerializer(oldest_first, salt="caseroom.agent")
        self.links = URLSafeSerializer(oldest_first, salt="caseroom.link")

    def for_visitor(self, account: str, site: str) -> str:
        """A token for 30 days, from now."""
        return str(self.visitors.dumps([account, site]))

    def visitor(self, text: str, site: str) -> VisitorToken:
        """Whose token it is; NotProven for another site's."""
        try:
            body, given_at = self.visitors.loads(text, max_age=VISITOR_SECONDS, return_timestamp=True)
            account, given_for = body
        except (BadData, ValueError, TypeError) as error:
            raise NotProven(REFUSED, code="token_refused") from error
        if given_for != site:
            raise NotProven(REFUSED, code="token_refused")
        return VisitorToken(account, site, given_at.timestamp())

    def for_link(self, case: str) -> str:
        """The code in the link to a case's page: always the same one, so that writing it twice does no harm."""
        return str(self.links.dumps(case))

    def link(self, text: str) -> str:
        """Key of the case whose link it is; how long it is good for depends on the case."""
        try:
            return str(self.links.loads(text))
        except (BadData, ValueError, TypeError) as error:
            raise NotProven(LINK_REFUSED, code="link_refused") from error

    def for_agent(self, token: AgentToken) -> str:
        """A token for a quarter of an hour."""
        return str(self.agents.dumps([token.connector, token.agent_id, token.proved_at]))

    def agent(self, text: str) -> AgentToken:
        """Whose token it is."""
        try:
            return AgentToken(*self.agents.loads(text, max_age=AGENT_SECONDS))
        except (BadData, ValueError, TypeError) as error:
            raise NotProven(REFUSED, code="token_refused") from error

"""The page for the holder of a link that is bound to one case: the door of customers whose case the helpdesk opened."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from caseroom.bridge.errors import NotProven
from caseroom.bridge.events import CustomerReturned
from caseroom.bridge.identity import REQUESTER_PREFIX
from caseroom.bridge.model import Case
from caseroom.connector import InboundRequest
from caseroom.house import House
from caseroom.web.agent_routes import HTML
from caseroom.web.bodies import (
    PROBLEMS,
    CaseAnswer,
    ConversationAnswer,
    LinkAsk,
    LinkConversationAsk,
    UserSigAnswer,
)
from caseroom.web.conversation import Part, conversation
from caseroom.web.customer_desk import (
    ROOM_SECONDS,
    case_answer,
    is_room_open,
    shown,
    take_out,
    user_sig_answer,
)
from caseroom.web.customers import refuse_blocked
from caseroom.web.doors import Keys, LinkHolder, address_of, locked, nobody
from caseroom.web.shell import page
from caseroom.web.tokens import LINK_REFUSED

DAY = 86_400.0
TAG = Tag(name="links", description="Whoever holds the link to one case, which the helpdesk's mail gave him.")

Answer = tuple[dict[str, Any], int]


class CodePath(BaseModel):
    """The code in the link."""

    code: str = Field(max_length=512)


def link_holder(keys: Keys, inbound: InboundRequest) -> LinkHolder:
    """A link that we signed for this case, in its time; its case is not erased, and its customer has no other door."""
    keys.limits.require("link address", address_of(keys, inbound), keys.house.settings.requests_per_minute)
    code = inbound.json().get("code")
    key = keys.tokens.link(code if isinstance(code, str) else "")
    with keys.house.store.snapshot() as tx:
        case = tx.get(Case, key)
    if case is None or not _opens(case, keys.house.settings.case_link_days, inbound.now):
        raise NotProven(LINK_REFUSED, code="link_refused")
    keys.limits.require("link", key, keys.house.settings.requests_per_minute)
    return LinkHolder(key)


def _opens(case: Case, days: int, now: float) -> bool:
    is_in_time = now <= case.opened_at + days * DAY
    return is_in_time and not case.wanted.is_erased and case.account.startswith(REQUESTER_PREFIX)


class LinkDesk:
    """Serves the holder of a link."""

    def __init__(self, house: House) -> None:
        self.house = house

    def case(self, holder: LinkHolder) -> Case:
        """The case of the link."""
        with self.house.store.snapshot() as tx:
            case = tx.get(Case, holder.case)
        if case is None:
            raise NotProven(LINK_REFUSED, code="link_refused")
        return case

    def usersig(self, holder: LinkHolder) -> dict[str, Any]:
        """A UserSig for the case's customer, who is in his chat again with it; nothing else of his opens."""
        case, now = self.case(holder), self.house.clock()
        with self.house.store.transaction() as tx:
            refuse_blocked(tx, case.account, now)
            case = self.house.office.fold(tx, case, [CustomerReturned()], now)
        if not self._is_in(case):
            with self.house.waiting_room() as may_wait:
                if may_wait:
                    self.house.settle_now(case.key, "chat", None, is_room_open, ROOM_SECONDS)
        return shown(user_sig_answer(self.house, case.account))

    def _is_in(self, case: Case) -> bool:
        with self.house.store.snapshot() as tx:
            return is_room_open(self.house.ledger.open(tx, case, self.house.clock()))


def routes(keys: Keys) -> APIBlueprint:
    """The page and what it asks for."""
    blueprint = APIBlueprint("links", __name__, url_prefix="/c", abp_tags=[TAG], abp_responses=PROBLEMS)
    house, desk = keys.house, LinkDesk(keys.house)

    @blueprint.get("/<code>", summary="The chat page of one case, without any data", responses={200: HTML})
    @locked(nobody)
    def link_page(path: CodePath) -> Response:
        sdk_url = house.settings.tencent_sdk_url
        return page("link.html", {"code": path.code}, sdk_url=sdk_url, frames=["'none'"])

    @blueprint.post("/usersig", summary="A login ticket for the chat", responses={200: UserSigAnswer})
    @locked(link_holder, reads_json=True)
    def usersig(body: LinkAsk) -> Answer:  # noqa: ARG001 -- the lock has read it
        return desk.usersig(g.caller), 200

    @blueprint.post("/case", summary="The case", responses={200: CaseAnswer})
    @locked(link_holder, reads_json=True)
    def case(body: LinkAsk) -> Answer:  # noqa: ARG001 -- the lock has read it
        return shown(case_answer(desk.case(g.caller))), 200

    @blueprint.post("/case/messages", summary="Its conversation", responses={200: ConversationAnswer})
    @locked(link_holder, reads_json=True)
    def messages(body: LinkConversationAsk) -> Answer:
        return conversation(house, desk.case(g.caller), Part(body.before, body.after, body.limit)), 200

    @blueprint.post("/case/end", summary="Leave the chat; the case goes on", responses={200: CaseAnswer})
    @locked(link_holder, reads_json=True)
    def end(body: LinkAsk) -> Answer:  # noqa: ARG001 -- the lock has read it
        return shown(case_answer(take_out(house, desk.case(g.caller)))), 200

    return blueprint

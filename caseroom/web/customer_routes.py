"""The routes for customers, by each of their roads."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from caseroom.web.bodies import (
    PROBLEMS,
    CaseAnswer,
    ConversationAnswer,
    ConversationAsk,
    CustomerAsk,
    ForgottenAnswer,
    TicketAnswer,
    TicketAsk,
    UserSigAnswer,
    UserSigAsk,
)
from caseroom.web.customer_desk import CustomerDesk
from caseroom.web.doors import Keys, Lock, customer, locked
from caseroom.web.doors import storefront as through_storefront

TAG = Tag(name="customers", description="A trusted server, a page of an allowed origin, or a shop's storefront.")

Answer = tuple[dict[str, Any], int]


class ConnectorPath(BaseModel):
    """Which connector."""

    connector: str


def routes(keys: Keys) -> APIBlueprint:
    """The routes for trusted servers and browsers."""
    blueprint = APIBlueprint("customers", __name__, abp_tags=[TAG], abp_responses=PROBLEMS)
    desk = CustomerDesk(keys)
    _mount(blueprint, desk, "", customer)

    @blueprint.post(
        "/<connector>/createticket", summary="Open a case", responses={200: TicketAnswer, 202: TicketAnswer}
    )
    @locked(customer, reads_json=True)
    def createticket(path: ConnectorPath, body: TicketAsk) -> Answer:
        return desk.createticket(g.caller, path.connector, body)

    return blueprint


def proxy_routes(keys: Keys, connector: str) -> APIBlueprint:
    """The same through a storefront's app proxy; no browser of another origin reads the answers."""
    blueprint = APIBlueprint(
        f"{connector}_proxy", __name__, url_prefix=f"/{connector}/proxy", abp_tags=[TAG], abp_responses=PROBLEMS
    )
    desk = CustomerDesk(keys)
    _mount(blueprint, desk, "", through_storefront)

    @blueprint.post("/createticket", summary="Open a case", responses={200: TicketAnswer, 202: TicketAnswer})
    @locked(through_storefront, reads_json=True)
    def createticket(body: TicketAsk) -> Answer:
        return desk.createticket(g.caller, connector, body)

    return blueprint


def _mount(blueprint: APIBlueprint, desk: CustomerDesk, prefix: str, lock: Lock) -> None:
    @blueprint.post(f"{prefix}/usersig", summary="A login ticket for the chat", responses={200: UserSigAnswer})
    @locked(lock, reads_json=True)
    def usersig(body: UserSigAsk) -> Answer:
        return desk.usersig(g.caller, body)

    @blueprint.post(f"{prefix}/case", summary="The customer's latest case", responses={200: CaseAnswer})
    @locked(lock, reads_json=True)
    def case(body: CustomerAsk) -> Answer:
        return desk.case(g.caller, body)

    @blueprint.post(f"{prefix}/case/messages", summary="Its conversation", responses={200: ConversationAnswer})
    @locked(lock, reads_json=True)
    def messages(body: ConversationAsk) -> Answer:
        return desk.messages(g.caller, body)

    @blueprint.post(f"{prefix}/case/end", summary="Leave the chat; the case goes on", responses={200: CaseAnswer})
    @locked(lock, reads_json=True)
    def end(body: CustomerAsk) -> Answer:
        return desk.end(g.caller, body)

    @blueprint.post(
        f"{prefix}/case/forget", summary="Erase everything of this person", responses={200: ForgottenAnswer}
    )
    @locked(lock, reads_json=True)
    def forget(body: CustomerAsk) -> Answer:
        return desk.forget(g.caller, body)

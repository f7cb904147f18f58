"""What vendors send: verified over the raw bytes, kept in one transaction, answered at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from caseroom.bridge.errors import BadField, NotFound
from caseroom.bridge.events import Agent, AgentJoined, AgentLeft, Delivery, Event, GroupClosed
from caseroom.bridge.model import Case, Known
from caseroom.bridge.ports import Transaction
from caseroom.bridge.records import Group
from caseroom.bridge.situation import Situation
from caseroom.connector import CleansIds, Connector
from caseroom.house import House
from caseroom.web.bodies import PROBLEMS, AcceptedAnswer, GroupAnswer, GroupAsk, JoinAsk, TencentAnswer
from caseroom.web.customer_desk import shown
from caseroom.web.customer_routes import ConnectorPath
from caseroom.web.doors import Keys, UnknownConnector, locked, tencent, tutorial_callback, vendor

TOGETHER = 100
DONE_SECONDS = 3.0
VENDORS = Tag(name="vendors", description="Callbacks, each with its vendor's signature.")
TUTORIAL = Tag(name="callbacks", description="The tutorials' callbacks, with one of the connector's callback keys.")

Answer = tuple[dict[str, Any], int]
Answers = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]


def callback_routes(keys: Keys, connector: Connector) -> APIBlueprint:
    """The route that takes a connector's callbacks."""
    blueprint = APIBlueprint(f"{connector.name}_events", __name__, abp_tags=[VENDORS], abp_responses=PROBLEMS)
    route = f"/{connector.name}/{connector.callback_path}"
    taken: Answers = {connector.accepted_status: AcceptedAnswer}

    @blueprint.post(route, summary=f"Callbacks of {connector.display_name}", responses=taken)
    @locked(vendor)
    def take() -> Answer:
        _keep_all(keys.house, connector, _read(keys.house, connector))
        return AcceptedAnswer().model_dump(), connector.accepted_status

    return blueprint


def _read(house: House, connector: Connector) -> Sequence[Delivery]:
    """The deliveries of a request; one that cannot be read at all is parked, and its sender told."""
    try:
        return list(connector.parse(g.inbound))
    except BadField as wrong:
        name = hashlib.sha256(g.inbound.body).hexdigest()[:32]
        _keep_all(house, connector, [Delivery(id=f"unread-{name}", problem=wrong.message)])
        raise


def _keep_all(house: House, connector: Connector, deliveries: Sequence[Delivery]) -> None:
    rest = iter(deliveries)
    while batch := list(islice(rest, TOGETHER)):
        with house.store.transaction() as tx:
            for delivery in batch:
                house.office.keep(tx, connector.name, delivery, house.clock())


def tencent_routes(keys: Keys) -> APIBlueprint:
    """The route that takes the chat cloud's callbacks."""
    blueprint = APIBlueprint("tencent", __name__, abp_tags=[VENDORS], abp_responses=PROBLEMS)
    house = keys.house

    @blueprint.post("/tencent/callback", summary="Callbacks of Tencent Chat", responses={200: TencentAnswer})
    @locked(tencent, reads_json=True)
    def take() -> Answer:
        body = g.inbound.json()
        hints = house.callbacks.hints(g.inbound)
        if hints:
            with house.store.transaction() as tx:
                for hint in hints:
                    house.office.hear(tx, hint.group_id, hint.event, house.clock())
        return house.callbacks.verdict(house.callbacks.command(g.inbound, body), body), 200

    return blueprint


def tutorial_routes(keys: Keys) -> APIBlueprint:
    """joingroup, leavegroup and deletegroup, as the tutorials' triggers and apps call them."""
    blueprint = APIBlueprint("tutorial", __name__, abp_tags=[TUTORIAL], abp_responses=PROBLEMS)
    house = keys.house
    answers: Answers = {200: GroupAnswer, 202: GroupAnswer}

    @blueprint.post("/<connector>/joingroup", summary="Put an agent in", responses=answers)
    @locked(tutorial_callback, reads_json=True)
    def joingroup(path: ConnectorPath, body: JoinAsk) -> Answer:
        agent, account = _agent(house, path.connector, body.userId)

        def is_in(situation: Situation) -> bool:
            return not situation.case.wanted.is_live or situation.case.seen.members.get(account) is Known.YES

        return _fold(house, path.connector, body.groupId, AgentJoined(agent), is_in)

    @blueprint.post("/<connector>/leavegroup", summary="Take an agent out", responses=answers)
    @locked(tutorial_callback, reads_json=True)
    def leavegroup(path: ConnectorPath, body: JoinAsk) -> Answer:
        agent, account = _agent(house, path.connector, body.userId)
        return _fold(
            house, path.connector, body.groupId, AgentLeft(agent), lambda now: account not in now.case.seen.members
        )

    @blueprint.post("/<connector>/deletegroup", summary="End the group", responses=answers)
    @locked(tutorial_callback, reads_json=True)
    def deletegroup(path: ConnectorPath, body: GroupAsk) -> Answer:
        return _fold(house, path.connector, body.groupId, GroupClosed(), lambda now: now.case.seen.group is Known.NO)

    return blueprint


def _agent(house: House, connector: str, user_id: str) -> tuple[Agent, str]:
    vendor_of = house.connectors[connector]
    cleaned = vendor_of.clean_agent(user_id) if isinstance(vendor_of, CleansIds) else user_id
    account = house.ledger.identity.agent(connector, cleaned)
    house.user_sigs.reserved.refuse_admin(account, "userId")
    return Agent(cleaned), account


def _fold(
    house: House, connector: str, group_or_ref: str, event: Event, is_done: Callable[[Situation], bool]
) -> Answer:
    with house.store.transaction() as tx:
        case = _case(house, tx, connector, group_or_ref)
        if isinstance(event, AgentJoined):
            house.people.agent(tx, connector, event.agent)
        case = house.office.fold(tx, case, [event], house.clock())
    with house.waiting_room() as may_wait:
        if may_wait:
            case = house.settle_now(case.key, "chat", None, is_done, DONE_SECONDS)
    with house.store.snapshot() as tx:
        is_finished = is_done(house.ledger.open(tx, case, house.clock()))
    answer = GroupAnswer(GroupId=case.group_id, status=None if is_finished else "pending")
    return shown(answer), 200 if is_finished else 202


def _case(house: House, tx: Transaction, connector: str, group_or_ref: str) -> Case:
    if connector not in house.connectors:
        raise UnknownConnector
    group = tx.get(Group, group_or_ref)
    case = tx.get(Case, group.case) if group is not None else _by_ref(house, tx, connector, group_or_ref)
    if case is None or (case.helpdesk or case.connector) != connector or case.wanted.is_erased:
        raise NotFound("There is no such group or case.", code="no_case")
    return case


def _by_ref(house: House, tx: Transaction, connector: str, ref: str) -> Case | None:
    vendor_of = house.connectors[connector]
    if isinstance(vendor_of, CleansIds):
        try:
            ref = vendor_of.clean_ref(ref)
        except BadField:
            return None
    helpdesk = connector if house.reception.helpdesks.get(connector, connector) else ""
    return next(iter(tx.find(Case, helpdesk=helpdesk, ref=ref, limit=1)), None)
